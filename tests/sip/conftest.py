"""One real stack for the scenarios: Redis, livekit-server, control plane, SIP node, two workers, on free ports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sip_node.caller import PATIENT_S
from tests.sip.stack import RunningStack


def start_stack(folder: Path, *options: str) -> RunningStack:
    """`gateway up -d` on free ports; returns when it is ready."""
    command = [
        sys.executable,
        "-m",
        "gateway",
        "up",
        "-d",
        "--state",
        str(folder),
        "--sip-port",
        "0",
        "--api-port",
        "0",
    ]
    patient = {**os.environ, "GATEWAY_SIP__ADMISSION_WITHIN_S": str(PATIENT_S)}
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=600, env=patient)
    logs = folder / "logs"
    tails = "\n".join(f"== {p.name}\n{p.read_text()[-1500:]}" for p in logs.glob("*.log")) if done.returncode else ""
    assert done.returncode == 0, done.stderr + tails
    return RunningStack(folder)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    running = start_stack(tmp_path_factory.mktemp("stack"))
    yield running
    running.stop()


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[RunningStack]:
    """A stack that a test may break."""
    running = start_stack(tmp_path / "stack")
    yield running
    running.stop()
