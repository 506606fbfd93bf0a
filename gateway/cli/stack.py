"""`gateway up`, `status`, `down`, `env`: the whole stack on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import Terminal, out
from gateway.kernel.errors import SetupError
from gateway.settings import default_state_dir
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator

StateDir = Annotated[
    Path | None, typer.Option("--state", envvar="GATEWAY_STATE_DIR", help="Folder of this installation.")
]


def state_dir(given: Path | None) -> Path:
    return (given or default_state_dir()).absolute()


def up(
    state: StateDir = None,
    detach: Annotated[bool, typer.Option("-d", "--detach", help="Run in the background.")] = False,
    sip_port: Annotated[int, typer.Option(help="SIP port; 0 for any free one.")] = 5060,
    api_port: Annotated[int, typer.Option(help="REST API port; 0 for any free one.")] = 8080,
    workers: Annotated[int, typer.Option(min=1, help="Agent workers.")] = 2,
    bare: Annotated[bool, typer.Option(help="Do not create the demo number on an empty installation.")] = False,
) -> None:
    """Start everything and keep it running; Ctrl-C ends all of it."""
    folder = state_dir(state)
    if detach:
        _detach(folder, sip_port, api_port, workers, bare)
        return
    allocator = PortAllocator()
    ports = StackPorts.allocate(allocator, sip=sip_port or None, api=api_port or None)
    asyncio.run(_up(StackPlan(folder, ports, workers=workers), bare))


async def _up(plan: StackPlan, bare: bool) -> None:
    from gateway.stack.run import stopped_by_signal

    terminal = Terminal()
    loop = asyncio.get_running_loop()
    stop = loop.create_task(stopped_by_signal(), name="signals")
    ready = asyncio.Event()
    work = loop.create_task(_serve_until(plan, bare, terminal, stop, ready), name="stack")
    await asyncio.wait([stop, work], return_when=asyncio.FIRST_COMPLETED)
    if not ready.is_set():
        work.cancel()  # asked to stop while still starting
    try:
        await work
    except asyncio.CancelledError:
        terminal.say("stopped")
    finally:
        stop.cancel()


async def _serve_until(
    plan: StackPlan, bare: bool, terminal: Terminal, stop: asyncio.Task[None], ready: asyncio.Event
) -> None:
    from gateway.demo.provision import DEMO_NUMBER, ensure_demo_number
    from gateway.stack.run import running_stack

    async with running_stack(plan, say=terminal.say, on_progress=terminal.progress):
        if not bare:
            await ensure_demo_number(plan.api_url, StackRecord(plan.state_dir).read_env()["GATEWAY_API_KEY"])
            terminal.say(f"call it: [bold]sip:{DEMO_NUMBER}@{plan.host}:{plan.ports.sip}[/]  (any softphone)")
        terminal.say(f"REST API and its documentation: [bold]{plan.api_url}/docs[/]   Ctrl-C ends everything")
        ready.set()
        await asyncio.wait([stop])
        terminal.say("stopping")


def _detach(folder: Path, sip_port: int, api_port: int, workers: int, bare: bool) -> None:
    record = StackRecord(folder)
    if record.running():
        raise SetupError(f"a stack runs in {folder} already", todo="gateway status, or: gateway down")
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    log_path = folder / "logs" / "up.log"
    command = [sys.executable, "-m", "gateway", "up", "--state", str(folder), "--sip-port", str(sip_port)]
    command += ["--api-port", str(api_port), "--workers", str(workers), *(["--bare"] if bare else [])]
    with log_path.open("w") as log:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    terminal = Terminal()
    terminal.say(f"starting in the background; progress in {log_path}")
    shown = 0
    while True:
        lines = log_path.read_text(errors="replace").splitlines()
        for line in lines[shown:]:
            terminal.say(line.split(" s  ", 1)[-1])
        shown = len(lines)
        if any("Ctrl-C ends everything" in line for line in lines):
            return
        if child.poll() is not None:
            raise SetupError("the stack ended while starting", todo=f"read {log_path}, then run: gateway doctor")
        time.sleep(0.1)


def status(
    state: StateDir = None, as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False
) -> None:
    """Show what runs; exits 1 when nothing does."""
    content = StackRecord(state_dir(state)).read()
    if as_json:
        out(json.dumps(content))
        return
    out(f"stack   {content['state']} (pid {content['pid']})")
    for name, child in content["children"].items():
        if name != "stack":
            out(f"  {name:<16} {child['state']:<10} pid {child['pid']}")
    out(f"api     {content['docs']}\nsip     {content['sip']}\nlogs    {content['logs']}")


def down(state: StateDir = None) -> None:
    """Stop the stack; returns when every process of it is gone."""
    record = StackRecord(state_dir(state))
    pid = int(record.read()["pid"])
    os.kill(pid, signal.SIGTERM)
    terminal = Terminal()
    terminal.say("stopping")
    while record.running():
        time.sleep(0.05)
    terminal.say("stopped")


def env(state: StateDir = None) -> None:
    """Print the local stack's addresses and keys as shell exports: eval "$(gateway env)"."""
    for name, value in StackRecord(state_dir(state)).read_env().items():
        out(f"export {name}={shlex.quote(value)}")


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel="Stack")(up)
    app.command(rich_help_panel="Stack")(status)
    app.command(rich_help_panel="Stack")(down)
    app.command(rich_help_panel="Stack")(env)
