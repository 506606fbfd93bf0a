"""Transactions (RFC 3261 §17): pure state machines on a clock that the caller brings.

Each machine takes what arrives and what time it is, and answers with what to send; `due` is when it wants to be asked
again. A table keeps them by key, in order of their next due time.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

T1, T2, T4 = 0.5, 4.0, 5.0
LIFETIME = 64 * T1
SPARE = 1000  # entries of the heap that count no more
ANSWER_S = 200.0  # for a final response; proxies give up after 180 s (timer C, §16.6)

Key = tuple[str, str, str]


@dataclass
class ServerTransaction:
    """One request from outside; replays its last response to retransmissions.

    An INVITE's non-2xx final response is repeated until the ACK (timers G, H), its 2xx too, until the ACK of the dialog
    (RFC 6026 §7.1 leaves that to the core; it lives here because the timing is the same). A request that the core does
    not answer within ANSWER_S is over too.
    """

    key: Key
    invite: bool
    reliable: bool
    created: float
    last: bytes = b""
    status: int = 0
    confirmed: bool = False
    timed_out: bool = False
    due: float = 0.0
    queued: float | None = None
    _interval: float = T1
    _expires: float = 0.0

    def __post_init__(self) -> None:
        self.due = self._expires = self.created + ANSWER_S

    def respond(self, status: int, raw: bytes, now: float) -> None:
        self.status, self.last = status, raw
        if status < 200:
            return
        self._expires = now + (LIFETIME if not self.reliable or self.invite else 0.0)
        repeats = self.invite and (not self.reliable or status < 300)
        self.due = now + T1 if repeats else self._expires

    def confirm(self, now: float) -> None:
        """The ACK came: nothing is repeated any more; late retransmissions are still absorbed (timers I, L)."""
        self.confirmed = True
        absorbs = 0.0 if self.reliable else T4 if self.status >= 300 else LIFETIME
        self._expires = self.due = now + absorbs

    def tick(self, now: float) -> bytes | None:
        """What to send again at `now`, if anything."""
        if now >= self._expires:
            self.timed_out = self.invite and not self.confirmed
            return None
        if self.invite and self.status >= 200 and not self.confirmed:
            self._interval = min(self._interval * 2, T2)
            self.due = min(now + self._interval, self._expires)
            return self.last
        self.due = self._expires
        return None

    def over(self, now: float) -> bool:
        return now >= self._expires


@dataclass
class ClientTransaction:
    """One request of ours: sent again until answered (A, E), given up after 64×T1 (B, F)."""

    key: Key
    invite: bool
    reliable: bool
    created: float
    raw: bytes
    status: int = 0
    due: float = 0.0
    queued: float | None = None
    timed_out: bool = False
    _interval: float = T1
    _expires: float = 0.0

    def __post_init__(self) -> None:
        self._expires = self.created + LIFETIME
        self.due = self._expires if self.reliable else self.created + T1

    def receive(self, status: int, now: float) -> bool:
        """True when the core is to see this response; a repeated final one only gets its ACK again."""
        if self.status >= 200:
            return False
        self.status = status
        if status < 200:
            if self.invite:  # it may ring for as long as the core likes
                self._expires = self.due = float("inf")
            else:
                self._interval = T2
        else:
            keep = LIFETIME if self.invite else T4
            forked = self.invite and status < 300  # more branches may answer, on any transport (timer M, RFC 6026)
            self._expires = self.due = now + (0.0 if self.reliable and not forked else keep)
        return True

    def give_up(self, now: float) -> None:
        """A CANCEL went out: what is not answered by then never will be (RFC 3261 §9.1)."""
        if self.status < 200:
            self._expires = self.due = now + LIFETIME

    def tick(self, now: float) -> bytes | None:
        if now >= self._expires:
            self.timed_out = self.status < 200
            return None
        self._interval = self._interval * 2 if self.invite else min(self._interval * 2, T2)
        self.due = min(now + self._interval, self._expires)
        return self.raw

    def over(self, now: float) -> bool:
        return now >= self._expires


Transaction = ServerTransaction | ClientTransaction


@dataclass
class TransactionTable:
    """Transactions by key, and a heap of when each is due. `limit` bounds it."""

    limit: int = 20_000
    _found: dict[Key, Transaction] = field(default_factory=dict)
    _heap: list[tuple[float, int, Key]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def __len__(self) -> int:
        return len(self._found)

    def full_for(self, method: str) -> bool:
        """Under a flood calls can still be ended: BYE and CANCEL have as much room again."""
        return len(self._found) >= self.limit * (2 if method in ("BYE", "CANCEL") else 1)

    def get(self, key: Key) -> Transaction | None:
        return self._found.get(key)

    def put(self, transaction: Transaction) -> None:
        self._found[transaction.key] = transaction
        self.schedule(transaction)

    def schedule(self, transaction: Transaction) -> None:
        if transaction.due != transaction.queued and transaction.due != float("inf"):
            transaction.queued = transaction.due
            heapq.heappush(self._heap, (transaction.due, next(self._order), transaction.key))
            if len(self._heap) > 2 * len(self._found) + SPARE:
                self._trim()

    def _trim(self) -> None:
        """Drops what was rescheduled: a request that is answered at once was first due in minutes."""
        self._heap = [
            (found.queued, next(self._order), key) for key, found in self._found.items() if found.queued is not None
        ]
        heapq.heapify(self._heap)

    def next_due(self) -> float | None:
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> Iterator[Transaction]:
        """Those whose time has come; the caller ticks and schedules each. Ended ones are forgotten here."""
        while self._heap and self._heap[0][0] <= now:
            when, _, key = heapq.heappop(self._heap)
            transaction = self._found.get(key)
            if transaction is None:
                continue
            if when == transaction.queued:
                transaction.queued = None
            if transaction.due > now:
                continue  # rescheduled: its newer entry counts
            yield transaction
            if transaction.over(now):
                self._found.pop(key, None)
            else:
                self.schedule(transaction)
