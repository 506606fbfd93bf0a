"""`gateway calls supervise …` as it is typed, against a control plane that is served."""

from __future__ import annotations

import asyncio
import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomEvent
from gateway.calls.service import Calls
from gateway.cli import main
from gateway.db.session import Database
from gateway.kernel.role_tokens import RoleTokens
from tests.integration.calls.conftest import ManualClock
from tests.integration.control_plane.served import served_plane
from tests.integration.databases import database_url
from tests.unit.calls.story import CALL, ROOM, Facts

SECRET = "s" * 40
Typed = Callable[..., tuple[int, list[str], list[str]]]


async def a_call_is_on(folder: Path) -> None:
    """Recorded by another control plane of the same database."""
    database = Database(database_url(folder))

    def no_webhooks(_: bytes, __: str) -> RoomEvent | None:
        return None

    calls = Calls(
        begin=database.begin, rooms=MemoryRooms(), clock=ManualClock(), tokens=RoleTokens(folder / "keys"),
        verify_webhook=no_webhooks,
    )  # fmt: skip
    f = Facts()
    await calls.runner.take([f.invite(), f.joined(), f.answered(), f.agent()])
    await calls.close()
    await database.close()


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typed]:
    # `main` silences the logs of its process for good, which here is that of all tests.
    monkeypatch.setattr("gateway.kernel.logs.quiet_logs", lambda: None)

    def run(*arguments: str) -> tuple[int, list[str], list[str]]:
        monkeypatch.setattr(sys, "argv", ["gateway", "calls", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return code, printed.out.splitlines(), printed.err.splitlines()

    monkeypatch.setenv("GATEWAY_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("GATEWAY_LIVEKIT__API_SECRET", SECRET)
    (tmp_path / "plane").mkdir()
    with served_plane(tmp_path / "plane") as (url, key), (tmp_path / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what a running stack holds
        (tmp_path / "stack.json").write_text("{}")
        (tmp_path / "stack.env").write_text(f"GATEWAY_URL={url}\nGATEWAY_API_KEY={key}\n")
        asyncio.run(a_call_is_on(tmp_path / "plane"))
        assert httpx.get(url + "/healthz", trust_env=False).status_code == 200
        yield run


def test_a_supervisor_is_let_in_listed_and_dismissed(typed: Typed) -> None:
    assert typed("supervisors", CALL)[1] == [f"nobody; next: gateway calls supervise {CALL}"]
    code, (first, url, token), _ = typed("supervise", CALL, "--mode", "barge")
    identity, how = first.split("  ")
    assert code == 0 and how.startswith("barge, by ") and url == "url    ws://127.0.0.1:7880"
    claims = jwt.decode(token.split()[1], SECRET, algorithms=["HS256"])
    assert claims["sub"] == identity and claims["video"]["room"] == ROOM
    assert json.loads(typed("supervise", CALL, "--json")[1][0])["mode"] == "listen"
    listed = typed("supervisors", CALL)[1]
    assert [line.split()[1] for line in listed] == ["barge", "listen"]
    assert all("not there yet" in line and "let in by key_" in line for line in listed)
    assert typed("dismiss", CALL, identity)[1] == [f"dismissed {identity}"]
    assert len(typed("supervisors", CALL)[1]) == 1


def test_what_cannot_be_done_is_said_with_the_next_step(typed: Typed) -> None:
    code, _, errors = typed("supervise", CALL, "--mode", "whisper")
    assert code != 0 and "no human is with this call" in errors[0] and "/notes" in errors[0]
    code, _, errors = typed("note", CALL, "be kind")
    assert code != 0 and "no agent is with this call" in errors[0]
    code, _, errors = typed("dismiss", CALL, "sup_nobody")
    assert code != 0 and "no such supervisor" in errors[0] and f"gateway calls supervisors {CALL}" in errors[-1]
    code, _, errors = typed("supervise", "call_nobody")
    assert code != 0 and "no such call" in errors[0] and "gateway calls list" in errors[-1]
