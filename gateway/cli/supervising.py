"""`gateway calls supervise …`: listen to a call, whisper, barge in, or write its agent a note, from the terminal."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from gateway.cli.call_names import CallName, call_of
from gateway.cli.control_plane import ask, client_for
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out

LIST = "gateway calls list"
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]


class How(StrEnum):
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


def register(app: typer.Typer) -> None:
    """Among the other commands about calls."""
    for command in (supervise, supervisors, dismiss, note):
        app.command()(command)


def supervise(
    call: CallName,
    state: StateDir = None,
    mode: Annotated[How, typer.Option(help="Whisper: the human alone hears it; barge: all do.")] = How.LISTEN,
    as_json: AsJson = False,
) -> None:
    """Let somebody into a call: what a LiveKit client connects with, good for a minute."""
    with client_for(state) as client:
        given = ask(client, "POST", path_of(call_of(client, call)), next_step=LIST, json={"mode": mode})
    if as_json:
        out(json.dumps(given))
        return
    out(f"{given['identity']}  {given['mode']}, by {given['expires_at'][11:19]} UTC")
    out(f"url    {given['url']}")
    out(f"token  {given['token']}")


def supervisors(call: CallName, state: StateDir = None, as_json: AsJson = False) -> None:
    """Who was let into a call, and who is there."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        found = ask(client, "GET", path_of(call_id), next_step=LIST)["data"]
    if as_json:
        out(json.dumps(found))
        return
    for one in found:
        out(f"{one['identity']}  {one['mode']:<7}  {presence_of(one)}  let in by {one['key_id']}")
    if not found:
        out(f"nobody; next: gateway calls supervise {call_id}")


def dismiss(call: CallName, identity: str, state: StateDir = None) -> None:
    """Put a supervisor out of a call."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        ask(client, "DELETE", f"{path_of(call_id)}/{identity}", next_step=f"gateway calls supervisors {call_id}")
    out(f"dismissed {identity}")


def note(call: CallName, text: str, state: StateDir = None) -> None:
    """Whisper to the AI agent of a call, in writing; the caller is not told."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        next_step = f"gateway calls show {call_id}"
        ask(client, "POST", f"/v1/calls/{call_id}/notes", next_step=next_step, json={"text": text})
    out("the agent has it")


def path_of(call_id: str) -> str:
    return f"/v1/calls/{call_id}/supervisors"


def presence_of(one: dict[str, Any]) -> str:
    if one["left_at"]:
        return f"left at {one['left_at'][11:19]}"
    return f"there since {one['joined_at'][11:19]}" if one["joined_at"] else "not there yet"
