"""`gateway calls transfer …`: a live call goes on with a human, and comes back, from the terminal."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.call_following import steps
from gateway.cli.call_names import CALLS, TARGETS, CallName, call_of, target_of
from gateway.cli.call_pictures import outcome_of, picture_of, step_of
from gateway.cli.columns import plain
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import Conflict, GatewayError

HELP = "gateway calls transfer --help"
STOPPED = 130  # what a shell makes of Ctrl-C


class LastResort(StrEnum):
    AGENT = "agent"
    CALLBACK = "callback"
    GOODBYE = "goodbye"


def register(app: typer.Typer) -> None:
    """Among the other commands about calls."""
    app.command()(transfer)
    app.command()(transfers)
    app.command("cancel-transfer")(cancel_transfer)
    app.command("hand-back")(hand_back)


def transfer(
    call: CallName,
    to: Annotated[str, typer.Option(help="A transfer target, by id or name.")],
    state: StateDir = None,
    cold: Annotated[
        bool, typer.Option("--cold", help="Join at the answer; else the agent asks the human first.")
    ] = False,
    note: Annotated[str, typer.Option(help="What the agent tells the human besides.")] = "",
    skill: Annotated[str | None, typer.Option(help="Of a team: ring those who have it.")] = None,
    last_resort: Annotated[
        LastResort | None, typer.Option(help="When nobody is reached; default: as the dispatch rule says.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show each step; exit 0 when connected.")] = False,
) -> None:
    """Let the caller go on with a human."""
    with client_for(state) as client:
        call_id, target = call_of(client, call), target_of(client, to)
        asked = {"to": target["id"], "mode": "cold" if cold else "warm", "note": note}
        asked |= {name: value for name, value in (("skill", skill), ("last_resort", last_resort)) if value}
        next_steps = _after_refusal(call_id, target["id"])
        began = ask(client, "POST", f"/v1/calls/{call_id}/transfers", next_step=HELP, next_steps=next_steps, json=asked)
        out(f"{began['id']}  {began['mode']}, to {plain(target['name'])}")
        if follow:
            _follow(client, began)
        else:
            out(f"next: gateway calls transfers {call_id}")


def transfers(
    call: CallName,
    state: StateDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="As the REST API tells it.")] = False,
) -> None:
    """The transfers of a call, each with its attempts, the first one first."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        found = _transfers(client, call_id)
        if as_json:
            out(json.dumps(found))
            return
        names = _names(client) if found else {}
    for one in found:
        for line in picture_of(one, names):
            out(line)
    if not found:
        out(f"none; next: gateway calls transfer {call_id} --to …")


def cancel_transfer(call: CallName, state: StateDir = None) -> None:
    """Take the transfer back that is under way; the caller is with the agent again."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        under_way = [one["id"] for one in _transfers(client, call_id) if one["outcome"] is None]
        if not under_way:
            raise Conflict("no transfer of this call is under way", todo=f"gateway calls transfers {call_id}")
        path = f"/v1/calls/{call_id}/transfers/{under_way[-1]}/cancel"
        next_steps = {"transfer.over": f"gateway calls hand-back {call_id}"}
        ask(client, "POST", path, next_step=CALLS, next_steps=next_steps)
    out(f"{under_way[-1]} is being taken back")


def hand_back(call: CallName, state: StateDir = None) -> None:
    """Let the human go; the caller goes on with an agent that knows the conversation."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        next_steps = {"call.no_human": f"gateway calls transfers {call_id}"}
        ask(client, "POST", f"/v1/calls/{call_id}/hand-back", next_step=CALLS, next_steps=next_steps)
    out("the human is let go; an agent goes on with the caller")


def _follow(client: httpx.Client, began: dict[str, Any]) -> None:
    """Prints the steps with the seconds since the beginning; ends the command unless it came to a connection."""
    call_id, names = began["call_id"], _names(client)
    targets: dict[str, str] = {}  # by attempt
    start = datetime.fromisoformat(began["began_at"])
    try:
        for event in steps(client, call_id, began["id"]):
            attempt = event["body"].get("attempt_id", "")
            if event["kind"] == "attempt_placed":
                targets[attempt] = event["body"]["target_id"]
            if event["kind"] not in ("transfer_began", "transfer_settled"):
                seconds = (datetime.fromisoformat(event["at"]) - start).total_seconds()
                out(f"{seconds:6.1f} s  {step_of(event, targets.get(attempt, ''), names)}")
    except KeyboardInterrupt:
        typer.echo(f"the transfer goes on\n  next: gateway calls cancel-transfer {call_id}", err=True)
        raise typer.Exit(STOPPED) from None
    ended = next(one for one in _transfers(client, call_id) if one["id"] == began["id"])
    if ended["outcome"] != "connected":
        raise GatewayError(outcome_of(ended), todo=f"gateway calls transfers {call_id}")
    out(outcome_of(ended))


def _transfers(client: httpx.Client, call_id: str) -> list[dict[str, Any]]:
    return ask(client, "GET", f"/v1/calls/{call_id}/transfers", next_step=CALLS)["data"]


def _names(client: httpx.Client) -> dict[str, str]:
    targets = everything(client, "/v1/transfer-targets", next_step=TARGETS)
    return {one["id"]: one["name"] for one in targets}


def _after_refusal(call_id: str, target_id: str) -> dict[str, str]:
    """The next command by the problem's code."""
    look_at_target, look_at_call = f"gateway targets show {target_id}", f"gateway calls show {call_id}"
    about_target = ("forbidden", "disabled", "same_party", "own_number", "nobody")
    return {
        "call.not_found": CALLS,
        "transfer.unknown": TARGETS,
        "transfer.ended": look_at_call,
        "transfer.not_on": look_at_call,
        "transfer.not_a_caller": CALLS,
        "transfer.under_way": f"gateway calls cancel-transfer {call_id}",
        "transfer.no_agent": f"gateway calls transfer {call_id} --to {target_id} --cold",
        **{f"transfer.{code}": look_at_target for code in about_target},
    }
