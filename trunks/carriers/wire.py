"""HTTP to a carrier: at its pace, repeated only where repeating does no harm."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from gateway.kernel.errors import Unavailable

WITHIN_S = 30.0
TRIES = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
_HARMLESS = frozenset({"GET", "HEAD", "DELETE"})  # to do again what is done already changes nothing
_AGAIN = frozenset({429, 500, 502, 503, 504})


class Pace:
    """At most so many requests a second, evenly; whoever comes too early waits its turn."""

    def __init__(self, per_s: float | None) -> None:
        self._apart = 1 / per_s if per_s else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        at = max(self._next, now)
        self._next = at + self._apart
        if at > now:
            await asyncio.sleep(at - now)


class Wire:
    """One carrier's HTTP. `elsewhere`: base URLs in the place of its hosts, by host; for a double on this machine."""

    def __init__(self, carrier: str, pace: Pace, elsewhere: Mapping[str, str] | None = None) -> None:
        self._carrier, self._pace, self._elsewhere = carrier, pace, dict(elsewhere or {})
        self._client = httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False, trust_env=not self._elsewhere)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, method: str, url: str, **parts: Any) -> httpx.Response:
        """Whatever was answered. `parts`: as httpx has them (params, json, data, headers, auth).

        GET and DELETE are sent again, up to four times in all, when there is no answer, at 429 and at 5xx; anything
        else only when no connection was made, so that nothing can have happened. Raises Unavailable when there is no
        answer: then nobody knows whether it was done.
        """
        for left in reversed(range(TRIES)):
            await self._pace.turn()
            try:
                answer = await self._client.request(method, self._place(url), **parts)
            except httpx.ConnectError as error:
                if not left:
                    raise self._silent() from error
                await asyncio.sleep(_pause(TRIES - left))
            except httpx.TransportError as error:
                if not left or method not in _HARMLESS:
                    raise self._silent() from error
                await asyncio.sleep(_pause(TRIES - left))
            else:
                if answer.status_code not in _AGAIN or method not in _HARMLESS or not left:
                    return answer
                await asyncio.sleep(_wanted(answer) or _pause(TRIES - left))
        raise AssertionError("unreachable")

    def _place(self, url: str) -> str:
        parts = urlsplit(url)
        base = self._elsewhere.get(parts.hostname or "")
        return base.rstrip("/") + url[len(f"{parts.scheme}://{parts.netloc}") :] if base else url

    def _silent(self) -> Unavailable:
        return Unavailable(
            f"{self._carrier} did not answer; whether it did what was asked is not known",
            code="carrier.unavailable", todo="ask again: what was done is looked up before anything is sent twice",
        )  # fmt: skip


def _pause(tried: int) -> float:
    return min(FIRST_PAUSE_S * 2 ** (tried - 1), LONGEST_PAUSE_S)


def _wanted(answer: httpx.Response) -> float:
    """`Retry-After` in seconds; 0 for none, or for a date."""
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE_S) if text.isdecimal() else 0.0
