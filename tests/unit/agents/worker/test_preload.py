"""The fork server swallows a failing preload without a word, so this is where it would show."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("brain", ["embedded", "openai"])
def test_the_preload_can_be_imported_and_starts_no_thread(brain: str) -> None:
    code = "import threading, agents.worker.preload; print(threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "GATEWAY_SPEECH__LLM": brain,
            "GATEWAY_SPEECH__LLM_MODEL": "m",
            "LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE": "0",
        },
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "1"


def test_the_worker_names_the_preload_it_has() -> None:
    from agents.worker.server import PRELOAD

    assert importlib.util.find_spec(PRELOAD) is not None
