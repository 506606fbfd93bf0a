"""`gateway calls refusals`: why calls were refused, and what to do if it was wrong."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from gateway.cli.control_plane import ask, client_for
from gateway.cli.screening_pictures import refusal_lines
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput

_AGO = re.compile(r"^([0-9]{1,5})([mhd])$")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
STEP = "gateway calls refusals --help"


def register(app: typer.Typer) -> None:
    app.command("refusals")(refusals)


def refusals(
    state: StateDir = None,
    caller: Annotated[str | None, typer.Option(help="Only calls of this number.")] = None,
    number: Annotated[str | None, typer.Option(help="Only calls to this number.")] = None,
    sip_call_id: Annotated[str | None, typer.Option(help="The one with this SIP Call-ID.")] = None,
    slug: Annotated[str | None, typer.Option(help="Only for this reason, such as caller_blocked.")] = None,
    since: Annotated[str | None, typer.Option(help="30m, 2h, 7d, or a time such as 2026-11-21T09:00:00Z.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As the REST API tells it.")] = False,
) -> None:
    """Calls that were refused, the newest first: the check that failed, and what to type if it was wrong."""
    given: dict[str, Any] = {
        "limit": limit, "caller": caller, "number": number, "sip_call_id": sip_call_id, "slug": slug,
        "since": since_of(since, datetime.now(UTC)) if since else None,
    }  # fmt: skip
    query = {name: value for name, value in given.items() if value is not None}
    with client_for(state) as client:
        found = ask(client, "GET", "/v1/refusals", next_step=STEP, params=query)["data"]
    if as_json:
        out(json.dumps(found))
        return
    for refusal in found:
        for line in refusal_lines(refusal):
            out(line)
    if not found:
        out("none")


def since_of(text: str, now: datetime) -> str:
    """An ISO time. Raises BadInput."""
    if match := _AGO.match(text):
        return (now - int(match[1]) * _UNITS[match[2]]).isoformat()
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise BadInput("--since is neither 30m, 2h, 7d nor a time with a time zone", todo=STEP)
    return when.isoformat()
