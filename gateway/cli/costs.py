"""`gateway costs`: what calls cost at the carriers, from the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from gateway.cli.call_names import call_of
from gateway.cli.control_plane import ask, client_for
from gateway.cli.cost_pictures import call_lines, cost_lines, finding_lines
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput

PATH = "/v1/costs"
HELP = "gateway costs --help"

app = typer.Typer(help="See what calls cost at the carriers.")
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Since = Annotated[str | None, typer.Option(help="A day or a moment, in UTC unless it says otherwise.")]
Until = Annotated[str | None, typer.Option(help="The same; not included. Default: now.")]


@app.callback(invoke_without_command=True)
def costs(
    context: typer.Context,
    state: StateDir = None,
    since: Since = None,
    until: Until = None,
    by: Annotated[Literal["carrier", "trunk", "number", "day"], typer.Option(help="What is added up.")] = "carrier",
    as_json: AsJson = False,
) -> None:
    """What calls cost; without --since, in this month."""
    if context.invoked_subcommand:
        return
    with client_for(state) as client:
        told = ask(client, "GET", PATH, next_step=HELP, params=_between(since, until) | {"by": by})
    for line in [json.dumps(told)] if as_json else cost_lines(told):
        out(line)


@app.command()
def findings(state: StateDir = None, since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """Calls that only the carrier knows, and calls that only this gateway knows; without --since, of a week."""
    with client_for(state) as client:
        told = ask(client, "GET", f"{PATH}/findings", next_step=HELP, params=_between(since, until))
    for line in [json.dumps(told)] if as_json else finding_lines(told):
        out(line)


@app.command()
def call(
    call: Annotated[str, typer.Argument(help="Its id, or the end of it.")],
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """What one call cost."""
    with client_for(state) as client:
        told = ask(client, "GET", f"/v1/calls/{call_of(client, call)}/cost", next_step=HELP)
    for line in [json.dumps(told)] if as_json else call_lines(told):
        out(line)


def _between(since: str | None, until: str | None) -> dict[str, str]:
    given = {"since": since, "until": until}
    return {name: _moment(name, text) for name, text in given.items() if text is not None}


def _moment(name: str, text: str) -> str:
    """Raises BadInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--{name} is no day and no moment", todo=f"--{name} 2026-11-01, or 2026-11-01T09:00") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
