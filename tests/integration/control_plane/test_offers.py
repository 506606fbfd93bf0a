"""Calls that are offered to people at browsers: who may take one, when, how often; and what a transfer makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from gateway.auth.scopes import Role
from gateway.calls import transfer_facts as x
from gateway.calls.call import Call
from gateway.calls.memory_rooms import MemoryRooms
from gateway.calls.ports import RoomEvent, RoomParticipant
from gateway.kernel.ids import new_id
from gateway.livekit.passes import LiveKitPasses
from gateway.settings import LiveKitSettings
from gateway.transfers.humans import AnyHumans
from gateway.transfers.offer_desk import OfferDesk
from gateway.transfers.operator_watch import OperatorWatch
from gateway.transfers.operators import Operators
from gateway.transfers.run import TransferRun, TransferServices
from gateway.transfers.story import human_identity
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.unit.calls.story import AGENT, CALL, CALLER, ROOM, XFER, Facts

SECRET = "s" * 40
FIRST, SECOND = f"{XFER}-0-0", f"{XFER}-1-0"
PATIENCE_S = 60


class Deed:
    """Isolation and the agent's line: notes what is asked."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.changed = asyncio.Condition()

    def __getattr__(self, name: str) -> Any:
        async def note(*_: object) -> None:
            self.done.append(name)
            async with self.changed:
                self.changed.notify_all()

        return note

    async def was(self, name: str) -> None:
        async with asyncio.timeout(PATIENCE_S), self.changed:
            await self.changed.wait_for(lambda: name in self.done)


@dataclass
class Office:
    """A caller with an agent, operators who are targets, and whoever carries the transfer."""

    plane: Plane
    rooms: MemoryRooms
    targets: dict[str, str]
    facts: Facts = field(default_factory=Facts)
    deed: Deed = field(default_factory=Deed)
    running: list[asyncio.Task[Any]] = field(default_factory=list)

    async def begins(self, *names: str, mode: x.Mode = "warm", transfer_id: str = XFER) -> TransferRun:
        """Rings one after the other."""
        waves = tuple((x.Ring(target_id=self.targets[name], ring_s=20),) for name in names)
        began = self.facts.transfer(
            x.TransferBegan, 5, transfer_id, mode=mode, target_id=self.targets[names[0]], asked_by="key_1", waves=waves,
            pii={"note": "a good customer"},
        )  # fmt: skip
        calls = self.plane.container.calls
        await calls.runner.take(
            [began.model_copy(update={"at": self.plane.clock.now(), "call_id": self.facts.call_id})]
        )
        operators = Operators(calls.runner, calls.begin, calls.rooms, calls.clock)
        deed: Any = self.deed
        services = TransferServices(
            calls.runner, calls.begin, calls.clock, deed, AnyHumans(calls.begin, operators, operators), deed, deed
        )
        run = TransferRun(self.facts.call_id, transfer_id, services)
        calls.runner.on_call(run.heard_of)
        self.running.append(asyncio.ensure_future(self._carry(run)))
        return run

    async def _carry(self, run: TransferRun) -> x.TransferOutcome:
        outcome = await run.run()
        if outcome == "connected":
            await run.company()
        return outcome

    async def until(self, check: Callable[[], Awaitable[Any]]) -> Any:
        """What `check` gives once it gives something; asked again whenever something was recorded."""
        feed = self.plane.container.calls.feed
        async with asyncio.timeout(PATIENCE_S):
            while True:
                ticket = feed.ticket()
                if found := await check():
                    return found
                await feed.wait(ticket, PATIENCE_S)

    async def open_offers(self, identity: str = "ana") -> list[Json]:
        return (await self.plane.admin.get("/v1/transfer-offers", params={"identity": identity})).json()["data"]

    async def offers(self, identity: str = "ana") -> list[Json]:
        """Those that are open, once there is one."""
        return await self.until(lambda: self.open_offers(identity))

    async def transfer(self) -> Json:
        return (await self.plane.admin.get(f"/v1/calls/{CALL}/transfers/{XFER}")).json()

    async def answers(self, answer: str, attempt: str = FIRST, identity: str = "ana") -> Any:
        body = {"answer": answer, "identity": identity}
        return await self.plane.admin.post(f"/v1/transfer-offers/{attempt}/answer", json=body)

    async def decides(self, answer: str, attempt: str = FIRST, identity: str = "ana") -> Any:
        body = {"answer": answer, "identity": identity}
        return await self.plane.admin.post(f"/v1/transfer-offers/{attempt}/consult", json=body)

    async def comes(self, attempt: str = FIRST) -> None:
        self.rooms.join(ROOM, RoomParticipant(human_identity(attempt), "standard"))
        await self.webhook("participant_joined", attempt)

    async def goes(self, attempt: str = FIRST) -> None:
        self.rooms.rooms[ROOM].pop(human_identity(attempt))
        await self.webhook("participant_left", attempt)

    async def webhook(self, name: str, attempt: str) -> None:
        person = RoomParticipant(human_identity(attempt), "standard")
        calls = self.plane.container.calls
        await calls.heed_room(RoomEvent(new_id("evt"), name, ROOM, self.plane.clock.now(), person))
        await calls.runner.settled()

    async def stage(self, wanted: str, attempt: str = FIRST) -> None:
        """The attempt has come so far."""

        async def there() -> bool:
            attempts = (await self.transfer())["attempts"]
            return any(one["id"] == attempt and one["stage"] == wanted for one in attempts)

        await self.until(there)

    async def connected(self) -> None:
        """Caller and human are joined, and the transfer is over."""

        async def over() -> bool:
            return (await self.transfer())["outcome"] == "connected"

        await self.until(over)

    async def outcome(self) -> x.TransferOutcome:
        return await asyncio.wait_for(asyncio.shield(self.running[0]), PATIENCE_S)

    def there(self, attempt: str = FIRST) -> bool:
        return human_identity(attempt) in self.rooms.rooms.get(ROOM, {})

    async def caller(self) -> Call:
        calls = self.plane.container.calls
        return next(call for call in calls.loops.open.all() if call.id == CALL)


