"""Campaigns on a real database and a real call record; agents, LiveKit and the carrier are doubles at their border."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select

from compliance.do_not_call.who import who
from gateway.calls import facts as f
from gateway.calls.admission import AdmissionAsked
from gateway.calls.dial_facts import Disposed, OptedOut
from gateway.calls.facts import NumbersPii
from gateway.calls.own_facts import RecordedFact
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.campaigns.opting_out import OptOuts
from gateway.campaigns.service import Campaigns
from gateway.campaigns.settling import settle_by_call
from gateway.campaigns.terms import Terms
from gateway.durable.service import Durable
from gateway.kernel.ids import new_id
from gateway.livekit.calling import CallOut
from gateway.privacy.places import PrivacyDesk
from tests.integration.control_plane.plane import Json, Plane
from tests.integration.do_not_call.conftest import CONSENTS, SELLER, WRITTEN, Desk

LINK = "ST_out"
SLUGS = {486: "busy", 480: "no_answer", 503: "carrier_limit", 603: "declined"}
FIRST = 6145550100  # Ohio


def number_of(place: int) -> str:
    return f"+1{FIRST + place}"


@dataclass
class Agents:
    """`gateway.campaigns.ports.Agents`: always one there, unless `none`."""

    reserved: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    none: bool = False
    phones: set[str] = field(default_factory=set)
    meanwhile: Callable[[], Any] | None = None

    async def reserve(self, attempt_id: str, agent_id: str) -> bool:
        self.reserved.append(attempt_id)
        if self.meanwhile:
            await self.meanwhile()
        return not self.none

    async def release(self, attempt_id: str) -> None:
        self.released.append(attempt_id)

    async def somebody_dialled(self, attempt_id: str) -> bool:
        return attempt_id in self.phones


@dataclass
class Carrier:
    """`gateway.campaigns.ports.Calling`: LiveKit, the node and what is behind it. `says`: final response by number,
    486 and the like, 200 for an answer; `twice`: the request is delivered two times."""

    plane: Plane
    dialled: list[CallOut] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    rang: list[str] = field(default_factory=list)  # numbers, as INVITEs left
    says: dict[str, int] = field(default_factory=dict)
    slugs: dict[int, str] = field(
        default_factory=lambda: {486: "busy", 480: "no_answer", 503: "carrier_limit", 603: "declined"}
    )
    annoyed: set[str] = field(default_factory=set)  # who ask for no more calls
    callback_at: datetime | None = None
    dies: bool = False
    error: Exception | None = None
    twice: bool = False
    silent: bool = False

    async def call(self, out: CallOut) -> None:
        self.dialled.append(out)
        self.asked.set()
        if self.dies:
            raise asyncio.CancelledError
        if self.error:
            raise self.error
        if not self.silent:
            for _ in range(2 if self.twice else 1):
                async with self.one_at_a_time:  # the clock is moved by each talk
                    await self.carried(out)

    async def carried(self, out: CallOut) -> str:
        """As our node does it: admission first. The call's id."""
        call_id, calls, clock = new_id("call"), self.plane.container.calls, self.plane.clock
        verdict = await calls.admissions.verdict_on(
            AdmissionAsked(
                call_id=call_id, direction="outbound", sip_call_id=f"{call_id}@here", node="node:1",
                livekit_trunk_id=out.trunk, pii=NumbersPii(ani=out.shows, dnis=out.number),
                asked_by=out.attributes["gateway.askedBy"],
            )
        )  # fmt: skip
        if verdict.verdict != "accept":
            await self._tell(call_id, f.InviteRefused, direction="outbound", sip_call_id=call_id, node="node:1",
                             sip_code=verdict.sip_code, slug=verdict.slug)  # fmt: skip
            return call_id
        self.rang.append(out.number)
        code = self.says.get(out.number, 200)
        await self._tell(call_id, f.DialSent, sip_call_id=f"{call_id}@here")
        if code == 200 and out.number in self.annoyed:
            await self._tell(call_id, OptedOut, how="spoken")
        if code == 200:
            await self._tell(call_id, f.DialProgress, sip_code=180)
            clock.go(5)
            await self._tell(call_id, f.LegAnswered, codec="PCMU")
            clock.go(20)
            if self.callback_at:
                await self._tell(call_id, Disposed, disposition="callback", callback_at=self.callback_at)
            await self._tell(call_id, f.LegLeft, ended_by="callee", slug="completed")
        else:
            slug = self.slugs[code]
            by = "carrier" if code == 503 else "callee"
            await self._tell(call_id, f.DialFailed, ended_by=by, slug=slug, sip_code=code, carrier="")
        return call_id

    async def _tell(self, call_id: str, kind: type[f.Fact], **fields: Any) -> None:
        fact: RecordedFact = kind(
            id=new_id("evt"), call_id=call_id, source="node:1", seq=0, at=self.plane.clock.now(), **fields
        )  # pyright: ignore[reportAssignmentType]
        await self.plane.container.calls.runner.take([fact])


