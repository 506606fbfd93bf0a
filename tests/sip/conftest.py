"""One real stack for the scenarios: Redis, livekit-server, control plane, SIP node, two workers, on free ports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.integration.sip_node.caller import PATIENT_S
from tests.sip.numbers import numbers_of
from tests.sip.stack import OWN_PLACES, RunningStack
from tests.stir import maker
from tests.stir.certificate_server import CertificateServer, certificate_server

NOTHING: Mapping[str, str] = MappingProxyType({})


def start_stack(folder: Path, *options: str, env: Mapping[str, str] = NOTHING) -> RunningStack:
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
    ours = {"GATEWAY_SIP__ADMISSION_WITHIN_S": str(PATIENT_S), "GATEWAY_CONSENT__OWN_PLACES": OWN_PLACES}
    patient = {**os.environ, **ours, **env}
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=600, env=patient)
    logs = folder / "logs"
    tails = "\n".join(f"== {p.name}\n{p.read_text()[-1500:]}" for p in logs.glob("*.log")) if done.returncode else ""
    assert done.returncode == 0, done.stderr + tails
    running = RunningStack(folder)
    running.say_nothing()
    return running


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertificateServer]:
    with certificate_server(tmp_path_factory.mktemp("certificates")) as server:
        yield server


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, certificates: CertificateServer) -> Iterator[RunningStack]:
    """It trusts the tests' own authority, and has a certificate of it; by the terms as shipped nothing follows. Its
    tokeniser is the test vault."""
    trust = tmp_path_factory.mktemp("trust")
    (trust / "tests").mkdir()
    (trust / "tests" / "authorities.pem").write_bytes(maker.root().pem)
    own = tmp_path_factory.mktemp("own")
    (own / "sign.pem").write_bytes(maker.bundle())
    (own / "sign.key").touch(mode=0o600)
    (own / "sign.key").write_bytes(maker.leaf().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    env = {
        "GATEWAY_STIR__SIGNING__KEY_FILE": str(own / "sign.key"),
        "GATEWAY_STIR__SIGNING__CERTIFICATE_FILE": str(own / "sign.pem"),
        "GATEWAY_STIR__SIGNING__X5U": maker.X5U,
        "GATEWAY_STIR__TRUST": str(trust),
        "GATEWAY_STIR__NETWORKS": '["127.0.0.0/8", "::1/128"]',
        "GATEWAY_STIR__PORTS": f"[{certificates.port}]",
        "GATEWAY_STIR__CA_FILE": str(certificates.ca_file),
        "GATEWAY_CAPTURE__TOKENISER": "test_vault",
        "GATEWAY_CAPTURE__CONFIRM_WITHIN_S": str(PATIENT_S),
    }
    running = start_stack(tmp_path_factory.mktemp("stack"), env=env)
    yield running
    running.stop()


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[RunningStack]:
    """A stack that a test may break."""
    running = start_stack(tmp_path / "stack")
    yield running
    running.stop()


@pytest.fixture
def a_number(stack: RunningStack) -> Callable[..., Any]:
    return numbers_of(stack)