@pytest.fixture
async def office(plane: Plane) -> AsyncIterator[Office]:
    container = plane.container
    settings = LiveKitSettings(api_key="key", api_secret=SecretStr(SECRET))
    passes = LiveKitPasses(settings, plane.clock)
    plane.app.state.offers = OfferDesk(container.calls.runner, container.database.begin, plane.clock, passes)
    rooms = container.calls.rooms
    assert isinstance(rooms, MemoryRooms)
    open_calls = container.calls.loops.open.all
    container.calls.watch_rooms(
        OperatorWatch(container.calls.runner, container.database.begin, rooms, plane.clock, open_calls)
    )
    targets = {
        name: (await plane.made("/v1/transfer-targets", name=name, kind="operator", identity=name, ring_s=20))["id"]
        for name in ("ana", "ben")
    }
    office = Office(plane, rooms, targets)
    f = office.facts
    await container.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered(), f.agent()])
    rooms.join(ROOM, RoomParticipant(CALLER, "sip"))
    rooms.join(ROOM, RoomParticipant(AGENT, "agent"))
    yield office
    for task in office.running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_warm_transfer_to_a_browser_is_offered_taken_briefed_accepted_by_a_click_and_joined(
    office: Office,
) -> None:
    await office.begins("ana")
    offer = (await office.offers())[0]
    assert (offer["attempt_id"], offer["call_id"], offer["mode"]) == (FIRST, CALL, "warm")
    assert offer["note"] == "a good customer" and offer["since"] < offer["ring_until"]
    assert not await office.open_offers("ben")
    taken = await office.answers("taken")
    assert taken.status_code == 200
    claims = jwt.decode(taken.json()["token"], SECRET, algorithms=["HS256"])
    assert claims["sub"] == taken.json()["identity_in_room"] == human_identity(FIRST)
    assert claims["video"]["room"] == ROOM and claims["video"]["canPublishSources"] == ["microphone"]
    assert not claims["video"]["canPublishData"] and not claims["video"]["canUpdateOwnMetadata"]
    assert not await office.open_offers()
    await office.comes()
    await office.deed.was("brief")
    await office.stage("briefed")
    assert (await office.decides("accepted")).status_code == 200
    await office.connected()
    assert office.deed.done.index("hold") < office.deed.done.index("consult") < office.deed.done.index("join")
    told = await office.plane.rows("SELECT verb FROM audit WHERE object = :attempt", attempt=FIRST)
    assert [row["verb"] for row in told] == ["taken", "consult:accepted"]
    await office.goes()
    assert await office.outcome() == "connected"
    await office.plane.container.calls.runner.settled()
    assert CALLER not in office.rooms.rooms.get(ROOM, {})  # the human ended the caller's call


async def test_a_cold_transfer_joins_whoever_comes_into_the_room(office: Office) -> None:
    await office.begins("ana", mode="cold")
    await office.offers()
    await office.answers("taken")
    await office.comes()
    await office.stage("joined")
    assert (await office.decides("accepted")).json()["code"] == "offer.cold"


async def test_a_no_rings_the_next_one_and_after_the_last_the_caller_is_with_the_agent(office: Office) -> None:
    await office.begins("ana", "ben")
    await office.offers()
    assert (await office.answers("declined")).json()["token"] is None
    assert (await office.offers("ben"))[0]["attempt_id"] == SECOND
    await office.answers("taken", SECOND, "ben")
    await office.comes(SECOND)
    await office.stage("briefed", SECOND)
    assert (await office.decides("declined", SECOND, "ben")).status_code == 200
    assert await office.outcome() == "declined"
    assert office.deed.done[-2:] == ["back", "give_back"]
    assert not office.there(SECOND)


