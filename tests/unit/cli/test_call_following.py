"""A transfer that is watched: each step once, whatever happens to the control plane meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.cli import call_following
from gateway.kernel.errors import Unavailable

CALL, XFER = "call_1", "xfer_1"


def entry(position: int, kind: str, transfer: str = XFER, call: str = CALL) -> dict[str, Any]:
    return {"position": position, "call_id": call, "kind": kind, "body": {"transfer_id": transfer}}


class Broken(httpx.SyncByteStream):
    """A stream that is cut off after what it has."""

    def __init__(self, entries: list[dict[str, Any]], *, cut: bool) -> None:
        self._entries, self._cut = entries, cut

    def __iter__(self) -> Iterator[bytes]:
        yield b": open\n\n"
        for one in self._entries:
            yield f"id: {one['position']}\ndata: {json.dumps(one)}\n\n".encode()
        if self._cut:
            raise httpx.ReadError("cut off")


def watched(log: list[dict[str, Any]], *streams: Any) -> tuple[httpx.Client, list[int]]:
    """A control plane whose log is `log`, and whose stream answers so, one time after the other."""
    asked: list[int] = []
    left = iter(streams)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path != call_following.STREAM:
            return httpx.Response(200, json={"data": log, "next_after": None})
        asked.append(int(request.url.params["after"]))
        what = next(left)
        if isinstance(what, Exception):
            raise what
        return httpx.Response(200, stream=what) if isinstance(what, Broken) else httpx.Response(what)

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api"), asked


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_following, "AGAIN_S", 0.0)


def kinds(client: httpx.Client) -> list[str]:
    return [one["kind"] for one in call_following.steps(client, CALL, XFER)]


def test_what_was_recorded_before_is_told_first_and_other_transfers_are_not() -> None:
    log = [entry(3, "transfer_began"), entry(4, "caller_parked", "xfer_0"), entry(5, "transfer_settled", "xfer_0")]
    stream = [entry(5, "x"), entry(6, "attempt_placed"), entry(7, "x", call="call_2"), entry(8, "transfer_settled")]
    client, asked = watched(log, Broken(stream, cut=False))
    assert kinds(client) == ["transfer_began", "attempt_placed", "transfer_settled"]
    assert asked == [5]


def test_one_that_is_over_is_told_without_waiting() -> None:
    client, asked = watched([entry(3, "transfer_began"), entry(4, "transfer_settled"), entry(5, "call_ended")])
    assert kinds(client) == ["transfer_began", "transfer_settled"] and not asked


def test_a_control_plane_that_goes_away_and_comes_back_loses_no_step() -> None:
    client, asked = watched(
        [entry(3, "transfer_began")],
        Broken([entry(4, "caller_parked")], cut=True), httpx.ConnectError("away"), 503,
        Broken([entry(5, "attempt_placed")], cut=False), Broken([entry(6, "transfer_settled")], cut=True),
    )  # fmt: skip
    assert kinds(client) == ["transfer_began", "caller_parked", "attempt_placed", "transfer_settled"]
    assert asked == [3, 4, 4, 4, 5]


def test_a_control_plane_that_stays_away_is_told_with_the_next_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_following, "PATIENCE_S", 0.0)
    client, _ = watched([entry(3, "transfer_began")], httpx.ConnectError("away"))
    with pytest.raises(Unavailable) as told:
        kinds(client)
    assert told.value.todo == "gateway status"
