"""`gateway calls`: the call record from the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from gateway.cli.call_names import CallName, call_of
from gateway.cli.control_plane import ask, client_for
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out

app = typer.Typer(help="Look at calls, and move them.", no_args_is_help=True)
LIST = "gateway calls list"


@app.command("list")
def list_calls(state: StateDir = None, limit: Annotated[int, typer.Option(min=1, max=100)] = 20) -> None:
    """The newest calls, one line each."""
    with client_for(state) as client:
        for call in ask(client, "GET", "/v1/calls", next_step=LIST, params={"limit": limit})["data"]:
            ended = call.get("termination") or {}
            out(f"{call['id']}  {call['created_at'][:19]}  {call['status']:<9}  {ended.get('sentence', '')}")


@app.command()
def show(call: CallName, state: StateDir = None) -> None:
    """One call's story, step by step."""
    with client_for(state) as client:
        for entry in ask(client, "GET", f"/v1/calls/{call_of(client, call)}/timeline", next_step=LIST)["data"]:
            out(f"{entry['at'][11:23]}  {entry['sentence']}")


@app.command()
def cdr(call: CallName, state: StateDir = None) -> None:
    """One call's record as JSON."""
    with client_for(state) as client:
        out(json.dumps(ask(client, "GET", f"/v1/calls/{call_of(client, call)}/cdr", next_step=LIST), indent=2))


@app.command()
def hangup(call: CallName, state: StateDir = None) -> None:
    """End a call: the caller's phone hears a BYE."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        next_steps = {"call.ended": f"gateway calls show {call_id}"}
        ask(client, "POST", f"/v1/calls/{call_id}/hangup", next_step=LIST, next_steps=next_steps)
    out(f"{call_id} is being ended")


@app.command()
def tail(
    state: StateDir = None, as_json: Annotated[bool, typer.Option("--json", help="Events as NDJSON.")] = False
) -> None:
    """Follow all calls live; Ctrl-C ends it."""
    with client_for(state) as client, client.stream("GET", "/v1/calls/events/stream") as stream:
        stream.raise_for_status()
        try:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    event = json.loads(line.removeprefix("data:"))
                    out(json.dumps(event) if as_json else _line(event))
        except KeyboardInterrupt:
            return


def _line(event: dict[str, Any]) -> str:
    return f"{event['at'][11:23]}  {event['call_id'][-8:]}  {event.get('sentence') or event['kind']}"
