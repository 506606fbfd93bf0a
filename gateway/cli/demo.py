"""`gateway demo`: one real call, shown."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import Terminal, out


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    folder: Annotated[Path, typer.Option("--out", help="Where the call's files go.")] = Path("demo"),
) -> None:
    """Run one real phone call against a local agent; exits 0 only if both understood each other."""
    from gateway.demo.run import run_demo

    terminal = Terminal()
    report = asyncio.run(run_demo(terminal, folder))
    ended = report.termination or {}
    terminal.say(f"{ended.get('sentence', 'the record did not close')}  turns: {report.turn_ms} ms")
    for path in report.files.values():
        terminal.say(f"  {path}")
    terminal.say(
        "[bold green]words and keys crossed the line both ways[/]"
        if report.ok
        else "[bold red]not all of it crossed the line[/]"
    )
    if as_json:
        out(report.as_json())
    if not report.ok:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel="Stack")(demo)
