"""`gateway doctor`: is this machine fit, and if not, what to do."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from gateway.cli.stack import StateDir, state_dir
from gateway.cli.terminal import out


def doctor(
    state: StateDir = None, as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False
) -> None:
    """Check ports, binaries, versions, the media path and package names; exits 1 on any finding."""
    from gateway.stack.checks import examine

    findings = asyncio.run(examine(state_dir(state)))
    if as_json:
        out(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            out(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name:<16} {finding.detail}")
            if finding.todo:
                out(f"      {'':<16} next: {finding.todo}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel="Stack")(doctor)
