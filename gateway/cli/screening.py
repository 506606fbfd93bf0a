"""`gateway screening`: who is kept out and who is let in, from the terminal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import httpx
import typer

from compliance.screening.value import KINDS, kind_of
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.screening_pictures import entry_line, entry_table, list_table, rejected_lines
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound
from gateway.kernel.ids import is_id

ENTRIES, IMPORTS = "/v1/screening/entries", "/v1/screening/imports"
LISTS = "/v1/screening/do-not-originate"
LIST, HELP = "gateway screening list", "gateway screening block --help"
TEXT = {"Content-Type": "text/plain; charset=utf-8"}

app = typer.Typer(help="Say which callers are wanted.", no_args_is_help=True)
never = typer.Typer(help="Numbers that never place calls.", no_args_is_help=True)
app.add_typer(never, name="do-not-originate")
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Value = Annotated[
    str,
    typer.Argument(help="+15105550100, +1900* (prefix), +15105550100-+15105550199 (range), 203.0.113.0/24."),
]
KindName = Annotated[str | None, typer.Option("--kind", help="number, prefix, range or source; else by its look.")]
Note = Annotated[str, typer.Option(help="Why; told with every refusal.")]
Expires = Annotated[str | None, typer.Option(help="It counts until then: 2027-01-31T00:00:00Z.")]


@app.command()
def block(
    value: Value, state: StateDir = None, kind: KindName = None, note: Note = "", expires: Expires = None
) -> None:
    """Refuse calls of these callers."""
    _add("block", value, state, kind, note, expires)


@app.command()
def allow(
    value: Value, state: StateDir = None, kind: KindName = None, note: Note = "", expires: Expires = None
) -> None:
    """Let these callers in, though a wider block or a do-not-originate list has them."""
    _add("allow", value, state, kind, note, expires)


@app.command("list")
def list_entries(
    state: StateDir = None,
    which: Annotated[str | None, typer.Option("--list", help="block or allow; else both.")] = None,
    kind: KindName = None,
    as_json: AsJson = False,
) -> None:
    """The block list and the allow list, the newest entries first."""
    query = {"list": which, "kind": kind}
    with client_for(state) as client:
        found = everything(
            client, ENTRIES, next_step=LIST, **{name: value for name, value in query.items() if value is not None}
        )
    if as_json:
        out(json.dumps(found))
        return
    for line in entry_table(found):
        out(line)
    if not found:
        out(f"nothing yet; next: {HELP}")


@app.command()
def remove(entry: Annotated[str, typer.Argument(help="Its id, or what it names.")], state: StateDir = None) -> None:
    """Take an entry off its list."""
    with client_for(state) as client:
        entry_id = entry if is_id("scr", entry) else _entry_of(client, entry)
        ask(client, "DELETE", f"{ENTRIES}/{entry_id}", next_step=LIST)
    out(f"removed {entry_id}")


@app.command("import")
def import_entries(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="A value on each line, or CSV; - reads from the pipe.")],
    state: StateDir = None,
    which: Annotated[str | None, typer.Option("--list", help="block or allow, for lines that do not say it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a file of entries. CSV: value,list,kind,note,expires_at."""
    query = {"list": which} if which else {}
    with client_for(state) as client:
        taken = ask(client, "POST", IMPORTS, next_step=LIST, params=query, content=file, headers=TEXT)
    if as_json:
        out(json.dumps(taken))
    else:
        out(f"{taken['added']} added, {taken['kept']} were there already")
        for line in rejected_lines(taken["rejected"]):
            out(line)
    if taken["rejected"]:
        rest = f"; nothing after line {taken['stopped_at']} was read" if taken["stopped_at"] else ""
        raise BadInput(
            f"{len(taken['rejected'])} lines were not taken{rest}", todo="correct them and import the file again"
        )


@never.command("import")
def import_list(
    name: Annotated[str, typer.Argument(help="Of the list: small letters, digits and -.")],
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="A number on each line; - reads from the pipe.")],
    state: StateDir = None,
    calling_code: Annotated[str | None, typer.Option(help="For numbers without +: 1 is North America.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Of the file; other bytes are refused.")] = None,
) -> None:
    """Put these numbers in place of all that the list had."""
    given = {"calling_code": calling_code, "sha256": sha256}
    query = {key: value for key, value in given.items() if value is not None}
    step = "gateway screening do-not-originate list"
    with client_for(state) as client:
        made = ask(client, "PUT", f"{LISTS}/{name}", next_step=step, params=query, content=file, headers=TEXT)
    for line in rejected_lines(made["rejected"]):
        out(line)
    out(f"{made['name']}  {made['numbers']} numbers  sha256 {made['sha256']}")


@never.command("list")
def list_lists(state: StateDir = None, as_json: AsJson = False) -> None:
    """Every list: how many numbers, since when."""
    with client_for(state) as client:
        found = ask(client, "GET", LISTS, next_step=LIST)["data"]
    if as_json:
        out(json.dumps(found))
        return
    for line in list_table(found):
        out(line)
    if not found:
        out("none yet; next: gateway screening do-not-originate import --help")


@never.command("remove")
def remove_list(name: str, state: StateDir = None) -> None:
    """Take a list away; its numbers may call again."""
    with client_for(state) as client:
        ask(client, "DELETE", f"{LISTS}/{name}", next_step="gateway screening do-not-originate list")
    out(f"removed {name}")


def _add(which: str, value: str, state: StateDir, kind: str | None, note: str, expires: str | None) -> None:
    body: dict[str, Any] = {"list": which, "kind": kind or kind_of(value), "value": value, "note": note}
    if body["kind"] not in KINDS:
        raise BadInput(f"--kind is none of {', '.join(KINDS)}", todo=HELP)
    if expires is not None:
        body["expires_at"] = _time(expires)
    step = {"screening.listed": f"gateway screening remove {value}"}
    with client_for(state) as client:
        out(entry_line(ask(client, "POST", ENTRIES, next_step=HELP, next_steps=step, json=body)))


def _time(text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise BadInput("--expires is no time with a time zone", todo="write it as 2027-01-31T00:00:00Z")
    return when.isoformat()


def _entry_of(client: httpx.Client, value: str) -> str:
    """Raises NotFound."""
    query = {"value": value, "kind": kind_of(value)}
    found = ask(client, "GET", ENTRIES, next_step=LIST, params=query)["data"]
    if not found:
        raise NotFound("no entry names exactly this", todo=LIST)
    return found[0]["id"]
