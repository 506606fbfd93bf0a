"""`gateway apply`, `plans`, `export`, `drift`: from a file to what there is, the price first."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.control_plane import ask, client_for
from gateway.cli.plan_pictures import ending_lines, note_lines, plan_lines, plan_table, progress_line
from gateway.cli.stack import StateDir
from gateway.cli.terminal import Terminal, out
from gateway.cli.wanted_file import WantedFile, written
from gateway.kernel.errors import BadInput, Conflict, GatewayError

PATH = "/v1/plans"
LIST = "gateway plans list"
LOOK_S = 0.3
UNDER_WAY = ("applying", "undoing")

app = typer.Typer(help="See what was planned and done.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(root: typer.Typer) -> None:
    root.command()(apply)
    root.command()(export)
    root.command()(drift)


def apply(
    file: Annotated[Path, typer.Option("-f", "--file", help="What is wanted.")],
    state: StateDir = None,
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Show what would be done, and its price; do nothing.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make numbers, trunks, rules and agents as this file says: first the plan and its price, then, when you agree, the
    work. It can be run again at any time."""
    wanted = WantedFile(file)
    with client_for(state) as client:
        try:
            made = planned(client, wanted.document, next_step=f"gateway apply -f {file} --plan")
        except GatewayError as error:
            raise wanted.placed(error) from error
        if as_json and (plan_only or not made["steps"]):
            out(json.dumps(made))
            return
        if not as_json:
            for line in plan_lines(made):
                out(line)
        if not plan_only and made["steps"]:
            carried_out(client, made["id"], again=f"gateway apply -f {file} --yes", yes=yes, as_json=as_json)


def planned(client: httpx.Client, document: dict[str, Any], *, next_step: str) -> dict[str, Any]:
    return ask(client, "POST", PATH, next_step=next_step, json={"document": document})


def carried_out(client: httpx.Client, plan_id: str, *, again: str, yes: bool, as_json: bool = False) -> None:
    """Asks, begins, shows each step as it is done. Raises Conflict when it did not come to its end."""
    if not yes:
        if not sys.stdin.isatty():
            raise BadInput("nobody is there to agree to this", todo=again)
        if not typer.confirm("do this?", default=False, err=True):
            raise BadInput("nothing was done", todo=again)
    ask(client, "POST", f"{PATH}/{plan_id}/apply", next_step=again)
    _followed(client, plan_id, as_json=as_json)


def _followed(client: httpx.Client, plan_id: str, *, as_json: bool) -> None:
    terminal, told = Terminal(quiet=as_json), {}
    while True:
        plan = ask(client, "GET", f"{PATH}/{plan_id}", next_step=LIST)
        for step in plan["steps"]:
            if told.get(step["key"]) != step["state"]:
                told[step["key"]] = step["state"]
                if step["state"] != "waiting":
                    terminal.say(progress_line(step))
        if plan["state"] not in UNDER_WAY:
            break
        time.sleep(LOOK_S)
    if as_json:
        out(json.dumps(plan))
    else:
        for line in ending_lines(plan):
            out(line)
    if plan["state"] == "failed":
        raise Conflict("not everything could be done", todo=f"see why, and apply again: gateway plans show {plan_id}")


def export(state: StateDir = None, as_json: AsJson = False) -> None:
    """Write what there is as the file that would make it: gateway export > gateway.yaml"""
    with client_for(state) as client:
        found = ask(client, "GET", "/v1/export", next_step="gateway status")
    out(json.dumps(found) if as_json else written(found["document"], found["left_out"]).rstrip())


def drift(state: StateDir = None, as_json: AsJson = False) -> None:
    """What was changed at carriers behind our back, and what is paid for and unused."""
    with client_for(state) as client:
        found = ask(client, "GET", "/v1/drift", next_step="gateway carriers list")
    if as_json:
        out(json.dumps(found))
        return
    for words in found["steps"]:
        out(f"changed  to be as it was: {words}")
    for line in note_lines(found["notes"]):
        out(line)
    if found["steps"]:
        out("next: gateway export > now.yaml, then gateway apply -f now.yaml")
    elif not found["notes"]:
        out("nothing: carriers and LiveKit have what is written down here")


@app.command("list")
def list_plans(state: StateDir = None, as_json: AsJson = False) -> None:
    """The newest first."""
    with client_for(state) as client:
        found = ask(client, "GET", PATH, next_step="gateway status", params={"limit": 50})["data"]
    if as_json:
        out(json.dumps(found))
        return
    for line in plan_table(found):
        out(line)
    if not found:
        out("none yet; next: gateway apply -f gateway.yaml")


@app.command()
def show(plan_id: str, state: StateDir = None, as_json: AsJson = False) -> None:
    """Every step, and what became of it."""
    with client_for(state) as client:
        plan = ask(client, "GET", f"{PATH}/{plan_id}", next_step=LIST)
    if as_json:
        out(json.dumps(plan))
        return
    for step in plan["steps"]:
        out(progress_line(step))
    for line in ending_lines(plan):
        out(line)


@app.command()
def undo(plan_id: str, state: StateDir = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take back what a plan has done, in reverse. Numbers stay: they were paid for."""
    with client_for(state) as client:
        if not yes and not (sys.stdin.isatty() and typer.confirm("take it back?", default=False, err=True)):
            raise BadInput("nothing was taken back", todo=f"gateway plans undo {plan_id} --yes")
        ask(client, "POST", f"{PATH}/{plan_id}/undo", next_step=f"gateway plans show {plan_id}")
        _followed(client, plan_id, as_json=as_json)
