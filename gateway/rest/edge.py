"""What is refused before anything is read: bodies beyond all bounds, and paths that no resource can have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.rest.problems import refuse

LONGEST_BODY = 2 * 1024 * 1024
NOTHING_LONGER: Mapping[str, int] = MappingProxyType({})


class Edge:
    """An ASGI middleware. A length that is announced and one that only shows while reading are both bounded.

    `longer`: by how paths begin that take more than `longest` bytes, because they read them as they come; `*` in it is
    one part of a path.
    """

    def __init__(self, app: ASGIApp, longest: int = LONGEST_BODY, longer: Mapping[str, int] = NOTHING_LONGER) -> None:
        self._app, self._longest = app, longest
        self._longer = [(re.compile(re.escape(start).replace(r"\*", "[^/]+")), size) for start, size in longer.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, left = Request(scope), self._longest_of(scope["path"])
        announced = request.headers.get("content-length", "")
        wrong = 404 if "\0" in scope["path"] else 413 if announced.isdecimal() and int(announced) > left else None
        if wrong is not None:  # PostgreSQL takes no NUL, not even to look for it
            await refuse(request, HTTPException(wrong))(scope, receive, send)
            return

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        await self._app(scope, bounded, send)

    def _longest_of(self, path: str) -> int:
        return next((size for start, size in self._longer if start.match(path)), self._longest)
