"""`gateway privacy …` as it is typed, beside a control plane that has two callers of the past."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import main
from tests.integration.control_plane.live_calls import LiveCall
from tests.integration.control_plane.test_target_commands import Printed
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack
from tests.integration.privacy.conftest import ANA, call_of


class Terminal:
    def __init__(self, typing: Typing, call: LiveCall) -> None:
        self._typing, self.call = typing, call

    def __call__(self, *arguments: str) -> Printed:
        self._typing.monkeypatch.setattr(sys, "argv", ["gateway", "privacy", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = self._typing.capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    def ends(self) -> None:
        self._typing.served.do(self.call.tell(self.call.facts.left(self.call.t)))


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys) as typing:
        yield Terminal(typing, typing.served.do(call_of(typing.served.plane, ANA)))


def test_a_person_is_found_exported_held_released_and_erased(terminal: Terminal, tmp_path: Path) -> None:
    terminal.ends()
    assert terminal("find", ANA).lines[0] == "1 calls"
    target = tmp_path / "ana.json"
    assert str(target) in terminal("export", ANA, "--out", str(target)).lines[0]
    assert json.loads(target.read_text())["calls"] == [terminal.call.id]
    assert target.stat().st_mode & 0o777 == 0o600

    hold = terminal("hold", ANA, "--why", "file 17").lines[0].split(";")[0]
    refused = terminal("erase", ANA, "--again", ANA)
    assert refused.code != 0 and hold in refused.errors[0]
    assert hold in terminal("holds").lines[0] and ANA not in terminal("holds").lines[0]
    assert terminal("release", hold).lines == [f"released {hold}"]

    report = terminal("erase", ANA, "--again", ANA).lines
    assert report[0].startswith("era_") and any(line.endswith("  calls") for line in report)
    assert terminal("find", ANA).lines[0] == "0 calls"


def test_what_is_typed_again_has_to_be_the_same(terminal: Terminal) -> None:
    terminal.ends()
    refused = terminal("erase", ANA, "--again", "+15105550112")
    assert refused.code != 0 and "nothing was erased" in refused.errors[0]
    assert terminal("find", ANA).lines[0] == "1 calls"


def test_retention_and_egress_are_shown(terminal: Terminal) -> None:
    assert [line.split()[0] for line in terminal("retention").lines[::2]] == [
        "recordings", "transcripts", "calls", "dials", "evidence",
    ]  # fmt: skip
    told = terminal("egress", "--call", terminal.call.id[-8:]).lines
    assert told[0].startswith("none") and "no agent has said" in told[1] and told[2].endswith("trk_1")
    assert terminal("egress", "--call", "call_01kaaaaaaaaaaaaaaaaaaaaaaa").code != 0
