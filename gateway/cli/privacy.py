"""`gateway privacy`: what is kept of a person or a call; exporting, erasing, holding it; who else heard a call."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.call_names import call_of
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.privacy_pictures import egress_lines, erasure_lines, found_lines, hold_lines, retention_lines
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import BadInput

PATH = "/v1/privacy"
HELP, HOLDS = "gateway privacy --help", "gateway privacy holds"

app = typer.Typer(help="What is kept of a person; export it, erase it, hold it.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Number = Annotated[str | None, typer.Argument(metavar="NUMBER", help="A person: +15105550111.")]
Call = Annotated[str | None, typer.Option("--call", help="One call instead: its id, or the end of it.")]


@app.command()
def find(person: Number = None, call: Call = None, state: StateDir = None, as_json: AsJson = False) -> None:
    """Every place that keeps something, and how much."""
    with client_for(state) as client:
        found = ask(client, "POST", f"{PATH}/find", next_step=HELP, json=_about(client, person, call))
    for line in [json.dumps(found)] if as_json else found_lines(found):
        out(line)


@app.command()
def export(
    to: Annotated[Path, typer.Option("--out", help="A new file, JSON.")],
    person: Number = None,
    call: Call = None,
    state: StateDir = None,
) -> None:
    """Write everything that is kept to a file. That it was exported is in the ledger."""
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(f"{to} cannot be made: {error.strerror}", todo="name a file that is not there yet") from error
    whole = False
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file, client_for(state) as client:
            told = ask(client, "POST", f"{PATH}/exports", next_step=HELP, json=_about(client, person, call))
            json.dump(told, file, ensure_ascii=False, indent=1)
        whole = True
    finally:
        if not whole:
            to.unlink()
    count = sum(len(rows) for rows in told["places"].values())
    out(f"{count} rows in {to}; sound: gateway recordings save REC FILE.ogg")


@app.command()
def erase(
    person: Number = None,
    call: Call = None,
    state: StateDir = None,
    also_lists: Annotated[bool, typer.Option("--also-lists", help="Entries of block and allow lists too.")] = False,
    again: Annotated[str | None, typer.Option("--again", help="The number or call once more.")] = None,
    as_json: AsJson = False,
) -> None:
    """Erase for ever. The number (or the call's id) is to be typed a second time."""
    with client_for(state) as client:
        about = _about(client, person, call)
        name = str(about.get("person") or about.get("call_id"))
        typed = again if again is not None else typer.prompt("type it again to erase for ever")
        if typed.strip() != name:
            raise BadInput("that is not the same; nothing was erased", todo=HELP)
        body = about | {"also_lists": also_lists}
        report = ask(client, "POST", f"{PATH}/erasures", next_step=HELP, json=body, next_steps={"privacy.held": HOLDS})
    for line in [json.dumps(report)] if as_json else erasure_lines(report):
        out(line)


@app.command()
def hold(
    why: Annotated[str, typer.Option(help="For whom: a file number, no name.")],
    person: Number = None,
    call: Call = None,
    state: StateDir = None,
) -> None:
    """Neither erasure nor retention touches it until it is released."""
    with client_for(state) as client:
        body = _about(client, person, call) | {"why": why}
        held = ask(client, "POST", f"{PATH}/holds", next_step=HELP, json=body)
    out(f"{held['id']}; release it: gateway privacy release {held['id']}")


@app.command()
def holds(state: StateDir = None, as_json: AsJson = False) -> None:
    """The newest first, released ones too."""
    with client_for(state) as client:
        found = everything(client, f"{PATH}/holds", next_step=HELP)
    for line in [json.dumps(found)] if as_json else hold_lines(found):
        out(line)


@app.command()
def release(hold: Annotated[str, typer.Argument(help="Its id, hold_…")], state: StateDir = None) -> None:
    """End a legal hold."""
    with client_for(state) as client:
        ask(client, "DELETE", f"{PATH}/holds/{hold}", next_step=HOLDS)
    out(f"released {hold}")


@app.command()
def retention(state: StateDir = None, as_json: AsJson = False) -> None:
    """How long what is kept, and by which rule."""
    with client_for(state) as client:
        found = ask(client, "GET", f"{PATH}/retention", next_step=HELP)["data"]
    for line in [json.dumps(found)] if as_json else retention_lines(found):
        out(line)


@app.command()
def egress(
    call: Annotated[str, typer.Option("--call", help="Its id, or the end of it.")],
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Every host that got sound, text or outcomes of a call."""
    with client_for(state) as client:
        told = ask(client, "GET", f"{PATH}/egress/{call_of(client, call)}", next_step=HELP)
    for line in [json.dumps(told)] if as_json else egress_lines(told):
        out(line)


def _about(client: httpx.Client, person: str | None, call: str | None) -> dict[str, Any]:
    """Raises BadInput, NotFound."""
    if (person is None) == (call is None):
        raise BadInput("name a person or, with --call, a call: one of both", todo=HELP)
    return {"call_id": call_of(client, call)} if call is not None else {"person": parse_e164(person or "")}
