"""`gateway gate explain`: what the gate says of a number, and why."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from gateway.cli.control_plane import ask, client_for
from gateway.cli.gate_pictures import decision_lines
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out

STEP = "gateway gate explain --help"

app = typer.Typer(help="May this number be dialled?", no_args_is_help=True)


@app.callback()
def gate() -> None:
    """May this number be dialled?"""


@app.command()
def explain(
    number: Annotated[str, typer.Argument(help="+15105550100")],
    state: StateDir = None,
    at: Annotated[str | None, typer.Option(help="2026-11-26T18:00:00Z; else now.")] = None,
    purpose: Annotated[str, typer.Option(help="marketing, informational or emergency.")] = "marketing",
    voice: Annotated[str, typer.Option(help="ai or human.")] = "ai",
    seller: Annotated[str, typer.Option(help="In whose name is called.")] = "",
    trunk: Annotated[str | None, typer.Option(help="Its id; else any outbound trunk.")] = None,
    place: Annotated[list[str] | None, typer.Option(help="By the person's address: US-TX. Again for more.")] = None,
    line: Annotated[str, typer.Option(help="unknown, fixed, mobile or ported.")] = "unknown",
    as_json: Annotated[bool, typer.Option("--json", help="As the REST API tells it.")] = False,
) -> None:
    """Every check with what it found, and every rule that stands against the call. Nothing is dialled."""
    body: dict[str, Any] = {
        "number": number, "at": at, "purpose": purpose, "voice": voice, "seller": seller, "trunk_id": trunk,
        "places": place or [], "line": line,
    }  # fmt: skip
    with client_for(state) as client:
        decision = ask(client, "POST", "/v1/gate/explain", next_step=STEP, json=body)
    if as_json:
        out(json.dumps(decision))
        return
    for text in decision_lines(decision):
        out(text)
