"""What the doubles of all carriers share: a carrier in memory that answers over real HTTP, remembers every exchange,
checks each against its contract, and fails in the ways that networks and carriers fail."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from bench.serving import serving
from tests.carriers.contract import Contract
from tests.carriers.exchange import Exchange

Kind = Literal["silent", "cut", "busy", "broken_before", "broken_after", "twice"]
Body = Callable[[], tuple[bytes, str]]  # what a failing carrier says in its own form, and the type of that


@dataclass
class Fault:
    """silent: it is done, and the connection ends without an answer. cut: the same, and nothing is done. busy: 429.
    broken_before, broken_after: 503, before or after it is done. twice: it arrives twice; the last answer comes back.
    `times`: on how many requests, None for all."""

    kind: Kind
    method: str
    path: str  # a regular expression, somewhere in the path
    times: int | None = 1
    retry_after: str = ""

    def meets(self, method: str, path: str) -> bool:
        if self.times == 0 or self.method not in (method, "*") or not re.search(self.path, path):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Double:
    """A carrier's subclass gives the routes (`app`), its contract, its `hosts`, and what it says when it is busy
    (`saying`). State is whatever the subclass keeps. `looks`: how often somebody must ask after a thing before people
    at the carrier have approved it."""

    app: Starlette
    hosts: tuple[str, ...]

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.exchanges: list[Exchange] = []
        self.looks = 0
        self._faults: list[Fault] = []
        self._ends_at: tuple[int, bool] | None = None
        self._gone = False
        self._lock = asyncio.Lock()  # one after the other, so that a number cannot be sold twice

    @asynccontextmanager
    async def running(self) -> AsyncIterator[dict[str, str]]:
        """`elsewhere` for `Wire`. Afterwards every exchange must have kept the contract."""
        async with serving(self) as address:  # type: ignore[arg-type]
            yield {host: f"{address}/{host}" for host in self.hosts}
        self.contract.hold(self.exchanges)

    # -- faults ---------------------------------------------------------------------------------------------------

    def fail(self, kind: Kind, method: str, path: str, *, times: int | None = 1, retry_after: str = "") -> None:
        self._faults.append(Fault(kind, method, path, times, retry_after))

    def ends_at(self, request: int, *, acted: bool) -> None:
        """From this request on (1 is the next) nothing is answered, as if the one who asks had been killed there. Is
        that request still done?"""
        self._ends_at = (len(self.exchanges) + request, acted)

    def heal(self) -> bool:
        """No faults any more. Was the end reached, if there was to be one?"""
        ended = self._gone
        self._faults.clear()
        self._ends_at, self._gone = None, False
        return ended

    def saying(self, status: int) -> tuple[bytes, str]:
        """A carrier's own words for 429 and 503, and their content type."""
        raise NotImplementedError

    # -- what was seen --------------------------------------------------------------------------------------------

    def writes(self, since: int = 0) -> list[Exchange]:
        """What was asked for and done that was not just a question."""
        return [one for one in self.exchanges[since:] if one.writes and one.acted]

    # -- ASGI -----------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        async with self._lock:
            exchange = await self._exchange(scope, body)
            self.exchanges.append(exchange)
        await _say(exchange, send)

    async def _exchange(self, scope: Scope, body: bytes) -> Exchange:
        _, host, path = scope["path"].split("/", 2)
        query = scope["query_string"].decode()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        headers["host"] = host
        asked = Exchange(scope["method"], f"https://{host}/{path}" + (f"?{query}" if query else ""), headers, body)
        if self._gone:
            return _unanswered(asked, 0)
        if self._ends_at is not None and len(self.exchanges) + 1 >= self._ends_at[0]:
            self._gone = True
            if self._ends_at[1]:
                await self._act(scope, asked)
            return _unanswered(asked, int(self._ends_at[1]))
        fault = next((one for one in self._faults if one.meets(asked.method, asked.path)), None)
        return await self._failing(scope, asked, fault) if fault else await self._act(scope, asked)

    async def _failing(self, scope: Scope, asked: Exchange, fault: Fault) -> Exchange:
        match fault.kind:
            case "cut":
                return _unanswered(asked, 0)
            case "silent":
                await self._act(scope, asked)
                return _unanswered(asked, 1)
            case "busy":
                return self._refused(asked, 429, 0, {"retry-after": fault.retry_after} if fault.retry_after else {})
            case "broken_before":
                return self._refused(asked, 503, 0, {})
            case "broken_after":
                await self._act(scope, asked)
                return self._refused(asked, 503, 1, {})
            case "twice":
                await self._act(scope, asked)
                return _changed(await self._act(scope, asked), acted=2)

    def _refused(self, asked: Exchange, status: int, acted: int, headers: dict[str, str]) -> Exchange:
        answer, kind = self.saying(status)
        return _changed(
            asked, status=status, answer=answer, answer_headers={"content-type": kind, **headers}, acted=acted
        )

    async def _act(self, scope: Scope, asked: Exchange) -> Exchange:
        """What the subclass's routes say to it."""
        messages: list[Message] = []

        async def given() -> Message:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def kept(message: Message) -> None:
            messages.append(message)

        inner = {**scope, "path": asked.path, "raw_path": asked.path.encode(), "root_path": ""}
        inner["headers"] = [(name.encode(), value.encode()) for name, value in asked.headers.items()]
        await self.app(inner, given, kept)
        headers = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
        answer = b"".join(one.get("body", b"") for one in messages[1:])
        return _changed(asked, status=messages[0]["status"], answer_headers=headers, answer=answer)


def page_of(rows: list[Any], page: int, size: int) -> tuple[list[Any], bool]:
    """The rows of that page, counted from 0, and whether there are more."""
    return rows[page * size : (page + 1) * size], len(rows) > (page + 1) * size


def _changed(exchange: Exchange, **fields: Any) -> Exchange:
    return Exchange(**{**vars(exchange), **fields})


def _unanswered(asked: Exchange, acted: int) -> Exchange:
    return _changed(asked, status=0, acted=acted)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _say(exchange: Exchange, send: Send) -> None:
    headers = {name: value for name, value in exchange.answer_headers.items() if name != "content-length"}
    if exchange.status:
        if exchange.status != 204:
            headers["content-length"] = str(len(exchange.answer))
        await send(_start(exchange.status, headers))
        await send({"type": "http.response.body", "body": exchange.answer})
        return
    # A body is promised and does not come: the server closes the connection in the middle of an answer.
    await send(_start(200, {"content-length": "1"}))


def _start(status: int, headers: dict[str, str]) -> Message:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
