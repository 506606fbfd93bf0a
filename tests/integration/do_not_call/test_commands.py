"""`gateway do-not-call …` and `gateway gate explain` as they are typed beside a control plane."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.control_plane.test_target_commands import Printed
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack
from tests.integration.do_not_call.conftest import CONSENTS, NOON, OHIO, OTHER, WRITTEN

Run = Callable[..., Printed]


@pytest.fixture
def typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys, group=()) as typing:
        trunk = {"name": "out", "address": "sip.carrier.example", "numbers": ["+16145550199"]}
        typing.made("/v1/outbound-trunks", **trunk)
        yield typing


def test_numbers_are_added_listed_and_removed(typing: Typing) -> None:
    first = typing("do-not-call", "add", OHIO, "--reason", "asked by letter", "--heard", "letter")
    assert first.code == 0 and OHIO in first.lines[0], first.errors
    assert typing("do-not-call", "add", OHIO, "--reason", "again").lines == first.lines
    listed = typing("do-not-call", "list")
    assert listed.lines[0].split()[0] == "id" and OHIO in listed.lines[1] and "asked by letter" in listed.lines[1]
    assert len(json.loads(typing("do-not-call", "list", "--number", OTHER, "--json").lines[0])) == 0
    assert typing("do-not-call", "remove", OHIO).lines == [f"removed {first.lines[0].split()[0]}"]
    assert "gateway do-not-call add --help" in typing("do-not-call", "list").lines[0]
    gone = typing("do-not-call", "remove", OHIO)
    assert gone.code != 0 and gone.next_step.endswith("gateway do-not-call list")


def test_a_list_is_imported_and_every_line_accounted_for(typing: Typing, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("614,5550100\n6145550100\nbob 7\n\n")
    about = ("--place", "US", "--calling-code", "1", "--dated", "2026-11-01")
    done = typing("do-not-call", "import", "us-national", str(file), *about)
    assert done.code != 0 and done.lines[0].startswith("line 3: "), done.errors
    assert "4 lines: 1 numbers, 1 repeated, 1 rejected, 1 without a number" in done.lines[1]
    file.write_text("614,5550100\n")
    assert typing("do-not-call", "import", "us-national", str(file), *about).code == 0
    assert "us-national" in typing("do-not-call", "list", "--lists").lines[1]
    assert typing("do-not-call", "remove", "us-national", "--imported").lines == ["removed us-national"]


def test_a_revocation_is_told_and_the_gate_says_so(typing: Typing) -> None:
    typing.made(CONSENTS, **WRITTEN, given_at="2026-01-01T00:00:00Z")
    question = (
        "gate",
        "explain",
        OHIO,
        "--line",
        "fixed",
        "--seller",
        "Acme",
        "--at",
        NOON,
        "--purpose",
        "informational",
    )
    allowed = typing(*question)
    assert allowed.code == 0 and allowed.lines[0].startswith("allow  informational, a voice made by AI"), allowed.errors
    assert allowed.lines[1].startswith("may be in US-OH, zones America/New_York (area_code)")
    assert typing("do-not-call", "revoke", OHIO, "--words", "stop").lines[0].startswith("drev_")
    refused = typing(*question)
    assert refused.lines[0].startswith("refuse")
    assert any(line.startswith("revocation@1") and "64.1200(a)(10)" in line for line in refused.lines)
    assert json.loads(typing(*question, "--json").lines[0])["verdict"] == "refuse"
    waits = typing(*question[:-4], "--at", "2026-11-18T09:00:00Z", "--purpose", "informational", "--voice", "human")
    assert waits.lines[0].startswith("refuse"), "what was taken back stands for any voice"


def test_a_question_that_makes_no_sense_says_what_to_type(typing: Typing) -> None:
    wrong = typing("gate", "explain", "555")
    assert wrong.code != 0 and wrong.errors and "E.164" in wrong.errors[0]
