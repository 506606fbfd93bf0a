"""HTTP to a carrier: what is sent again and what never is, how fast, and to whom."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Receive, Scope, Send

from bench.serving import serving
from gateway.kernel.errors import SetupError, Unavailable
from trunks.carriers.wire import Pace, Wire

REAL = "https://api.example.com/v1/numbers"


class Far:
    """Answers with what it was given, in order, and with the last for ever. 0: it ends the connection instead."""

    def __init__(self, *statuses: int, retry_after: str = "") -> None:
        self._statuses, self._retry_after = list(statuses), retry_after
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append((scope["method"], scope["path"] + "?" + scope["query_string"].decode()))
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        headers = [(b"retry-after", self._retry_after.encode())] if self._retry_after else []
        headers.append((b"content-length", b"2"))
        await send({"type": "http.response.start", "status": status or 200, "headers": headers})
        if status:
            await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def wire_to(far: Far, per_s: float | None = None) -> AsyncIterator[Wire]:
    async with serving(far) as address:  # type: ignore[arg-type]
        wire = Wire("Example", Pace(per_s), {"api.example.com": f"{address}/there/"}, first_pause_s=0.001)
        try:
            yield wire
        finally:
            await wire.aclose()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("trouble", [0, 429, 500, 502, 503, 504])
async def test_what_does_no_harm_is_sent_again(method: str, trouble: int) -> None:
    far = Far(trouble, trouble, trouble, 200)
    async with wire_to(far) as wire:
        assert (await wire.send(method, REAL)).status_code == 200
    assert len(far.asked) == 4


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("trouble", [429, 500, 503])
async def test_what_makes_something_is_sent_once(method: str, trouble: int) -> None:
    far = Far(trouble, 200)
    async with wire_to(far) as wire:
        assert (await wire.send(method, REAL)).status_code == trouble
    assert len(far.asked) == 1


async def test_what_makes_something_is_sent_once_also_when_no_answer_comes() -> None:
    far = Far(0, 200)
    async with wire_to(far) as wire:
        with pytest.raises(Unavailable) as silent:
            await wire.send("POST", REAL)
    assert len(far.asked) == 1
    assert "not known" in silent.value.detail
    assert silent.value.todo


async def test_four_tries_are_all() -> None:
    far, broken = Far(0), Far(503)
    async with wire_to(far) as wire:
        with pytest.raises(Unavailable):
            await wire.send("GET", REAL)
    async with wire_to(broken) as wire:
        assert (await wire.send("GET", REAL)).status_code == 503
    assert (len(far.asked), len(broken.asked)) == (4, 4)


async def test_what_was_never_sent_may_be_sent_again() -> None:
    """Nobody listens at first, so a purchase cannot have arrived."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    class Opening(Pace):
        """At the second turn somebody begins to listen."""

        turns = 0
        server: asyncio.Server

        async def turn(self) -> None:
            self.turns += 1
            if self.turns == 2:
                self.server = await asyncio.start_server(answer, "127.0.0.1", port)

    pace = Opening(None)
    wire = Wire("Example", pace, {"api.example.com": f"http://127.0.0.1:{port}"}, first_pause_s=0.001)
    assert (await wire.send("POST", REAL)).status_code == 201
    assert (pace.turns, len(asked)) == (2, 1)
    await wire.aclose()
    pace.server.close()


async def test_a_carrier_that_names_a_time_is_not_asked_before() -> None:
    far = Far(429, 200, retry_after="1")
    loop = asyncio.get_running_loop()
    async with wire_to(far) as wire:
        before = loop.time()
        assert (await wire.send("GET", REAL)).status_code == 200
        assert loop.time() - before >= 1


@pytest.mark.parametrize("named", ["31", "86400"])
async def test_more_patience_than_half_a_minute_is_for_others_to_have(named: str) -> None:
    far = Far(429, 200, retry_after=named)
    async with wire_to(far) as wire:
        answer = await wire.send("GET", REAL)
    assert (answer.status_code, answer.headers["retry-after"], len(far.asked)) == (429, named, 1)


async def test_a_pace_is_kept_by_all_who_ask_at_once() -> None:
    far = Far(200)
    loop = asyncio.get_running_loop()
    async with wire_to(far, per_s=100) as wire:
        before = loop.time()
        await asyncio.gather(*(wire.send("GET", REAL) for _ in range(21)))
        assert loop.time() - before >= 0.2
    assert len(far.asked) == 21


async def test_a_double_stands_in_for_a_host_with_path_and_query() -> None:
    far = Far(200)
    async with wire_to(far) as wire:
        await wire.send("GET", f"{REAL}?Page=1&PageToken=a%2Bb")
    assert far.asked == [("GET", "/there/v1/numbers?Page=1&PageToken=a%2Bb")]


async def test_nothing_goes_to_a_real_carrier_while_there_is_a_double() -> None:
    far = Far(200)
    async with wire_to(far) as wire:
        with pytest.raises(SetupError) as nowhere:
            await wire.send("GET", "https://other.example.com/v1/numbers")
    assert "other.example.com" in nowhere.value.detail
    assert far.asked == []
