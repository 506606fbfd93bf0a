"""`gateway demo`: one real call, shown. `gateway demo-campaign`: thirty calls out."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

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


def demo_campaign(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    folder: Annotated[Path, typer.Option("--out", help="Where the report goes.")] = Path("demo"),
) -> None:
    """Call thirty people on this machine as a campaign; exits 0 only if each was called once, as was meant."""
    from gateway.cli.campaign_progress_pictures import plain_line
    from gateway.cli.campaign_watching import draw
    from gateway.demo.campaign import run_demo_campaign

    terminal, seen = Terminal(), list[str]()

    def line(told: dict[str, Any]) -> None:
        """When something has changed."""
        text = plain_line(told)
        if text[10:] not in seen[-1:]:
            seen[:] = [text[10:]]
            terminal.say(text)

    if sys.stderr.isatty():
        with Live(console=Console(stderr=True, highlight=False), auto_refresh=False) as live:
            found = asyncio.run(run_demo_campaign(terminal, folder, lambda told: draw(live, told)))
    else:
        found = asyncio.run(run_demo_campaign(terminal, folder, line))
    for strange in found.strange:
        terminal.say(f"[bold red]not as planned[/]  {strange}")
    terminal.say(f"  {found.report}")
    if as_json:
        out(json.dumps({"ok": found.ok, **asdict(found)}))
    ending = (
        "[bold green]everybody was called once, as was meant[/]" if found.ok else "[bold red]not all went as meant[/]"
    )
    terminal.say(ending)
    if not found.ok:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel="Stack")(demo)
    app.command("demo-campaign", rich_help_panel="Stack")(demo_campaign)