@dataclass
class Works:
    """Durable work in memory: `begin` remembers, `run` does it, again whenever asked."""

    bodies: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def durable(self) -> Durable:
        """Of which campaigns need `define` and `begin` only."""
        return cast("Durable", self)

    def define(self, name: str, body: Any, **_: Any) -> None:
        self.bodies[name] = body

    async def begin(self, name: str, work_id: str, given: dict[str, str]) -> None:
        self.begun[work_id] = given

    async def run(self) -> None:
        """Everything that was begun, side by side; what dies stays begun."""
        [body] = self.bodies.values()

        async def one(work_id: str, given: dict[str, str]) -> None:
            try:
                await body(work_id, given)
            except asyncio.CancelledError:
                return
            self.begun.pop(work_id)

        await asyncio.gather(*(one(work_id, given) for work_id, given in list(self.begun.items())))


@dataclass
class Floor:
    plane: Plane
    desk: Desk
    agent_id: str
    trunk_id: str

    def __post_init__(self) -> None:
        container = self.plane.container
        desk = PrivacyDesk(container.settings, container.database, container.clock, container.recording.storage)
        self.key, self.agents, self.carrier = desk.privacy.key, Agents(), Carrier(self.plane)
        container.calls.runner.on_append(settle_by_call)
        container.calls.runner.on_append(OptOuts(self.key).heed)
        self.works, self.campaigns = self.process("one")

    @property
    def clock(self) -> Any:
        return self.plane.clock

    def process(self, dialler: str) -> tuple[Works, Campaigns]:
        """Another process that dials."""
        works, container = Works(), self.plane.container

        async def agent_exists(_: object, agent_id: str) -> bool:
            return agent_id == self.agent_id

        made = Campaigns(
            container.database.begin, self.clock, container.calls.feed, self.agents, works.durable, self.key,
            self.carrier, agent_exists, dialler,
        )  # fmt: skip
        return works, made

    async def round(self) -> int:
        """Takes what may be dialled now, and carries it as far as it gets."""
        taken = await self.campaigns.dialler.round()
        await self.works.run()
        return taken

    async def campaign(self, people: int = 1, state: str = "running", name: str = "spring", **terms: Any) -> str:
        """With so many contacts who have consented."""
        now, campaign_id = self.clock.now(), new_id("cmp")
        given = {"agent_id": self.agent_id, "trunk_id": self.trunk_id, "seller": SELLER, "purpose": "informational"}
        given |= {"limits": {"per_day": None, "per_week": None, "in_campaign": None}, "pacing": {"at_once": 50}} | terms
        row = CampaignRow(
            id=campaign_id, name=name, state=state, why="", terms=Terms.model_validate(given).model_dump(mode="json"),
            contacts=people, created_at=now, updated_at=now, started_at=now,
        )  # fmt: skip
        for place in range(people):
            await self.consents(place)
        async with self.plane.container.database.begin() as session:
            session.add(row)
            await session.flush()
            session.add_all(self.contact(campaign_id, place) for place in range(people))
        return campaign_id

    def contact(self, campaign_id: str, place: int) -> ContactRow:
        number = number_of(place)
        return ContactRow(
            campaign_id=campaign_id, state="waiting", next_at=self.clock.now(), attempts=0, outcome="", why="",
            import_id="", line=place + 1, ref=f"row-{place}", place="US-OH", phone_line="fixed",
            number_hash=who(self.key, number).subject, pii_number=number, pii={"name": "Ana"},
        )  # fmt: skip

    async def consents(self, place: int) -> Json:
        given_at = (self.clock.now() - timedelta(days=30)).isoformat()
        return await self.plane.made(CONSENTS, **(WRITTEN | {"number": number_of(place), "given_at": given_at}))

    async def attempts(self, campaign_id: str = "") -> list[AttemptRow]:
        query = select(AttemptRow).order_by(AttemptRow.position, AttemptRow.n)
        if campaign_id:
            query = query.where(AttemptRow.campaign_id == campaign_id)
        async with self.plane.container.database.begin() as session:
            return list(await session.scalars(query))

    async def attempt(self) -> AttemptRow:
        (only,) = await self.attempts()
        return only

    async def contacts(self) -> list[ContactRow]:
        async with self.plane.container.database.begin() as session:
            return list(await session.scalars(select(ContactRow).order_by(ContactRow.position)))

    async def state(self, campaign_id: str) -> tuple[str, str]:
        async with self.plane.container.database.begin() as session:
            row = await session.get_one(CampaignRow, campaign_id)
            return row.state, row.why

    async def change(self, campaign_id: str, **values: Any) -> None:
        async with self.plane.container.database.begin() as session:
            row = await session.get_one(CampaignRow, campaign_id)
            for name, value in values.items():
                setattr(row, name, value)
