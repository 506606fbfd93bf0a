"""`gateway campaigns check`, `attempts`, `refusals`, `days`, `records`, `report`: what came of one, or would come."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from gateway.campaigns.report import page
from gateway.cli.campaign_check_pictures import contact_lines, summary_lines
from gateway.cli.campaign_file import LIST, PATH, CampaignName, campaign_of
from gateway.cli.campaign_pictures import attempt_table, day_lines, refusal_table
from gateway.cli.control_plane import ask, client_for, problem_of, stream_to
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, Unavailable

SHOWN = 20
TELL_EVERY = 500
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="So many at most.")]
Zone = Annotated[str | None, typer.Option(help="America/New_York: whose days; default: the window's zone, else UTC.")]
OutFile = Annotated[Path, typer.Option("-o", "--out", help="A file that is not there yet.")]


def register(app: typer.Typer) -> None:
    """Among the other commands about campaigns."""
    for command in (check, attempts, refusals, days, records, report):
        app.command()(command)


def check(
    campaign: CampaignName,
    state: StateDir = None,
    at: Annotated[str | None, typer.Option(help="2026-11-26T18:00:00Z: as if it were then; else now.")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Look at so many contacts only.")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show every contact that may not be called.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As the REST API tells it: a line for each contact.")] = False,
) -> None:
    """The dry run: of every contact whether it may be called, and else when, and why not. Nobody is called."""
    query = {name: value for name, value in (("at", at), ("most", most)) if value is not None}
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        told = _checked(client, found["id"], query)
        if as_json:
            for line in told:
                out(line)
            return
        against, summary = _looked_at((json.loads(line) for line in told), found["contacts"], show_all=show_all)
    for line in (*contact_lines(against), *summary_lines(summary, found["id"], len(against))):
        out(line)


def attempts(
    campaign: CampaignName,
    state: StateDir = None,
    outcome: Annotated[str | None, typer.Option(help="answered, busy, no_answer, voicemail …")] = None,
    day: Annotated[str | None, typer.Option(help="2026-11-26")] = None,
    limit: Limit = SHOWN,
    as_json: AsJson = False,
) -> None:
    """What became of each dial; the newest first."""
    query = {"limit": limit, "outcome": outcome, "day": day}
    _list(campaign, state, "attempts", query, attempt_table, "nobody was dialled yet", as_json=as_json)


def refusals(campaign: CampaignName, state: StateDir = None, limit: Limit = SHOWN, as_json: AsJson = False) -> None:
    """Whom the gate did not let through, and why; the newest first."""
    _list(campaign, state, "refusals", {"limit": limit}, refusal_table, "nobody was refused", as_json=as_json)


def days(campaign: CampaignName, state: StateDir = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """Dials, answers, what was abandoned, minutes and cost of each day."""
    query = {"zone": zone} if zone else {}
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        told = ask(client, "GET", f"{PATH}/{found['id']}/days", next_step=LIST, params=query)
    for line in [json.dumps(told)] if as_json else day_lines(told):
        out(line)


def records(campaign: CampaignName, file: OutFile, state: StateDir = None, zone: Zone = None) -> None:
    """Write the records of every dial as 16 CFR 310.5 wants them kept: CSV, with numbers. It is in the audit log."""
    query = {"zone": zone} if zone else {}
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        size = stream_to(client, f"{PATH}/{found['id']}/records.csv", file, next_step=LIST, params=query)
    out(f"{file}: {size:,} bytes, readable by you only")


def report(campaign: CampaignName, file: OutFile, state: StateDir = None, zone: Zone = None) -> None:
    """Write a page that shows how it went, for a browser and for paper. No telephone number is in it."""
    query = {"zone": zone} if zone else {}
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        told = ask(client, "GET", f"{PATH}/{found['id']}/figures", next_step=LIST, params=query)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "w", encoding="utf-8") as into:
            into.write(page(told))
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", todo="name another file") from error
    out(f"{file}  open it in a browser")


def _list(
    campaign: str, state: Path | None, what: str, query: dict[str, Any], table: Any, none: str, *, as_json: bool
) -> None:
    given = {name: value for name, value in query.items() if value is not None}
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        told = ask(client, "GET", f"{PATH}/{found['id']}/{what}", next_step=LIST, params=given)
    if as_json:
        out(json.dumps(told["data"]))
        return
    for line in table(told["data"]):
        out(line)
    if not told["data"]:
        out(none)
    if told["next_cursor"]:
        out(f"there are more: --limit 500, or GET {PATH}/{found['id']}/{what}")


def _checked(client: httpx.Client, campaign_id: str, query: dict[str, Any]) -> Iterator[str]:
    """Lines as they come. Raises what the control plane tells against it."""
    try:
        with client.stream("GET", f"{PATH}/{campaign_id}/check", params=query) as answer:
            if not answer.is_success:
                answer.read()
                raise problem_of(answer, f"gateway campaigns show {campaign_id}")
            yield from answer.iter_lines()
    except httpx.TransportError as error:
        raise Unavailable("the control plane has gone away", todo="gateway status") from error


def _looked_at(
    lines: Iterator[dict[str, Any]], contacts: int, *, show_all: bool
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Those against whom something stands, not more than are shown, and the summary."""
    against: deque[dict[str, Any]] = deque()
    console = Console(stderr=True, highlight=False)
    with console.status("looking at contacts") if sys.stderr.isatty() else console as status:
        for n, one in enumerate(lines, start=1):
            if "summary" in one:
                return list(against), one["summary"]
            if one["verdict"] != "allow" and (show_all or len(against) < SHOWN):
                against.append(one)
            if n % TELL_EVERY == 0 and not isinstance(status, Console):
                status.update(f"looked at {n:,} of {contacts:,} contacts")
    raise Unavailable("the control plane has gone away in the middle of it", todo="gateway status")
