"""`gateway phone`: place a call from the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.stack import StateDir, state_dir
from gateway.cli.terminal import Terminal

UriArgument = Annotated[str, typer.Argument(help="sip: URI; default: the demo number of the local stack.")]


def phone(
    uri: UriArgument = "",
    state: StateDir = None,
    say: Annotated[list[Path] | None, typer.Option(help="8 kHz mono wav files to speak, in order.")] = None,
    press: Annotated[str, typer.Option(help="Keys to press at the end.")] = "",
    user: Annotated[str, typer.Option(help="user:password for a trunk with digest.")] = "",
    tcp: Annotated[bool, typer.Option(help="SIP over TCP.")] = False,
    record: Annotated[Path, typer.Option(help="Where the stereo recording goes.")] = Path("call.wav"),
) -> None:
    """Call a number, speak, press keys, and keep a recording. Without lines it holds the demo conversation."""
    from gateway.demo.conversation import PHRASES, SCRIPT
    from gateway.demo.provision import DEMO_NUMBER
    from gateway.demo.run import show_event
    from gateway.phone.phone import Phone
    from gateway.phone.script import Listen, Press, Say, Step
    from gateway.stack.plan import StackRecord

    if not uri:
        uri = StackRecord(state_dir(state)).read()["sip"].replace("sip:", f"sip:{DEMO_NUMBER}@", 1)
    script: list[Step] = list(SCRIPT)
    if say or press:
        script = [Listen(PHRASES, 10.0)]
        for line in say or []:
            script += [Say(line.stem.replace("_", " "), line), Listen(PHRASES, 10.0)]
        script += [Press(press), Listen(PHRASES, 10.0)] if press else []
    terminal = Terminal()

    async def run() -> bool:
        async with Phone(phrases=PHRASES, on_event=lambda event: show_event(terminal, event)) as caller:
            name, _, password = user.partition(":")
            try:
                return await caller.call(
                    uri,
                    script,
                    transport="tcp" if tcp else "udp",
                    credentials=(name, password) if user else None,
                )
            finally:
                caller.recording.write(record)
                terminal.say(f"recording: {record}")

    if not asyncio.run(run()):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel="Stack")(phone)
