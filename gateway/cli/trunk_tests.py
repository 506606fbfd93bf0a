"""`gateway trunk test`: real calls through a trunk, and a verdict per item, from the terminal."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer

from gateway.cli.control_plane import ask, client_for
from gateway.cli.routes import trunk_named
from gateway.cli.stack import StateDir
from gateway.cli.terminal import Terminal, out
from gateway.cli.trunk_test_pictures import ending_of, items_of

PATH = "/v1/trunk-tests"
STEP = "gateway trunk test --help"
LOOK_S = 0.5

app = typer.Typer(help="Try trunks out.", no_args_is_help=True)


@app.callback()
def trunks() -> None:
    """Try trunks out."""


@app.command()
def test(
    trunk: Annotated[str, typer.Argument(help="Outbound trunk, by id or name.")],
    state: StateDir = None,
    number: Annotated[str | None, typer.Option(help="What to call, in E.164; default: a number of ours.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As the REST API tells it, at the end.")] = False,
) -> None:
    """Place a real call through a trunk, and say what works: sound both ways, keys, hold, REFER. Ends with 1 when
    something fails."""
    terminal = Terminal(quiet=as_json)
    with client_for(state) as client:
        body: dict[str, Any] = {"trunk_id": trunk_named(client, trunk)["id"]} | ({"number": number} if number else {})
        told = ask(client, "POST", PATH, next_step=STEP, json=body)
        told = _followed(client, told, terminal)
    if as_json:
        out(json.dumps(told))
    else:
        for line in items_of(told["items"]):
            out(line)
        out(ending_of(told))
    if told["state"] == "failed" or any(one["verdict"] == "fails" for one in told["items"]):
        raise typer.Exit(1)


def _followed(client: Any, told: dict[str, Any], terminal: Terminal) -> dict[str, Any]:
    """To its end; each step is said once."""
    said = 0
    while True:
        for step in told["steps"][said:]:
            terminal.say(step)
        said = len(told["steps"])
        if told["state"] != "running":
            return told
        time.sleep(LOOK_S)
        told = ask(client, "GET", f"{PATH}/{told['id']}", next_step=STEP)
