"""`gateway recordings …` as it is typed, beside a control plane that has a recording."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import main
from tests.integration.control_plane.live_calls import live_call
from tests.integration.control_plane.test_target_commands import Printed
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack
from tests.integration.recordings.conftest import ALLOWED, HandRecorder, Office


class Terminal:
    def __init__(self, typing: Typing, office: Office, recording: str) -> None:
        self._typing, self.office, self.recording = typing, office, recording

    def __call__(self, *arguments: str) -> Printed:
        self._typing.monkeypatch.setattr(sys, "argv", ["gateway", "recordings", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = self._typing.capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys) as typing:
        plane = typing.served.plane

        async def recorded() -> tuple[Office, str]:
            office = Office(plane, await live_call(plane, verdict=ALLOWED), HandRecorder(plane))
            return office, (await office.ready(seconds=65)).recording_id

        yield Terminal(typing, *typing.served.do(recorded()))


def test_it_is_listed_shown_saved_and_erased(terminal: Terminal, tmp_path: Path) -> None:
    recording = terminal.recording
    head, line = terminal("list").lines
    assert head.split()[0] == "id" and line.startswith(recording) and "1:05" in line and "ready" in line
    assert [one["id"] for one in json.loads(terminal("list", "--json").lines[0])] == [recording]
    assert terminal("list", "--call", terminal.office.call.id[-6:]).lines[1] == line
    shown = terminal("show", recording).lines
    assert shown[0].startswith(f"{recording}  ready") and any("chunks" in one for one in shown)
    target = tmp_path / "call.ogg"
    saved = terminal("save", recording, str(target))
    assert "NOT encrypted" in saved.lines[0] and target.read_bytes().startswith(b"OggS")
    assert target.stat().st_mode & 0o777 == 0o600
    assert "there already" in terminal("save", recording, str(target)).errors[0]
    taken = terminal("take", recording, str(tmp_path / "along"))
    assert f"{recording}.rec" in taken.lines[0]
    key_file = next(tmp_path.rglob("recordings.key"))
    again = (str(tmp_path / "along" / f"{recording}.rec"), str(tmp_path / "offline.ogg"), "--key-file", str(key_file))
    assert "NOT encrypted" in terminal("save", *again).lines[0]
    assert (tmp_path / "offline.ogg").read_bytes() == target.read_bytes()
    assert terminal("erase", recording, "--yes").lines == [f"erased {recording}"]
    refused = terminal("save", recording, str(tmp_path / "again.ogg"))
    assert refused.code != 0 and "erased" in refused.errors[0] and not (tmp_path / "again.ogg").exists()
    assert "erased" in terminal("list").lines[1]


def test_it_is_played_through_a_player_that_is_there(terminal: Terminal, tmp_path: Path) -> None:
    tools, heard = tmp_path / "tools", tmp_path / "heard"
    tools.mkdir()
    monkeypatch = terminal._typing.monkeypatch
    monkeypatch.setenv("PATH", str(tools))
    missing = terminal("play", terminal.recording)
    assert missing.code != 0 and "no player" in missing.errors[0] and "recordings save" in missing.next_step
    player = tools / "mpv"
    player.write_text(f"#!/bin/sh\nexec /bin/cat > {heard}\n")
    player.chmod(0o755)
    assert terminal("play", terminal.recording).code == 0
    assert heard.read_bytes().startswith(b"OggS") and len(heard.read_bytes()) > 50_000


def test_the_call_that_is_on_is_paused_from_the_terminal(terminal: Terminal) -> None:
    printed = terminal("ask", terminal.office.call.id, "pause")
    assert printed.code == 0 and printed.lines[0].startswith(terminal.office.call.id)
    wrong = terminal("ask", terminal.office.call.id, "rewind")
    assert wrong.code != 0


def test_the_keys_are_wrapped_anew_from_the_terminal(terminal: Terminal) -> None:
    plane = terminal.office.plane
    terminal._typing.monkeypatch.setenv("GATEWAY_DATABASE_URL", plane.container.database.url)
    before = json.loads(terminal("show", terminal.recording, "--json").lines[0])["key_id"]
    printed = terminal("rotate-keys", "--state", str(plane.container.settings.state_dir))
    assert printed.code == 0 and printed.lines[0].startswith("1 keys are wrapped by"), printed.errors
    after = json.loads(terminal("show", terminal.recording, "--json").lines[0])["key_id"]
    assert after != before and after in printed.lines[0]
