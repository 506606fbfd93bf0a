"""`gateway test replay`: what a caller said in a call that is in the record, said again to another profile."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.call_names import CallName, call_of
from gateway.cli.columns import plain
from gateway.cli.control_plane import ask, client_for
from gateway.cli.stack import StateDir
from gateway.cli.terminal import Terminal
from gateway.kernel.errors import BadInput, Unavailable


def replay(
    call: CallName,
    agent: Annotated[str, typer.Option(help="A file, an agent's name, or NAME@draft; default: the call's own.")] = "",
    folder: Annotated[Path, typer.Option("--out", help="Where the page goes.")] = Path("rehearsals"),
    save: Annotated[Path | None, typer.Option(help="Write it as a rehearsal (YAML).")] = None,
    state: StateDir = None,
) -> None:
    """Say it again, by text, and show both conversations side by side."""
    from gateway.cli.rehearsal_file import profile_named
    from gateway.rehearsals.by_text import rehearse_by_text
    from gateway.rehearsals.replay import as_written, replay_of
    from gateway.rehearsals.replay_page import alike, replay_page
    from gateway.rehearsals.wanted import wanted
    from gateway.settings import Settings

    with client_for(state) as http:
        call_id = call_of(http, call)
        told = ask(http, "GET", f"/v1/calls/{call_id}", next_step="gateway calls list")
        again = replay_of(call_id, _events(http, call_id))
    named = agent or told["agent_id"] or ""
    if not named:
        raise BadInput("no agent was on this call", todo="gateway test replay CALL --agent NAME")
    profile = profile_named(named, Path(), lambda: client_for(state))
    [held] = rehearse_by_text([wanted(again.rehearsal, profile)], Settings().speech, lambda _: None)
    terminal = Terminal()
    for note in again.notes:
        terminal.say(f"[yellow]{note}[/]")
    _show(again, held, named)
    file = folder / f"replay-{call_id}.html"
    _write(file, replay_page(again, held, named, datetime.now(UTC)))
    if save:
        _save(save, as_written(again, held, named if agent else profile))
        terminal.say(f"  saved: gateway test {save}")
    same, whole = alike(again, held)
    terminal.say(f"{same} of {whole} answers are the same")
    terminal.say(f"  {file}")
    if held.fault:
        raise Unavailable(held.fault, todo="gateway doctor")


def _events(http: Any, call_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        query = {"limit": 500, "after": after}
        page = ask(http, "GET", f"/v1/calls/{call_id}/events", next_step="gateway calls list", params=query)
        found += page["data"]
        after = page["next_after"]
    return found


def _show(again: Any, held: Any, agent: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from gateway.rehearsals.replay_page import pairs_of

    table = Table("caller", "the call", plain(agent), show_lines=True)
    for act, then, now in pairs_of(again, held):
        style = "" if then == now else "yellow"
        table.add_row(Text(plain(act)), Text(plain(then)), Text(plain(now), style=style))
    Console(highlight=False).print(table)


def _save(file: Path, document: dict[str, Any]) -> None:
    from gateway.cli.wanted_file import written

    if file.exists():
        raise BadInput(f"{file} is there already", todo="name a file that is not there yet")
    _write(file, written(document, []))


def _write(file: Path, text: str) -> None:
    """For its owner: what callers said is in it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(text)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", todo="name another place") from error
