"""`gateway route`: by which trunk calls out leave, from the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.route_pictures import explained, line_of, table_of
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound

PATH, TRUNKS = "/v1/routes", "/v1/outbound-trunks"
LIST, ADD = "gateway route list", "gateway route add --help"

app = typer.Typer(help="Say by which trunk calls out leave.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]


@app.command("list")
def list_routes(state: StateDir = None, as_json: AsJson = False) -> None:
    """Every route, in the order in which they are tried."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step=LIST)
        trunks = {} if as_json else {one["id"]: one for one in everything(client, TRUNKS, next_step=LIST)}
    if as_json:
        out(json.dumps(found))
        return
    for line in table_of(found, trunks):
        out(line)
    if not found:
        out(f"none yet; next: {ADD}")


@app.command()
def add(
    trunk: Annotated[str, typer.Argument(help="Outbound trunk, by id or name.")],
    state: StateDir = None,
    prefix: Annotated[str, typer.Option(help="Digits that numbers begin with, such as +44; all numbers without.")] = "",
    name: Annotated[str | None, typer.Option(help="Default: the trunk's.")] = None,
    priority: Annotated[int, typer.Option(min=0, max=1000, help="Lower is tried first.")] = 100,
) -> None:
    """Let calls leave by a trunk."""
    with client_for(state) as client:
        leads_to = trunk_named(client, trunk)
        body: dict[str, Any] = {
            "name": name or leads_to["name"], "trunk_id": leads_to["id"], "priority": priority,
            "prefix": prefix.removeprefix("+"),
        }  # fmt: skip
        out(line_of(ask(client, "POST", PATH, next_step=ADD, json=body)))


@app.command()
def remove(route_id: str, state: StateDir = None) -> None:
    """Take a route away."""
    with client_for(state) as client:
        ask(client, "DELETE", f"{PATH}/{route_id}", next_step=LIST)
    out(f"removed {route_id}")


@app.command()
def explain(
    number: Annotated[str, typer.Argument(help="E.164, such as +442071234567.")],
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """By which trunks a number would be called now, in which order, and why not by the others."""
    with client_for(state) as client:
        told = ask(client, "POST", f"{PATH}/explain", next_step="gateway route explain --help", json={"called": number})
    if as_json:
        out(json.dumps(told))
        return
    for line in explained(told):
        out(line)


def trunk_named(client: httpx.Client, named: str, path: str = TRUNKS) -> dict[str, Any]:
    """Of one direction. Raises NotFound, or BadInput when several have the name."""
    trunks = everything(client, path, next_step=LIST)
    found = [one for one in trunks if named in (one["id"], one["name"])]
    if not found:
        known = ", ".join(f"{one['id']} ({one['name']})" for one in trunks[:5]) or "none"
        raise NotFound(f"there is no such trunk; known: {known}", todo=ADD)
    if len(found) > 1:
        raise BadInput(f"several trunks have this name: {', '.join(one['id'] for one in found)}", todo="give the id")
    return found[0]
