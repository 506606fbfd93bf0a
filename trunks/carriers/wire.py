"""HTTP to a carrier: at its pace, repeated only where repeating does no harm."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from gateway.kernel.errors import SetupError, Unavailable

WITHIN_S = 30.0
TRIES = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
_HARMLESS = frozenset({"GET", "HEAD", "DELETE"})  # to do again what is done already changes nothing
_AGAIN = frozenset({429, 500, 502, 503, 504})
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


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
    """One carrier's HTTP. `elsewhere`: base URLs in the place of its hosts, by host; for a double on this machine.
    Whoever names one host names all: nothing goes to a real carrier by accident. `first_pause_s`: before the second
    try; each further pause is twice as long."""

    def __init__(
        self,
        carrier: str,
        pace: Pace,
        elsewhere: Mapping[str, str] | None = None,
        *,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._carrier, self._pace, self._elsewhere = carrier, pace, dict(elsewhere or {})
        self._first_pause_s = first_pause_s
        self._client = httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False, trust_env=not self._elsewhere)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, method: str, url: str, **parts: Any) -> httpx.Response:
        """Whatever was answered. `parts`: as httpx has them (params, json, data, headers, auth).

        GET and DELETE are sent again, up to four times in all, when there is no answer, at 429 and at 5xx; anything
        else only when no connection was made, so that nothing can have happened. A carrier that asks for more patience
        than half a minute is taken at its word: its 429 is the answer. Raises Unavailable when there is no answer: then
        nobody knows whether it was done.
        """
        for tried in range(1, TRIES + 1):
            last = tried == TRIES
            await self._pace.turn()
            try:
                answer = await self._client.request(method, self._place(url), **parts)
            except httpx.RequestError as error:
                if last or (method not in _HARMLESS and not isinstance(error, _NOT_SENT)):
                    raise self._silent() from error
                await asyncio.sleep(self._pause(tried))
            else:
                wanted = _wanted(answer)
                if last or answer.status_code not in _AGAIN or method not in _HARMLESS or wanted > LONGEST_PAUSE_S:
                    return answer
                await asyncio.sleep(wanted or self._pause(tried))
        raise AssertionError("unreachable")

    def _pause(self, tried: int) -> float:
        return min(self._first_pause_s * 2 ** (tried - 1), LONGEST_PAUSE_S)

    def _place(self, url: str) -> str:
        if not self._elsewhere:
            return url
        parts = urlsplit(url)
        base = self._elsewhere.get(parts.hostname or "")
        if base is None:
            raise SetupError(
                f"{self._carrier} has a double on this machine, but none for {parts.hostname}",
                todo="name every host of the carrier, or none",
            )
        return base.rstrip("/") + url[len(f"{parts.scheme}://{parts.netloc}") :]

    def _silent(self) -> Unavailable:
        return Unavailable(
            f"{self._carrier} did not answer; whether it did what was asked is not known",
            code="carrier.unavailable", todo="ask again: what was done is looked up before anything is sent twice",
        )  # fmt: skip


def _wanted(answer: httpx.Response) -> float:
    """`Retry-After` in seconds; 0 for none, or for a date."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else 0.0
