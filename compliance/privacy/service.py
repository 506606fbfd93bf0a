"""Finding, exporting and erasing what is kept of a person or a call; holds that forbid it.

Places are erased one after the other, each in transactions of its own, the call record last: by it the rest is found,
should the erasure be interrupted and asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Ledger
from compliance.privacy.erasable import CallIndex, CallNumbers, Erasable, Erased, Kept, Subject
from compliance.privacy.hash_key import HashKey
from compliance.privacy.models import ErasureRow, HoldRow
from compliance.privacy.person import Person
from compliance.privacy.repository import PrivacyRepository
from compliance.privacy.schemas import Exported, Found, KeptShown, PlaceShown
from gateway.kernel.clock import Clock
from gateway.kernel.e164 import from_sip_user
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id


class Begin(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[AsyncSession]: ...


class IsOurs(Protocol):
    """True for a number of the company's own, which is no person's."""

    async def __call__(self, number: str) -> bool: ...


class Rewrite(Protocol):
    """Leaves no freed page in the database's file; False: not now."""

    async def __call__(self) -> bool: ...


@dataclass(frozen=True)
class Named:
    """Whom a request is about. `subject`: the hash of the number, or the call's id."""

    kind: str
    subject: str
    person: Person | None
    calls: Sequence[CallNumbers]