async def test_an_offer_is_taken_once_and_by_whom_it_was_made_to(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    stolen = await office.answers("taken", identity="ben")
    assert (stolen.status_code, problem(stolen)["code"]) == (403, "offer.not_yours")
    answers = await asyncio.gather(*(office.answers("taken") for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409]
    assert {problem(one)["code"] for one in answers if one.status_code == 409} == {"offer.taken"}
    assert problem(await office.answers("declined"))["code"] == "offer.taken"


async def test_after_its_time_an_offer_is_gone_and_who_comes_late_is_put_out(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    office.plane.clock.go(21)
    assert not await office.open_offers()
    assert problem(await office.answers("taken"))["code"] == "offer.gone"
    office.plane.clock.go(10)
    assert await office.outcome() == "no_answer"
    assert problem(await office.answers("taken"))["code"] == "offer.gone"
    await office.comes()
    assert not office.there()


async def test_who_took_it_and_came_too_late_is_put_out(office: Office) -> None:
    await office.begins("ana", "ben")
    await office.offers()
    assert (await office.answers("taken")).status_code == 200
    office.plane.clock.go(26)
    await office.offers("ben")
    await office.comes()
    assert not office.there()
    assert [one["stage"] for one in (await office.transfer())["attempts"]] == ["ended", "ringing"]


async def test_who_comes_without_having_taken_the_offer_is_put_out(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    await office.comes()
    assert not office.there() and (await office.transfer())["attempts"][0]["stage"] == "ringing"


async def test_the_caller_who_hangs_up_takes_the_offer_along(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    await office.plane.container.calls.runner.take([office.facts.left()])
    assert await office.outcome() == "caller_left"
    assert not await office.open_offers()
    assert problem(await office.answers("taken"))["code"] == "offer.gone"


async def test_who_leaves_while_being_asked_is_no_human_for_the_caller(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    await office.answers("taken")
    await office.comes()
    await office.stage("briefed")
    await office.goes()
    assert await office.outcome() == "unknown"
    assert problem(await office.decides("accepted"))["code"] == "offer.not_asked"


async def test_a_second_connection_of_the_same_person_is_no_leaving(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    await office.answers("taken")
    await office.comes()
    await office.stage("briefed")
    await office.webhook("participant_left", FIRST)  # of the connection before, while the next one is there
    await office.webhook("participant_joined", FIRST)
    assert office.there() and (await office.transfer())["attempts"][0]["stage"] == "briefed"


async def test_lost_webhooks_are_made_up_for_by_a_look_into_the_room(office: Office) -> None:
    await office.begins("ana", mode="cold")
    await office.offers()
    await office.answers("taken")
    calls = office.plane.container.calls

    async def look() -> None:
        for one in calls.loops._looks:
            await one()

    await look()
    office.rooms.join(ROOM, RoomParticipant(human_identity(FIRST), "standard"))
    await look()
    await office.connected()
    office.rooms.rooms[ROOM].pop(human_identity(FIRST))
    await look()
    assert (await office.caller()).human == XFER  # one look may be between two connections
    await look()
    assert await office.outcome() == "connected"
    await calls.runner.settled()
    assert CALLER not in office.rooms.rooms.get(ROOM, {})


async def test_a_person_who_is_on_a_call_is_busy_for_the_next_one(office: Office) -> None:
    await office.begins("ana", mode="cold")
    await office.offers()
    await office.answers("taken")
    await office.comes()
    await office.connected()
    other = Office(office.plane, office.rooms, office.targets, Facts(new_id("call")))
    f = other.facts
    await office.plane.container.calls.runner.take([f.invite(), f.admitted(), f.joined(), f.answered(), f.agent()])
    await other.begins("ana", transfer_id=new_id("xfer"))
    assert await other.outcome() == "busy"


async def test_unknown_offers_and_a_viewers_key_are_refused(office: Office) -> None:
    for attempt in (f"{new_id('xfer')}-0-0", "nonsense", new_id("call")):
        answer = await office.answers("taken", attempt)
        assert (answer.status_code, problem(answer)["code"]) == (404, "offer.not_found")
    viewer = office.plane.clients[Role.VIEWER]
    assert (await viewer.get("/v1/transfer-offers")).status_code == 403
    body = {"answer": "taken", "identity": "ana"}
    assert (await viewer.post(f"/v1/transfer-offers/{FIRST}/answer", json=body)).status_code == 403
    assert (await office.answers("perhaps")).status_code == 422


async def test_the_record_tells_it_in_words_without_a_name(office: Office) -> None:
    await office.begins("ana")
    await office.offers()
    await office.answers("taken")
    story = (await office.plane.admin.get(f"/v1/calls/{CALL}/timeline")).json()["data"]
    sentences = [entry["sentence"] for entry in story]
    assert "The call was offered to somebody at a browser." in sentences and "The offer was taken." in sentences
    bodies = await office.plane.rows("SELECT body FROM call_events")
    assert not any("ana" in str(row["body"]) for row in bodies)
