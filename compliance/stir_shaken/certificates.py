"""Certificates by their address: fetched once, kept for a day, asked for by many calls at a time.

A call never waits longer than `FETCH_S`. What could not be had is not asked for again for a while, so that a server
that is slow, or an attacker that makes up addresses, costs no more than `MOST_FETCHES` exchanges at a time; and what
was not had never takes the place of what was.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from compliance.stir_shaken.chain import Credential
from compliance.stir_shaken.faults import Fault, bad_info
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput
from gateway.kernel.tasks import TaskSet
from gateway.net.outside import Answer, NotReached

FETCH_S = 2.0
MOST_BYTES = 65_536
MOST_KEPT = 2_000  # and as many failures
MOST_BYTES_KEPT = 16 * 1024 * 1024
MOST_FETCHES = 64
KEPT = timedelta(hours=24)
KEPT_AT_MOST = timedelta(days=7)
FAILURE_KEPT = timedelta(seconds=45)
AGAIN_AFTER = timedelta(minutes=1)  # for one that a good provider may just have replaced
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})")

Read = Callable[[bytes], Credential]  # raises Fault


class Fetch(Protocol):
    """`gateway.net.outside.Outside` is one."""

    async def request(self, method: str, url: str, *, within_s: float, most_bytes: int) -> Answer: ...


@dataclass(frozen=True)
class _Kept:
    """`read_by`: the reader it was read with; another one (new authorities) reads `pem` again. A failure has no `pem`.
    `doubted`: it is to be fetched anew, and counts again if that comes to nothing."""

    found: Credential | Fault
    pem: bytes
    read_by: Read
    fetched: datetime
    until: datetime
    doubted: bool = False


class _Shelf:
    """What was used least recently goes first, by number and by bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def get(self, url: str) -> _Kept | None:
        if kept := self._kept.get(url):
            self._kept.move_to_end(url)
        return kept

    def pop(self, url: str) -> None:
        if kept := self._kept.pop(url, None):
            self._bytes -= len(kept.pem)

    def put(self, url: str, kept: _Kept) -> None:
        self.pop(url)
        self._kept[url] = kept
        self._bytes += len(kept.pem)
        while len(self._kept) > MOST_KEPT or self._bytes > MOST_BYTES_KEPT:
            self.pop(next(iter(self._kept)))


class Certificates:
    """`read`: may be replaced at any time; what was read with the one before is then read again."""

    def __init__(self, outside: Fetch, read: Read, clock: Clock) -> None:
        self._outside, self.read, self._clock = outside, read, clock
        self._good, self._failed = _Shelf(), _Shelf()
        self._fetches: dict[str, asyncio.Task[None]] = {}
        self._tasks = TaskSet()

    def known(self, url: str) -> Credential | Fault | None:
        """Without any wait; None when it has to be fetched."""
        kept = self._good.get(url) or self._failed.get(url)
        if kept is None or kept.doubted or self._clock.now() >= kept.until:
            return None
        if kept.read_by is not self.read:
            return self._keep(url, kept.pem, kept.fetched, kept.until) if kept.pem else None
        return kept.found

    def may_have_changed(self, url: str) -> bool:
        """True at most once a minute for one that was kept: a new key may be there. It is then fetched again."""
        kept = self._good.get(url)
        if kept is None or kept.doubted or self._clock.now() - kept.fetched < AGAIN_AFTER:
            return False
        self._good.put(url, replace(kept, doubted=True))
        return True

    async def fetch(self, url: str) -> None:
        """Returns when `known` has an answer. Those who ask at the same time wait for one exchange."""
        running = self._fetches.get(url)
        if running is None:
            if len(self._fetches) >= MOST_FETCHES:
                self._fail(url, bad_info("busy", "too many certificates are being fetched"), timedelta(seconds=1))
                return
            running = self._tasks.start(self._fetch(url), name="stir-certificate")
            self._fetches[url] = running
            running.add_done_callback(lambda _: self._fetches.pop(url, None))
        await asyncio.shield(running)

    async def close(self) -> None:
        await self._tasks.close()

    async def _fetch(self, url: str) -> None:
        try:
            answer = await self._outside.request("GET", url, within_s=FETCH_S, most_bytes=MOST_BYTES)
            pem = body_of(answer)
        except NotReached as error:
            self._fail(url, bad_info(error.code.replace("outside.", "fetch_"), f"the certificate: {error.detail}"))
        except BadInput:
            self._fail(url, bad_info("fetch_forbidden", "the certificate's address may not be asked"))
        except Fault as fault:
            self._fail(url, fault)
        else:
            now = self._clock.now()
            self._keep(url, pem, now, now + lifetime(answer.headers))

    def _keep(self, url: str, pem: bytes, fetched: datetime, until: datetime) -> Credential | Fault:
        read = self.read
        try:
            found = read(pem)
        except Fault as fault:
            return self._fail(url, fault)
        until = max(min(until, found.not_after), self._clock.now() + FAILURE_KEPT)
        self._failed.pop(url)
        self._good.put(url, _Kept(found, pem, read, fetched, until))
        return found

    def _fail(self, url: str, fault: Fault, keep: timedelta = FAILURE_KEPT) -> Credential | Fault:
        now, kept = self._clock.now(), self._good.get(url)
        if kept and kept.doubted and kept.read_by is self.read and now < kept.until:
            self._good.put(url, replace(kept, doubted=False, fetched=now))
            return kept.found
        self._good.pop(url)
        # without its traceback, which would keep what was read
        lasting = Fault(fault.sip_code, fault.slug, fault.sentence)
        self._failed.put(url, _Kept(lasting, b"", self.read, now, now + keep))
        return lasting


def body_of(answer: Answer) -> bytes:
    """What came, when it can be a certificate. Raises Fault 436."""
    if 300 <= answer.status < 400:
        raise bad_info("fetch_redirect", "the certificate's address leads on to another one, which is not followed")
    if answer.status != 200:
        raise bad_info("fetch_status", f"the certificate's address answered {answer.status}")
    if answer.cut:
        raise bad_info("fetch_size", f"the certificate's address answered more than {MOST_BYTES} bytes")
    return answer.body


def lifetime(headers: Mapping[str, str]) -> timedelta:
    """A day, or longer when the server says so."""
    named = {name.lower(): value for name, value in headers.items()}
    found = _MAX_AGE.search(named.get("cache-control", "").lower())
    return min(max(KEPT, timedelta(seconds=int(found[1]))), KEPT_AT_MOST) if found else KEPT