class Privacy:
    """`places` in the order in which they are erased, the call record last."""

    def __init__(
        self,
        begin: Begin,
        clock: Clock,
        key: HashKey,
        calls: CallIndex,
        places: Sequence[Erasable],
        rewrite: Rewrite,
        is_ours: IsOurs,
    ) -> None:
        self.begin, self.clock, self.key, self.calls, self.places = begin, clock, key, calls, places
        self.rewrite, self._is_ours = rewrite, is_ours

    async def named(self, number: str | None, call_id: str | None) -> Named:
        """Raises NotFound for a call that there is not, Conflict for a number of ours."""
        if number is not None:
            if await self._is_ours(number):
                raise Conflict(
                    "it is a number of the company's own, and no person's", code="privacy.own_number", field="person",
                    todo="name the caller's number, or the call",
                )  # fmt: skip
            person = Person(number)
            return Named("person", self.key.of(person), person, await self.calls.of_person(person))
        calls = await self.calls.of_ids([call_id or ""])
        if not calls:
            raise NotFound("there is no such call", code="call.not_found", todo="GET /v1/calls")
        return Named("call", calls[0].id, None, calls)

    async def find(self, named: Named) -> Found:
        held = await self.held(named.calls)
        subject = Subject(named.person, tuple(call.id for call in named.calls))
        places = [PlaceShown(place=one.name, found=await one.find(subject)) for one in self.places]
        async with self.begin() as session:
            repository = PrivacyRepository(session)
            own = await repository.held([named.subject])
            suppressed = await repository.suppressed(named.subject)
        holds = sorted({*held.values(), *own.values()})
        return Found(calls=len(named.calls), places=places, holds=holds, suppressed=suppressed)

    async def export(self, named: Named, actor: str) -> Exported:
        subject = Subject(named.person, tuple(call.id for call in named.calls))
        places = {one.name: await one.export(subject) for one in self.places}
        await self._tell(Kind.EXPORT, named, actor, {"what": "person", "rows": _sizes(places)})
        return Exported(at=self.clock.now(), calls=list(subject.call_ids), places=places)

    async def erase(self, named: Named, actor: str, *, also_lists: bool) -> ErasureRow:
        """Raises Conflict while a call is open, and for a person or a call that is held."""
        if any(not call.ended for call in named.calls):
            raise Conflict("a call of it is not over", code="privacy.call_open", todo="end the call, then erase")
        async with self.begin() as session:
            own = await PrivacyRepository(session).held([named.subject])
        held = await self.held(named.calls)
        if own or (named.kind == "call" and held):
            hold = next(iter({**held, **own}.values()))
            raise Conflict(
                f"a legal hold forbids it: {hold}", code="privacy.held", todo=f"DELETE /v1/privacy/holds/{hold} first"
            )
        if named.person is not None:  # what is held of others stays whole, though it names the person
            held |= await self.held(await self.calls.naming(named.person))
        free = tuple(call.id for call in named.calls if call.id not in held)
        subject = Subject(named.person, free, tuple(sorted(held)), also_lists)
        await self._tell(Kind.ERASURE, named, actor, {"step": "began", "also_lists": also_lists})
        report = [await self._erase_in(place, subject) for place in self.places]
        if held:
            report.append(PlaceShown(place="calls on hold", found=len(held), kept=_held(held)))
        at = self.clock.now()
        row = ErasureRow(
            id=new_id("era"), kind=named.kind, subject=named.subject, asked_by=actor, at=at,
            report=[one.model_dump() for one in report], rewritten=False,
        )  # fmt: skip
        async with self.begin() as session:
            PrivacyRepository(session).add(row)
        await self._tell(Kind.ERASURE, named, actor, {"step": "done", "erasure": row.id, "places": row.report})
        row.rewritten = await self.rewrite_now()
        return row

    async def rewrite_now(self) -> bool:
        at = self.clock.now()
        if not await self.rewrite():
            return False
        async with self.begin() as session:
            await PrivacyRepository(session).mark_rewritten(at)
        return True

    async def hold(self, named: Named, why: str, actor: str) -> HoldRow:
        """Raises Conflict when it is held already."""
        async with self.begin() as session:
            repository = PrivacyRepository(session)
            if known := (await repository.held([named.subject])).get(named.subject):
                raise Conflict(f"it is held already: {known}", code="privacy.held", todo="GET /v1/privacy/holds")
            row = HoldRow(
                id=new_id("hold"), kind=named.kind, subject=named.subject, why=why, asked_by=actor,
                created_at=self.clock.now(), released_at=None, released_by="",
            )  # fmt: skip
            repository.add(row)
            await self._in(session, Kind.ADMIN, named, actor, {"verb": "hold", "object": row.id, "why": why})
        return row

    async def release(self, hold_id: str, actor: str) -> None:
        """Retention looks at everything again. Raises NotFound; one that is released already stays so."""
        async with self.begin() as session:
            repository = PrivacyRepository(session)
            row = await repository.hold(hold_id)
            if row.released_at is None:
                row.released_at, row.released_by = self.clock.now(), actor
                await repository.sweep_anew()
                facts = {"verb": "release", "object": row.id, "why": row.why}
                await Ledger(session).append(Kind.ADMIN, at=self.clock.now(), actor=actor, facts=facts)

    async def held(self, calls: Sequence[CallNumbers]) -> dict[str, str]:
        """Calls that a hold keeps, on the call or on whoever was in it; each with the hold."""
        hashes = {call.id: {call.id, *(self._hash(number) for number in call.numbers)} for call in calls}
        async with self.begin() as session:
            found = await PrivacyRepository(session).held({one for some in hashes.values() for one in some})
        return {name: found[one] for name, some in hashes.items() for one in some if one in found}

    def _hash(self, number: str) -> str:
        return self.key.of(Person(from_sip_user(number)))

    async def _erase_in(self, place: Erasable, subject: Subject) -> PlaceShown:
        found = await place.find(subject)
        done = await place.erase(subject) if found else Erased()
        return PlaceShown(place=place.name, found=found, erased=done.count, kept=_shown(done.kept))

    async def _tell(self, kind: Kind, named: Named, actor: str, facts: dict[str, Any]) -> None:
        async with self.begin() as session:
            await self._in(session, kind, named, actor, facts)

    async def _in(self, session: AsyncSession, kind: Kind, named: Named, actor: str, facts: dict[str, Any]) -> None:
        """The number is in no entry, not even as a hash: a hash with a key can be tried by whoever has the key."""
        call_id = named.subject if named.kind == "call" else None
        told = {"of": named.kind, "calls": len(named.calls)} | facts
        await Ledger(session).append(kind, at=self.clock.now(), actor=actor, call_id=call_id, facts=told)


def _shown(kept: Sequence[Kept]) -> list[KeptShown]:
    return [KeptShown(count=one.count, why=one.why) for one in kept]


def _held(held: dict[str, str]) -> list[KeptShown]:
    by_hold = sorted(set(held.values()))
    return [KeptShown(count=list(held.values()).count(one), why=f"legal hold {one}") for one in by_hold]


def _sizes(places: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    return {name: len(rows) for name, rows in places.items()}
