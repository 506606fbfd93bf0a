"""The programs of a stack, in starting order, each with its readiness question."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from gateway.stack.plan import StackPlan
from gateway.stack.probes import file_exists, http_ok, redis_answers, sip_answers
from gateway.stack.program import Program


def write_private(path: Path, text: str) -> Path:
    """A file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return path


def redis_program(plan: StackPlan, executable: str) -> Program:
    config = write_private(
        plan.run / "redis.conf",
        f"bind {plan.host}\nport {plan.ports.redis}\nrequirepass {plan.redis_password}\n"
        f'save ""\nappendonly no\ndir {plan.run}\nmaxmemory 256mb\n',
    )
    return Program("redis", [executable, str(config)], redis_answers(plan.redis_url), ready_within=20)


def livekit_program(plan: StackPlan, command: list[str]) -> Program:
    ports = plan.ports
    config = {
        "port": ports.livekit_http,
        "bind_addresses": [plan.host],
        "redis": {"address": f"{plan.host}:{ports.redis}", "password": plan.redis_password},
        "keys": {plan.livekit_key: plan.livekit_secret},
        "rtc": {
            "tcp_port": ports.livekit_tcp,
            "udp_port": ports.livekit_udp,
            "use_external_ip": False,
            "node_ip": plan.host,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo"]},
        },
        "room": {"enable_remote_unmute": True, "departure_timeout": 5, "empty_timeout": 30},
        "webhook": {
            "api_key": plan.livekit_key,
            "urls": [f"http://{plan.host}:{ports.internal}/internal/v1/livekit-webhooks"],
        },
        "logging": {"level": "info", "json": True},
    }
    return Program(
        "livekit-server",
        command,
        http_ok(f"http://{plan.host}:{ports.livekit_http}/"),
        env={"LIVEKIT_CONFIG": json.dumps(config)},  # JSON is YAML; no file, so that a container needs no mount
        ready_within=30,
    )


def control_plane_program(plan: StackPlan) -> Program:
    return Program(
        "control-plane",
        [sys.executable, "-m", "gateway", "serve"],
        http_ok(f"{plan.api_url}/healthz"),
        env=plan.settings_env(),
        ready_within=60,
    )


def sip_program(plan: StackPlan) -> Program:
    return Program(
        "sip-node",
        [sys.executable, "-m", "gateway", "sip"],
        sip_answers(plan.host, plan.ports.sip),
        env={**plan.settings_env(), "GATEWAY_SIP__SCANNER_TRIES": "0"},  # on loopback nobody is a stranger
        ready_within=60,
    )


def recorder_program(plan: StackPlan) -> Program:
    ready = plan.run / "recorder-1.ready"
    return Program(
        "recorder",
        [sys.executable, "-m", "gateway", "recorder"],
        file_exists(ready),
        env=plan.settings_env(),
        ready_within=60,
        before_start=lambda: ready.unlink(missing_ok=True),
    )


def worker_program(plan: StackPlan, number: int) -> Program:
    name = f"worker-{number}"
    ready = plan.run / f"{name}.ready"
    return Program(
        name,
        [sys.executable, "-m", "gateway", "worker"],
        file_exists(ready),
        env={**plan.settings_env(), "GATEWAY_WORKER__NAME": name},
        ready_within=120,
        before_start=lambda: ready.unlink(missing_ok=True),
    )
