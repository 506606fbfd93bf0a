"""`gateway recordings`: what was recorded, playing it, erasing it, and the key that wraps all their keys."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from compliance.recordings.key_file import KeyFile
from compliance.recordings.portable import keep_file, sound_of_file
from gateway.cli.call_names import CallName, call_of
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.recording_pictures import recording_lines, recording_table
from gateway.cli.stack import StateDir, state_dir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, GatewayError, SetupError, Unavailable

PATH = "/v1/recordings"
LIST = "gateway recordings list"
# programs that play Ogg from their standard input
PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-"),
    ("mpv", "--really-quiet", "--no-video", "-"),
    ("mplayer", "-really-quiet", "-"),
    ("cvlc", "--quiet", "--play-and-exit", "-"),
)

app = typer.Typer(help="What was recorded; play it, erase it.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Name = Annotated[str, typer.Argument(metavar="RECORDING", help="Its id, rec_…")]


@app.command("list")
def list_recordings(
    state: StateDir = None,
    call: Annotated[str | None, typer.Option(help="Of this call only: its id, or the end of it.")] = None,
    as_json: AsJson = False,
) -> None:
    """The newest first."""
    with client_for(state) as client:
        query = {"call_id": call_of(client, call)} if call else {}
        found = everything(client, PATH, next_step=LIST, **query)
    if as_json:
        out(json.dumps(found))
        return
    for line in recording_table(found):
        out(line)
    if not found:
        out("none: a call is recorded when its dispatch rule wants it and the caller agrees")


@app.command()
def show(recording: Name, state: StateDir = None, as_json: AsJson = False) -> None:
    """One recording: how it stands, its pauses, what was made silent."""
    with client_for(state) as client:
        found = ask(client, "GET", f"{PATH}/{recording}", next_step=LIST)
    if as_json:
        out(json.dumps(found))
        return
    for line in recording_lines(found):
        out(line)


@app.command()
def play(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="Its id, rec_…, or an encrypted file.")],
    state: StateDir = None,
    key_file: Annotated[
        Path | None, typer.Option(help="For a file: the key that wraps its key; no stack has to run.")
    ] = None,
) -> None:
    """Play it through this machine's loudspeaker; nothing plain is written to disk."""
    command = next((player for player in PLAYERS if shutil.which(player[0])), None)
    if command is None:
        known = ", ".join(player[0] for player in PLAYERS)
        raise SetupError(
            f"there is no player here; known are {known}", todo=f"gateway recordings save {recording} FILE.ogg"
        )
    sound = _sound(recording, state, key_file)
    played = subprocess.run(command, input=sound, check=False)
    if played.returncode:
        raise Unavailable(f"{command[0]} could not play it", todo=f"gateway recordings save {recording} FILE.ogg")


@app.command()
def save(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="Its id, rec_…, or an encrypted file.")],
    file: Annotated[Path, typer.Argument(help="Where to: an .ogg file that is not there yet.")],
    state: StateDir = None,
    key_file: Annotated[
        Path | None, typer.Option(help="For a file: the key that wraps its key; no stack has to run.")
    ] = None,
) -> None:
    """Save it as a plain file that any player plays, and anybody who has it."""
    if file.exists():
        raise BadInput(f"{file} is there already", todo="choose another name")
    sound = _sound(recording, state, key_file)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        target.write(sound)
    out(f"saved {file}: it is NOT encrypted. Whoever gets the file hears the call; delete it when you are done.")


@app.command()
def take(
    recording: Name,
    folder: Annotated[Path, typer.Argument(help="Where to; it is made when it is not there.")],
    state: StateDir = None,
) -> None:
    """Take it along as it is stored: encrypted, its wrapped key beside it. The key file opens it, anywhere."""
    with client_for(state) as client:
        answer = _answer(client, recording, "file")
    file, beside = keep_file(folder, recording, answer.headers, answer.content)
    out(f"{folder / file} and {beside}: whoever has recordings.key too can play it")
    out(f"  gateway recordings play {folder / file} --key-file recordings.key")


@app.command()
def erase(
    recording: Name,
    state: StateDir = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy its key and its file, for ever; the list still says that there was one."""
    if not yes:
        typer.confirm(f"erase {recording} for ever?", abort=True)
    with client_for(state) as client:
        ask(client, "DELETE", f"{PATH}/{recording}", next_step=LIST)
    out(f"erased {recording}")


@app.command("ask")
def ask_for(
    call: CallName,
    do: Annotated[str, typer.Argument(metavar="start|pause|resume|stop")],
    state: StateDir = None,
) -> None:
    """Start, pause, continue or stop the recording of a call that is on."""
    with client_for(state) as client:
        call_id = call_of(client, call)
        path = f"/v1/calls/{call_id}/recording"
        stood = ask(client, "POST", path, next_step=f"gateway calls show {call_id}", json={"do": do})
    out(f"{call_id}  {do} asked for; it was {stood['state']}")


@app.command("rotate-keys")
def rotate_keys(state: StateDir = None) -> None:
    """Wrap every recording's key by a fresh key; no file is touched, and calls go on. Run it where the key file is."""
    from gateway import bootstrap
    from gateway.settings import load_settings

    settings = load_settings()
    if state is not None:
        settings = settings.model_copy(update={"state_dir": state_dir(state)})
    fresh, count = asyncio.run(bootstrap.rotate_recording_keys(settings))
    out(f"{count} keys are wrapped by {fresh} now; back up {settings.recordings_key_file}")


def _sound(recording: str, state: Path | None, key_file: Path | None) -> bytes:
    """Of a recording of the running stack, or, with a key file, of a file."""
    if key_file is None:
        with client_for(state) as client:
            return sound_of(client, recording)
    return b"".join(sound_of_file(Path(recording), KeyFile(key_file)))


def sound_of(client: httpx.Client, recording: str) -> bytes:
    """Raises the problem that the control plane tells."""
    return _answer(client, recording, "audio").content


def _answer(client: httpx.Client, recording: str, what: str) -> httpx.Response:
    try:
        answer = client.get(f"{PATH}/{recording}/{what}")
    except httpx.TransportError as error:
        raise Unavailable("the control plane does not answer", todo="gateway status") from error
    if answer.is_success:
        return answer
    problem: dict[str, Any] = {}
    if answer.headers.get("content-type") == "application/problem+json":
        problem = answer.json()
    raise GatewayError(
        problem.get("detail", f"the control plane answered {answer.status_code}"), code=problem.get("code"),
        todo=f"gateway recordings show {recording}",
    )  # fmt: skip
