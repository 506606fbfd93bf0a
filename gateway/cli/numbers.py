"""`gateway numbers`: one number at a time. Each change is a small plan: the price first, and it can be repeated."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.carrier_pictures import number_table
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.plan_pictures import plan_lines
from gateway.cli.plans import Yes, carried_out, planned
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound

PATH = "/v1/numbers"
LIST = "gateway numbers list"

app = typer.Typer(help="Buy numbers, take them in, lead them to trunks, give them back.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Carrier = Annotated[str | None, typer.Option(help="Account at a carrier; default: the trunk's.")]
Trunk = Annotated[str | None, typer.Option(help="The trunk that its calls come by.")]
Agent = Annotated[str | None, typer.Option(help="Who answers: the name of an agent. A rule is made for this number.")]
NumberName = Annotated[str | None, typer.Option("--name", help="For files and people.")]


@app.command("list")
def list_numbers(state: StateDir = None, as_json: AsJson = False) -> None:
    """Every number, with its carrier and price."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step=LIST)
        if as_json:
            out(json.dumps(found))
            return
        carriers = {one["id"]: one["name"] for one in everything(client, "/v1/carriers", next_step=LIST)}
        trunks = {one["id"]: one["name"] for one in everything(client, "/v1/inbound-trunks", next_step=LIST)}
    for line in number_table(found, carriers, trunks):
        out(line)
    if not found:
        out("none yet; next: gateway carriers list")


@app.command()
def buy(
    number: str,
    state: StateDir = None,
    carrier: Carrier = None,
    trunk: Trunk = None,
    name: NumberName = None,
    agent: Agent = None,
    yes: Yes = False,
) -> None:
    """Buy this number, or take it in when the account has it already; its price is shown first."""
    _changed({"number": number, "carrier": carrier, "trunk": trunk, "name": name}, agent, state, "buy", yes=yes)


@app.command("import")
def take_in(
    number: str,
    carrier: Annotated[str, typer.Option(help="The account that has it.")],
    state: StateDir = None,
    trunk: Trunk = None,
    name: NumberName = None,
    agent: Agent = None,
    yes: Yes = False,
) -> None:
    """Take in a number that an account has already; nothing is bought."""
    with client_for(state) as client:
        owned = ask(client, "GET", f"/v1/carriers/{carrier}/numbers", next_step="gateway carriers list")
    if not any(one["number"] == number for one in owned):  # type: ignore[index]
        raise NotFound(f"{carrier} does not have this number", todo=f"gateway carriers numbers {carrier}")
    _changed({"number": number, "carrier": carrier, "trunk": trunk, "name": name}, agent, state, "import", yes=yes)


@app.command()
def assign(
    number: str,
    trunk: Annotated[str, typer.Argument()],
    state: StateDir = None,
    agent: Agent = None,
    yes: Yes = False,
) -> None:
    """Lead its calls to a trunk, at the carrier and here; and, with --agent, say who answers them."""
    _changed({"number": number, "trunk": trunk}, agent, state, "assign", yes=yes)


@app.command()
def release(
    number: str,
    state: StateDir = None,
    again: Annotated[
        str | None, typer.Option("--again", help="The number, typed again; without it you are asked.")
    ] = None,
) -> None:
    """Give it back to its carrier for good. Somebody else may get it."""
    with client_for(state) as client:
        found = _row(client, number)
        if again is None:
            if not sys.stdin.isatty():
                raise BadInput(
                    "nobody is there to type the number again",
                    todo=f"gateway numbers release {number} --again {number}",
                )
            again = typer.prompt("type the number again to give it back for good", err=True)
        ask(client, "POST", f"{PATH}/{found['id']}/release", next_step=LIST, json={"number": again})
    out(f"{found['number']} is given back")


def _changed(wanted: dict[str, Any], agent: str | None, state: StateDir, command: str, *, yes: bool) -> None:
    document: dict[str, Any] = {"numbers": [{name: value for name, value in wanted.items() if value is not None}]}
    if agent is not None:
        if not wanted["trunk"]:
            raise BadInput("who answers needs to know by which trunk", todo=f"gateway numbers {command} … --trunk NAME")
        number = wanted["number"]
        document["rules"] = [{"name": number, "trunks": [wanted["trunk"]], "numbers": [number], "agent": agent}]
    with client_for(state) as client:
        made = planned(client, document, next_step="gateway carriers search --help")
        for line in plan_lines(made):
            out(line)
        if made["steps"]:
            carried_out(client, made["id"], again=f"gateway numbers {command} --help, and --yes", yes=yes)


def _row(client: httpx.Client, number: str) -> dict[str, Any]:
    for one in everything(client, PATH, next_step=LIST):
        if number in (one["number"], one["id"], one["name"]):
            return one
    raise NotFound("there is no such number here", todo=LIST)
