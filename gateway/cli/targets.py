"""`gateway targets`: where callers may be sent, from the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.stack import StateDir
from gateway.cli.target_pictures import line_of, picture_of, table_of
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound

PATH = "/v1/transfer-targets"
LIST, ADD = "gateway targets list", "gateway targets add --help"
KINDS = {"number": "phone", "uri": "sip", "identity": "operator", "members": "team"}

app = typer.Typer(help="Say where callers may be sent.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]


@app.command("list")
def list_targets(state: StateDir = None, as_json: AsJson = False) -> None:
    """Everybody that callers may be sent to, the newest first."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step=LIST)
    if as_json:
        out(json.dumps(found))
        return
    for line in table_of(found):
        out(line)
    if not found:
        out("nobody yet; next: gateway targets add --help")


@app.command()
def show(target_id: str, state: StateDir = None, as_json: AsJson = False) -> None:
    """One target: who is rung there, and who may send callers to it."""
    with client_for(state) as client:
        target = ask(client, "GET", f"{PATH}/{target_id}", next_step=LIST)
        others = everything(client, PATH, next_step=LIST) if target["members"] and not as_json else []
    if as_json:
        out(json.dumps(target))
        return
    for line in picture_of(target, {one["id"]: one for one in others}):
        out(line)


@app.command()
def add(
    name: str,
    state: StateDir = None,
    number: Annotated[str | None, typer.Option(help="A telephone, in E.164.")] = None,
    uri: Annotated[str | None, typer.Option(help="A SIP URI, such as sip:2000@pbx.example.")] = None,
    identity: Annotated[str | None, typer.Option(help="A person in a browser, by LiveKit identity.")] = None,
    members: Annotated[list[str] | None, typer.Option("--member", help="A team of targets; repeat in order.")] = None,
    trunk: Annotated[str | None, typer.Option(help="Outbound trunk; not needed when there is only one.")] = None,
    by_route: Annotated[bool, typer.Option("--by-route", help="A number: by whichever trunk the routes name.")] = False,
    strategy: Annotated[str, typer.Option(help="Of a team: in-order, all-at-once or longest-idle.")] = "in-order",
    skills: Annotated[list[str] | None, typer.Option("--skill", help="What they can do; repeat.")] = None,
    ring: Annotated[int, typer.Option(min=5, max=120, help="Seconds.")] = 25,
    agents: Annotated[list[str] | None, typer.Option("--agent", help="May send callers here; repeat.")] = None,
    operators: Annotated[bool, typer.Option(help="People may send callers here.")] = True,
    voicemail_detection: Annotated[bool, typer.Option(help="Tell a machine from a person.")] = True,
) -> None:
    """Make a target: give one of --number, --uri, --identity and --member."""
    given: dict[str, Any] = {"number": number, "uri": uri, "identity": identity, "members": members}
    places = {field: value for field, value in given.items() if value}
    if len(places) != 1:
        raise BadInput("give exactly one of --number, --uri, --identity and --member", todo=ADD)
    kind = KINDS[next(iter(places))]
    body = {
        "name": name,
        "kind": kind,
        "ring_s": ring,
        "skills": skills or [],
        "allowed_agents": agents or [],
        "operators_may_send": operators,
        "voicemail_detection": voicemail_detection,
        **places,
    }
    with client_for(state) as client:
        if kind == "team":
            body["strategy"] = strategy.replace("-", "_")
        if (kind in ("phone", "sip") and not by_route) or trunk:
            body["trunk_id"] = trunk or only_trunk(client)
        out(line_of(ask(client, "POST", PATH, next_step=ADD, json=body)))


@app.command()
def remove(target_id: str, state: StateDir = None) -> None:
    """Take a target away; a member of a team has to leave the team first."""
    with client_for(state) as client:
        ask(client, "DELETE", f"{PATH}/{target_id}", next_step=LIST)
    out(f"removed {target_id}")


def only_trunk(client: httpx.Client) -> str:
    """Raises BadInput when there is not exactly one outbound trunk."""
    trunks = everything(client, "/v1/outbound-trunks", next_step=LIST)
    if len(trunks) == 1:
        return trunks[0]["id"]
    if not trunks:
        raise NotFound(
            "there is no outbound trunk to call by; make one with POST /v1/outbound-trunks", todo="gateway env"
        )
    choice = ", ".join(f"{one['id']} ({one['name']})" for one in trunks[:5])
    raise BadInput(f"there are several outbound trunks: {choice}", todo="gateway targets add … --trunk trk_…")
