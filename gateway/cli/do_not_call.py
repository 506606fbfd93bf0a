"""`gateway do-not-call`: who is not to be called, from the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.do_not_call_pictures import entry_line, entry_table, list_line, list_table, rejected_lines
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound
from gateway.kernel.ids import is_id

ENTRIES, LISTS = "/v1/do-not-call/entries", "/v1/do-not-call/lists"
REVOCATIONS = "/v1/do-not-call/revocations"
LIST, ADD = "gateway do-not-call list", "gateway do-not-call add --help"
IMPORT = "gateway do-not-call import --help"
TEXT = {"Content-Type": "text/plain; charset=utf-8"}

app = typer.Typer(help="Say who is not to be called.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Marketing = Annotated[bool, typer.Option("--marketing", help="Not to be sold to; may still be informed.")]
SellerName = Annotated[str, typer.Option(help="Only in this one's name; else in anybody's.")]
Heard = Annotated[str, typer.Option(help="Where: call, key, letter, message, web or office.")]
OfCall = Annotated[str | None, typer.Option("--call", help="The id of the call that it was heard on.")]


@app.command()
def add(
    number: Annotated[str, typer.Argument(help="+15105550100")],
    state: StateDir = None,
    marketing: Marketing = False,
    seller: SellerName = "",
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the list.")] = "",
    heard: Heard = "office",
    call: OfCall = None,
) -> None:
    """Put a number on the own list: it is not called any more, from now on."""
    body = _asked(number, marketing, seller, heard, call) | {"reason": reason}
    with client_for(state) as client:
        out(entry_line(ask(client, "POST", ENTRIES, next_step=ADD, json=body)))


@app.command()
def revoke(
    number: Annotated[str, typer.Argument(help="+15105550100")],
    state: StateDir = None,
    marketing: Marketing = False,
    seller: SellerName = "",
    words: Annotated[str, typer.Option(help="What was said, written or pressed.")] = "",
    heard: Heard = "call",
    call: OfCall = None,
) -> None:
    """Somebody takes consent back: not called until there is a newer consent."""
    body = _asked(number, marketing, seller, heard, call) | {"words": words}
    with client_for(state) as client:
        told = ask(client, "POST", REVOCATIONS, next_step="gateway do-not-call revoke --help", json=body)
    out(f"{told['id']}  revoked {told['scope']} at {told['at'][:19]}")


@app.command("import")
def import_list(
    name: Annotated[str, typer.Argument(help="Of the list: small letters, digits and -.")],
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="A number on each line; - reads from the pipe.")],
    place: Annotated[str, typer.Option(help="Whose people it is for: US, GB, US-TX.")],
    state: StateDir = None,
    dated: Annotated[str | None, typer.Option(help="The day it was downloaded on, 2026-11-20; else today.")] = None,
    register: Annotated[str | None, typer.Option(help="us-national, gb-tps, gb-ctps; else the name.")] = None,
    everything_too: Annotated[bool, typer.Option("--everything", help="Not to be informed either.")] = False,
    calling_code: Annotated[str | None, typer.Option(help="For numbers without +: 1 is North America.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Of the file; other bytes are refused.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put these numbers in place of all that the list had."""
    given = {
        "place": place, "dated": dated or datetime.now(UTC).date().isoformat(), "register": register,
        "scope": "everything" if everything_too else "marketing", "calling_code": calling_code, "sha256": sha256,
    }  # fmt: skip
    query = {key: value for key, value in given.items() if value is not None}
    with client_for(state) as client:
        taken = ask(client, "PUT", f"{LISTS}/{name}", next_step=IMPORT, params=query, content=file, headers=TEXT)
    if as_json:
        out(json.dumps(taken))
    else:
        for line in rejected_lines(taken["rejected"]):
            out(line)
        out(list_line(taken["list"]))
    if taken["rejected"]:
        raise BadInput(
            f"{len(taken['rejected'])} lines were not taken", todo="correct them and import the whole file again"
        )


@app.command("list")
def list_all(
    state: StateDir = None,
    lists: Annotated[bool, typer.Option("--lists", help="The imported lists, and not the own one.")] = False,
    number: Annotated[str | None, typer.Option(help="Only entries of this number.")] = None,
    as_json: AsJson = False,
) -> None:
    """The own list, the newest entries first."""
    with client_for(state) as client:
        if lists:
            found = ask(client, "GET", LISTS, next_step=LIST)["data"]
        else:
            query = {"number": number} if number else {}
            found = everything(client, ENTRIES, next_step=LIST, **query)
    if as_json:
        out(json.dumps(found))
        return
    for line in list_table(found) if lists else entry_table(found):
        out(line)
    if not found:
        out(f"nothing yet; next: {IMPORT if lists else ADD}")


@app.command()
def remove(
    entry: Annotated[str, typer.Argument(help="An entry's id or number; with --imported, a list's name.")],
    state: StateDir = None,
    imported: Annotated[bool, typer.Option("--imported", help="It is the name of an imported list.")] = False,
) -> None:
    """Take an entry off the own list, or an imported list away: they may be called again."""
    with client_for(state) as client:
        if imported:
            ask(client, "DELETE", f"{LISTS}/{entry}", next_step=f"{LIST} --lists")
            out(f"removed {entry}")
            return
        for entry_id in [entry] if is_id("dnc", entry) else _entries_of(client, entry):
            ask(client, "DELETE", f"{ENTRIES}/{entry_id}", next_step=LIST)
            out(f"removed {entry_id}")


def _asked(number: str, marketing: bool, seller: str, heard: str, call: str | None) -> dict[str, Any]:
    scope = "marketing" if marketing else "everything"
    return {"number": number, "scope": scope, "seller": seller, "heard": heard, "call_id": call}


def _entries_of(client: httpx.Client, number: str) -> list[str]:
    """Raises NotFound."""
    found = everything(client, ENTRIES, next_step=LIST, number=number)
    if not found:
        raise NotFound("the own list does not have this number", todo=LIST)
    return [one["id"] for one in found]
