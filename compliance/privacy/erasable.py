"""The port to every place that keeps something of a person. Each package with such a place has an adapter.

Erasing twice finds nothing the second time: an erasure that was interrupted is asked for again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from compliance.privacy.person import Person


@dataclass(frozen=True)
class Subject:
    """Whom or what it is about: a person with the calls of that number, or some calls. `held`: calls that a legal hold
    keeps, of the person or naming it; they are not in `call_ids`. `also_lists`: entries of lists go too."""

    person: Person | None = None
    call_ids: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    also_lists: bool = False


@dataclass(frozen=True)
class Kept:
    """What stays, and why."""

    count: int
    why: str


@dataclass(frozen=True)
class Erased:
    count: int = 0
    kept: tuple[Kept, ...] = field(default=())


class Erasable(Protocol):
    """One place. All open transactions of their own, and may raise Unavailable."""

    @property
    def name(self) -> str: ...

    @property
    def covers(self) -> Collection[str]:
        """table.column of the database that it answers for; none for a place that is no table."""
        ...

    async def find(self, subject: Subject) -> int:
        """How many rows, lines or files have something of it."""
        ...

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        """The same, as JSON for the person."""
        ...

    async def erase(self, subject: Subject) -> Erased: ...


@dataclass(frozen=True)
class CallNumbers:
    """A call, and whose it is."""

    id: str
    created_at: datetime
    ended: bool
    numbers: tuple[str, ...]


class CallIndex(Protocol):
    """Which calls there are. Implemented by the call record."""

    async def of_person(self, person: Person) -> list[CallNumbers]: ...

    async def naming(self, person: Person) -> list[CallNumbers]:
        """Calls whose log names this person anywhere: where a call was sent on to, what somebody said."""
        ...

    async def of_ids(self, call_ids: Sequence[str]) -> list[CallNumbers]: ...

    async def between(self, after: datetime | None, before: datetime, limit: int) -> list[CallNumbers]:
        """In the order of their INVITEs; `after` and `before` are not among them."""
        ...

    async def forget_words(self, call_ids: Sequence[str]) -> int:
        """Empties the transcripts of these calls, and nothing else."""
        ...
