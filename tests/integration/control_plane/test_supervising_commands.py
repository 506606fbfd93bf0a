"""`gateway calls supervise …` as it is typed, against a control plane that is served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from tests.integration.control_plane.typed import Typing, typing_beside_a_stack
from tests.unit.calls.story import CALL, ROOM, Facts

SECRET = "s" * 40


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    """Beside a stack that has a call."""
    monkeypatch.setenv("GATEWAY_LIVEKIT__API_SECRET", SECRET)
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys) as typing:
        f = Facts()
        typing.record([f.invite(), f.joined(), f.answered(), f.agent()])
        yield typing


def test_a_supervisor_is_let_in_listed_and_dismissed(typed: Typing) -> None:
    assert typed("supervisors", CALL).lines == [f"nobody; next: gateway calls supervise {CALL}"]
    printed = typed("supervise", CALL, "--mode", "barge")
    first, url, token = printed.lines
    identity, how = first.split("  ")
    assert printed.code == 0 and how.startswith("barge, by ") and url == "url    ws://127.0.0.1:7880"
    claims = jwt.decode(token.split()[1], SECRET, algorithms=["HS256"])
    assert claims["sub"] == identity and claims["video"]["room"] == ROOM
    assert json.loads(typed("supervise", CALL, "--json").lines[0])["mode"] == "listen"
    listed = typed("supervisors", CALL).lines
    assert [line.split()[1] for line in listed] == ["barge", "listen"]
    assert all("not there yet" in line and "let in by key_" in line for line in listed)
    assert typed("dismiss", CALL, identity).lines == [f"dismissed {identity}"]
    assert len(typed("supervisors", CALL).lines) == 1


def test_what_cannot_be_done_is_said_with_the_next_step(typed: Typing) -> None:
    printed = typed("supervise", CALL, "--mode", "whisper")
    assert printed.code != 0 and "no human is with this call" in printed.errors[0] and "/notes" in printed.errors[0]
    printed = typed("note", CALL, "be kind")
    assert printed.code != 0 and "no agent is with this call" in printed.errors[0]
    printed = typed("dismiss", CALL, "sup_nobody")
    assert (
        printed.code != 0
        and "no such supervisor" in printed.errors[0]
        and f"gateway calls supervisors {CALL}" in printed.next_step
    )
    printed = typed("supervise", "call_nobody")
    assert printed.code != 0 and "no such call" in printed.errors[0] and "gateway calls list" in printed.next_step
