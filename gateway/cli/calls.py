"""`gateway calls`: the call record from the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.stack import StateDir, state_dir
from gateway.cli.terminal import out
from gateway.kernel.errors import NotFound, Unavailable
from gateway.stack.plan import StackRecord

app = typer.Typer(help="Look at calls.", no_args_is_help=True)


def client_for(state: StateDir) -> httpx.Client:
    """An HTTP client of the running stack, with its local key."""
    env = StackRecord(state_dir(state)).read_env()
    return httpx.Client(
        base_url=env["GATEWAY_URL"],
        headers={"Authorization": f"Bearer {env['GATEWAY_API_KEY']}"},
        trust_env=False,
        timeout=httpx.Timeout(10, read=None),
    )


def fetch(client: httpx.Client, path: str, **query: Any) -> dict[str, Any]:
    try:
        answer = client.get(path, params=query)
    except httpx.TransportError as error:
        raise Unavailable("the control plane does not answer", todo="gateway status") from error
    if answer.status_code == 404:
        raise NotFound("there is no such call", todo="gateway calls list")
    answer.raise_for_status()
    return answer.json()


@app.command("list")
def list_calls(state: StateDir = None, limit: Annotated[int, typer.Option(min=1, max=100)] = 20) -> None:
    """The newest calls, one line each."""
    with client_for(state) as client:
        for call in fetch(client, "/v1/calls", limit=limit)["data"]:
            ended = call.get("termination") or {}
            out(f"{call['id']}  {call['created_at'][:19]}  {call['status']:<9}  {ended.get('sentence', '')}")


@app.command()
def show(call_id: str, state: StateDir = None) -> None:
    """One call's story, step by step."""
    with client_for(state) as client:
        for entry in fetch(client, f"/v1/calls/{call_id}/timeline")["data"]:
            out(f"{entry['at'][11:23]}  {entry['sentence']}")


@app.command()
def cdr(call_id: str, state: StateDir = None) -> None:
    """One call's record as JSON."""
    with client_for(state) as client:
        out(json.dumps(fetch(client, f"/v1/calls/{call_id}/cdr"), indent=2))


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
