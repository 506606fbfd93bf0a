"""`gateway campaigns`: make them, start them, stop them. What comes of them: `campaign_results`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.campaign_file import LIST, PATH, CampaignFile, CampaignName, campaign_of, with_ids
from gateway.cli.campaign_pictures import line_of, next_of, picture_of, table_of
from gateway.cli.campaign_watching import watch as followed
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, GatewayError

CREATE, CHANGE = "gateway campaigns create --help", "gateway campaigns change --help"

app = typer.Typer(help="Call many people, one after the other, as the law lets you.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Watch = Annotated[bool, typer.Option("--watch", help="And follow it.")]
File = Annotated[Path | None, typer.Argument(help="YAML, as docs/campaigns.md has it.")]
Name = Annotated[str | None, typer.Option(help="What you call it.")]
Agent = Annotated[str | None, typer.Option(help="Who talks, by id or name.")]
Trunk = Annotated[str | None, typer.Option(help="By which it calls, by id or name; default: as the routes say.")]
Seller = Annotated[str | None, typer.Option(help="In whose name is called, as consents have it.")]
Purpose = Annotated[str | None, typer.Option(help="marketing, informational or emergency.")]
AtOnce = Annotated[int | None, typer.Option(help="Calls under way at a time.")]
CallsPerS = Annotated[float | None, typer.Option(help="Calls that begin in a second.")]
Budget = Annotated[str | None, typer.Option(help="25.00, in the currency of the trunk (else 25.00:EUR).")]
EndsAt = Annotated[str | None, typer.Option(help="2026-12-01T18:00:00Z; nobody is dialled from then on.")]


@app.command()
def create(
    file: File = None, state: StateDir = None, name: Name = None, agent: Agent = None, trunk: Trunk = None,
    seller: Seller = None, purpose: Purpose = None, at_once: AtOnce = None, calls_per_s: CallsPerS = None,
    budget: Budget = None, ends_at: EndsAt = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Make a draft from a file, from options, or from both: options win. Nobody is called yet."""
    given = _given(name, agent, trunk, seller, purpose, at_once, calls_per_s, budget, ends_at)
    with client_for(state) as client:
        made = _sent(client, "POST", PATH, file, given, CREATE)
    _show(made, as_json=as_json)


@app.command()
def change(
    campaign: CampaignName, file: File = None, state: StateDir = None, name: Name = None, agent: Agent = None,
    trunk: Trunk = None, seller: Seller = None, purpose: Purpose = None, at_once: AtOnce = None,
    calls_per_s: CallsPerS = None, budget: Budget = None, ends_at: EndsAt = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Change a draft or a paused campaign; of a running one pace, budget and end."""
    given = _given(name, agent, trunk, seller, purpose, at_once, calls_per_s, budget, ends_at)
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        if "pacing" in given:  # the part that was not given stays
            given["pacing"] = found["pacing"] | given["pacing"]
        made = _sent(client, "PATCH", f"{PATH}/{found['id']}", file, given, CHANGE)
    _show(made, as_json=as_json)


@app.command("list")
def list_campaigns(state: StateDir = None, as_json: AsJson = False) -> None:
    """The newest first."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step="gateway status")
    if as_json:
        out(json.dumps(found))
        return
    for line in table_of(found):
        out(line)
    if not found:
        out(f"none yet; next: {CREATE}")


@app.command()
def show(campaign: CampaignName, state: StateDir = None, as_json: AsJson = False) -> None:
    """All that it is to do."""
    with client_for(state) as client:
        found = campaign_of(client, campaign)
    if as_json:
        out(json.dumps(found))
        return
    for line in picture_of(found):
        out(line)
    out(f"next: {next_of(found)}")


@app.command()
def start(campaign: CampaignName, state: StateDir = None, watch: Watch = False, as_json: AsJson = False) -> None:
    """Call people from now on."""
    _act(campaign, state, "start", watch=watch, as_json=as_json)


@app.command()
def pause(campaign: CampaignName, state: StateDir = None, as_json: AsJson = False) -> None:
    """Call nobody else for now; calls under way go on to their end."""
    _act(campaign, state, "pause", watch=False, as_json=as_json)


@app.command()
def resume(campaign: CampaignName, state: StateDir = None, watch: Watch = False, as_json: AsJson = False) -> None:
    """Go on."""
    _act(campaign, state, "resume", watch=watch, as_json=as_json)


@app.command()
def stop(campaign: CampaignName, state: StateDir = None, as_json: AsJson = False) -> None:
    """Call nobody else, for good; calls under way go on to their end."""
    _act(campaign, state, "stop", watch=False, as_json=as_json)


@app.command()
def watch(campaign: CampaignName, state: StateDir = None) -> None:
    """See it go on: contacts, pace, outcomes, money. Ctrl-C leaves it running."""
    with client_for(state) as client:
        followed(client, campaign_of(client, campaign)["id"])


@app.command()
def remove(campaign: CampaignName, state: StateDir = None) -> None:
    """Take a campaign away that has dialled nobody."""
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        ask(client, "DELETE", f"{PATH}/{found['id']}", next_step=f"gateway campaigns show {found['id']}")
    out(f"removed {found['id']}")


def _act(campaign: str, state: Path | None, act: str, *, watch: bool, as_json: bool) -> None:
    with client_for(state) as client:
        found = campaign_of(client, campaign)
        path, step = f"{PATH}/{found['id']}", f"gateway campaigns show {found['id']}"
        told = ask(client, "POST", f"{path}/{act}", next_step=step, next_steps={"campaign.state": next_command(found)})
        if watch:
            followed(client, found["id"])
        else:
            _show(told, as_json=as_json)


def next_command(one: dict[str, Any]) -> str:
    """After an act that its state does not allow."""
    return LIST if one["state"] in ("stopped", "finished") else next_of(one)


def _show(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        out(json.dumps(told))
        return
    out(line_of(told))
    out(f"next: {next_of(told)}")


def _sent(
    client: httpx.Client, method: str, path: str, file: Path | None, given: dict[str, Any], step: str
) -> dict[str, Any]:
    """Raises BadInput when neither a file nor an option says anything."""
    if file is None and not given:
        raise BadInput("nothing was given", todo=step)
    document = CampaignFile(client, file) if file else None
    asked = (document.asked if document else {}) | with_ids(client, given)
    try:
        return ask(client, method, path, next_step=step, json=asked)
    except GatewayError as error:
        raise document.placed(error) if document else error from error


def _given(
    name: str | None, agent: str | None, trunk: str | None, seller: str | None, purpose: str | None,
    at_once: int | None, calls_per_s: float | None, budget: str | None, ends_at: str | None,
) -> dict[str, Any]:  # fmt: skip
    given: dict[str, Any] = {
        "name": name, "agent": agent, "trunk": trunk, "seller": seller, "purpose": purpose, "ends_at": ends_at,
    }  # fmt: skip
    pacing = {"at_once": at_once, "calls_per_s": calls_per_s}
    given["pacing"] = {key: value for key, value in pacing.items() if value is not None} or None
    if budget is not None:
        amount, _, currency = budget.partition(":")
        given["budget"] = {"amount": amount, "currency": currency or "USD"}
    return {key: value for key, value in given.items() if value is not None}
