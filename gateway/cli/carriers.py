"""`gateway carriers`: accounts where numbers are bought and calls carried, from the terminal."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.carrier_pictures import carrier_table, kind_lines, offer_table, owned_table, trunk_table
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound

PATH, TRUNKS = "/v1/carriers", "/v1/carrier-trunks"
LIST, ADD = "gateway carriers list", "gateway carriers kinds"

app = typer.Typer(help="Open accounts at carriers, and look at what they have.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Name = Annotated[str, typer.Argument(help="Name or id of the account.")]
KeysFrom = Annotated[
    Path | None,
    typer.Option("--keys", help="A JSON file with the keys, - for standard input; without it you are asked."),
]


@app.command("list")
def list_carriers(state: StateDir = None, as_json: AsJson = False) -> None:
    """Every account."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step=LIST)
    if as_json:
        out(json.dumps(found))
        return
    for line in carrier_table(found):
        out(line)
    if not found:
        out(f"none yet; next: {ADD}")


@app.command()
def kinds(state: StateDir = None, as_json: AsJson = False) -> None:
    """The carriers that are known here, and what their keys are called; those in [ ] may be left out."""
    with client_for(state) as client:
        found = _kinds(client)
    for line in [json.dumps(found)] if as_json else kind_lines(found):
        out(line)


@app.command()
def add(
    name: str,
    kind: Annotated[str, typer.Option(help="See: gateway carriers kinds.")],
    state: StateDir = None,
    keys: KeysFrom = None,
    untried: Annotated[bool, typer.Option("--untried", help="Do not ask the carrier whether it lets us in.")] = False,
) -> None:
    """Give the keys of an account. They are tried, kept encrypted, and never shown again."""
    with client_for(state) as client:
        body = {"name": name, "kind": kind, "keys": _keys(client, kind, keys), "check_keys": not untried}
        made = ask(client, "POST", PATH, next_step=ADD, json=body)
    out(f"{made['name']} ({made['kind']}) is {made['id']}; next: gateway carriers search {made['name']} --country US")


@app.command()
def keys(name: Name, state: StateDir = None, keys: KeysFrom = None) -> None:
    """Give other keys of the same account, after they were changed at the carrier."""
    with client_for(state) as client:
        kind = ask(client, "GET", f"{PATH}/{name}", next_step=LIST)["kind"]
        ask(client, "PATCH", f"{PATH}/{name}", next_step=ADD, json={"keys": _keys(client, kind, keys)})
    out(f"{name} has the new keys; they let us in")


@app.command()
def search(
    name: Name,
    state: StateDir = None,
    country: Annotated[str, typer.Option(help="Two letters, as in US or DE.")] = "US",
    kind: Annotated[str, typer.Option(help="local, mobile, toll_free or national.")] = "local",
    area: Annotated[str, typer.Option(help="National destination code, such as 415.")] = "",
    contains: Annotated[str, typer.Option(help="Digits in a row.")] = "",
    feature: Annotated[list[str] | None, typer.Option(help="voice, sms, mms or fax; repeat.")] = None,
    max_monthly: Annotated[str | None, typer.Option(help="No dearer ones, as in 2.50.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    as_json: AsJson = False,
) -> None:
    """Numbers that can be bought now, with what they cost."""
    query: dict[str, Any] = {"country": country, "kind": kind, "area": area, "contains": contains, "limit": limit}
    query |= {"feature": feature} if feature else {}
    query |= {"max_monthly": max_monthly} if max_monthly else {}
    with client_for(state) as client:
        found = ask(client, "GET", f"{PATH}/{name}/offers", next_step=LIST, params=query)
    if as_json:
        out(json.dumps(found))
        return
    for line in offer_table(found):  # type: ignore[arg-type]
        out(line)
    out("next: gateway numbers buy --help" if found else "none; try another area, kind or country")


@app.command()
def numbers(name: Name, state: StateDir = None, as_json: AsJson = False) -> None:
    """Every number that the account has, whoever bought it."""
    with client_for(state) as client:
        found = ask(client, "GET", f"{PATH}/{name}/numbers", next_step=LIST)
    for line in [json.dumps(found)] if as_json else owned_table(found):  # type: ignore[arg-type]
        out(line)
    if not found and not as_json:
        out(f"none; next: gateway carriers search {name}")


@app.command()
def trunks(state: StateDir = None, as_json: AsJson = False) -> None:
    """The trunks that we have made at carriers."""
    with client_for(state) as client:
        found = everything(client, TRUNKS, next_step=LIST)
        accounts = {one["id"]: one["name"] for one in everything(client, PATH, next_step=LIST)}
    for line in [json.dumps(found)] if as_json else trunk_table(found, accounts):
        out(line)
    if not found and not as_json:
        out("none yet; next: gateway apply -f gateway.yaml")


@app.command("remove-trunk")
def remove_trunk(trunk: Annotated[str, typer.Argument(help="Name or id.")], state: StateDir = None) -> None:
    """Take a trunk away, at its carrier and here, when nothing needs it any more."""
    with client_for(state) as client:
        found = everything(client, TRUNKS, next_step=LIST)
        one = next((one for one in found if trunk in (one["id"], one["name"])), None)
        if one is None:
            raise NotFound(f"no trunk at a carrier is named {trunk}", todo="gateway carriers trunks")
        ask(client, "DELETE", f"{TRUNKS}/{one['id']}", next_step="gateway carriers trunks")
    out(f"{one['name']} is gone")


@app.command()
def template(
    name: Name,
    state: StateDir = None,
    show_password: Annotated[bool, typer.Option("--show-password", help="In the place of its placeholder.")] = False,
) -> None:
    """What to enter at a PBX or trunk of your own, for each trunk that leads there."""
    with client_for(state) as client:
        query = {"show_password": show_password}
        found = ask(client, "GET", f"{PATH}/{name}/template", next_step="gateway apply --help", params=query)
    for one in found:
        out(one["text"])  # type: ignore[index]


@app.command()
def remove(name: Name, state: StateDir = None) -> None:
    """Forget the keys of an account that nothing is at. At the carrier nothing changes."""
    with client_for(state) as client:
        ask(client, "DELETE", f"{PATH}/{name}", next_step=f"gateway carriers numbers {name}")
    out(f"forgot {name}")


def _kinds(client: httpx.Client) -> Any:
    return ask(client, "GET", f"{PATH}/kinds", next_step="gateway status")


def _keys(client: httpx.Client, kind: str, file: Path | None) -> dict[str, Any]:
    """From the file, or asked for one by one without showing them. Raises BadInput."""
    known = next((one["keys"] for one in _kinds(client) if one["kind"] == kind), None)
    if known is None:
        raise BadInput(f"there is no kind of carrier named {kind}", todo=ADD)
    if file is None:
        if not sys.stdin.isatty():
            raise BadInput("the keys are missing", todo="gateway carriers add NAME --kind KIND --keys keys.json")
        asked = {
            name: getpass.getpass(f"{name}{'' if needed else ' (may be empty)'}: ") for name, needed in known.items()
        }
        return {name: value for name, value in asked.items() if value}
    try:
        given = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text())
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{file} does not hold keys as JSON", todo=f'write {{"{next(iter(known))}": "…"}} into it'
        ) from error
    if not isinstance(given, dict):
        raise BadInput(f"{file} does not hold keys as a JSON object", todo=ADD)
    return given
