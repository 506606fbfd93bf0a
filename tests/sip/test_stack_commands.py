"""`gateway up`, status, env, doctor, down; Ctrl-C; provisioning that comes back after Redis lost everything."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import redis

from tests.sip.conftest import start_stack
from tests.sip.stack import RunningStack


def gateway(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_status_and_env_tell_the_same_addresses(stack: RunningStack) -> None:
    status = json.loads(gateway("status", "--json", "--state", str(stack.folder)).stdout)
    assert status["state"] == "ready"
    printed = gateway("env", "--state", str(stack.folder)).stdout
    for name in (
        "LIVEKIT_URL",
        "LIVEKIT_API_KEY",
        "LIVEKIT_API_SECRET",
        "REDIS_URL",
        "GATEWAY_URL",
        "GATEWAY_API_KEY",
    ):
        assert f"export {name}=" in printed
    assert f"export SIP_PORT={status['ports']['sip']}" in printed
    assert stat.S_IMODE((stack.folder / "stack.env").stat().st_mode) == 0o600


def test_doctor_finds_nothing_wrong_with_a_running_stack(stack: RunningStack) -> None:
    done = gateway("doctor", "--json", "--state", str(stack.folder))
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert findings["media path"]["ok"], findings["media path"]
    assert findings["provisioning"]["ok"], findings["provisioning"]
    assert findings["package names"]["ok"]
    assert findings["stack"]["detail"] == "ready"


def test_commands_without_a_stack_say_what_to_type(tmp_path: Path) -> None:
    done = gateway("status", "--state", str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert "next: gateway up" in done.stderr


def test_a_second_stack_in_the_same_folder_is_refused(stack: RunningStack) -> None:
    done = gateway("up", "--state", str(stack.folder), "--sip-port", "0", "--api-port", "0")
    assert done.returncode == 1
    assert "gateway down" in done.stderr


def test_ctrl_c_ends_all_children(tmp_path: Path) -> None:
    stack = start_stack(tmp_path / "stack")
    os.kill(stack.record.read()["pid"], signal.SIGINT)
    stack.until(lambda: not stack.record.running() and not stack.processes(), "nothing of the stack is left")


def test_provisioning_is_restored_after_redis_lost_everything(own_stack: RunningStack) -> None:
    client = redis.Redis.from_url(own_stack.env["REDIS_URL"])
    assert client.hlen("sip_dispatch_rule") >= 1
    client.delete("sip_dispatch_rule", "sip_inbound_trunk", "sip_outbound_trunk")
    own_stack.until(
        lambda: client.hlen("sip_dispatch_rule") >= 1 and client.hlen("sip_inbound_trunk") >= 1,
        "trunk and rule are back in LiveKit",
        90.0,
    )
    own_stack.until(lambda: own_stack.get("/v1/dispatch-rules/sync")["in_sync"], "nothing else is left to do")


def test_no_log_of_the_stack_carries_a_number(stack: RunningStack) -> None:
    logs = "\n".join(p.read_text(errors="replace") for p in (stack.folder / "logs").glob("*.log") if p.stem != "up")
    assert "15105550100" not in logs
    assert "1510555019" not in logs
    assert "15105550100" in (stack.folder / "logs" / "up.log").read_text()  # the screen: it tells whom to call
