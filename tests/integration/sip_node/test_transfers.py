"""Transfers by REFER asked for by an unchanged livekit-api, of calls in and calls out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest
from livekit import api

from gateway.calls.admission import AdmissionVerdict
from gateway.sip.node import SipNode
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.message import Request
from gateway.sip.wire.replies import reply
from gateway.sip.wire.transactions import ServerTransaction
from gateway.sip.wire.ua import IncomingCall
from tests.integration.sip_node.callee import IDENTITY, ROOM, Callee, Client, callee_and_client
from tests.integration.sip_node.caller import HOST, AnsweredCall, Caller
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import Switchboard

TARGET = "tel:+15105550188"


@dataclass
class Referred:
    """The phone's side of one REFER: answers it as a test wants, and tells how it goes on."""

    call: CallInDialog
    request: Request | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 202

    def listen(self) -> None:
        """The phone classes refuse a REFER; here it is taken."""
        agent = self.call._agent

        def take(request: Request, transaction: ServerTransaction) -> None:
            self.request = request
            agent.respond(transaction, reply(request, self.status))
            self.came.set()

        self.call._take_refer = take  # type: ignore[method-assign]

    async def tell(self, line: str, state: str = "active") -> int:
        headers = [("Event", "refer"), ("Subscription-State", state), ("Content-Type", "message/sipfrag;version=2.0")]
        return (await self.call._ask("NOTIFY", headers, f"SIP/2.0 {line}\r\n".encode())).status


@asynccontextmanager
async def answered_call_out(
    switchboard: Switchboard, status: int = 202
) -> AsyncIterator[tuple[Callee, Client, IncomingCall, Referred]]:
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials()
        call = await callee.invited()
        callee.picks_up(call)
        await dialling
        await asyncio.wait_for(callee.confirmed.wait(), 20)
        referred = Referred(call, status=status)
        referred.listen()
        yield callee, client, call, referred


async def test_a_transfer_that_succeeds_ends_the_call_as_transferred(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (callee, client, _, referred):
        transferring = asyncio.ensure_future(client.transfer(TARGET, headers={"X-Why": "sales"}))
        await asyncio.wait_for(referred.came.wait(), 20)
        assert referred.request is not None
        assert referred.request.get("Refer-To") == f"<{TARGET}>"
        assert referred.request.get("Referred-By").startswith("<sip:+15105550100@")
        assert referred.request.get("X-Why") == "sales"
        assert await referred.tell("180 Ringing") == 200
        assert not transferring.done()
        assert await referred.tell("200 OK", "terminated;reason=noresource") == 200
        await transferring
        await asyncio.wait_for(callee.bye.wait(), 20)
    ended = await control_plane.fact("transfer_ended")
    assert (ended["outcome"], ended["sip_code"]) == ("success", 200)
    assert (await control_plane.fact("leg_left"))["slug"] == "transferred"
    asked = control_plane.asked[-1]
    assert (asked["purpose"], asked["pii"]["dnis"], asked["call_id"]) == ("transfer", TARGET[4:], ended["call_id"])
    assert asked["transfer_id"] == ended["transfer_id"]


async def test_a_transfer_that_fails_tells_the_code_and_keeps_the_call(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (callee, client, call, referred):
        for attempt in range(2):  # and it may be tried again
            referred.came.clear()
            transferring = asyncio.ensure_future(client.transfer(TARGET))
            await asyncio.wait_for(referred.came.wait(), 20)
            await referred.tell("486 Busy Here", "terminated;reason=noresource")
            with pytest.raises(api.SipCallError) as failed:
                await transferring
            assert failed.value.sip_status_code == 486
            ended = await control_plane.fact("transfer_ended", count=attempt + 1)
            assert (ended["outcome"], ended["sip_code"], ended["carrier"]) == ("failure", 486, "Busy Here")
        assert not callee.bye.is_set()
        assert IDENTITY in await client.participants()
        await call.hangup()
        assert (await control_plane.fact("leg_left"))["slug"] == "completed"


async def test_a_refer_that_is_refused_tells_its_code(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard, status=603) as (callee, client, _, _referred):
        with pytest.raises(api.SipCallError) as failed:
            await client.transfer(TARGET)
        assert failed.value.sip_status_code == 603
        assert not callee.bye.is_set()


async def test_a_phone_that_hangs_up_after_it_accepted_has_been_transferred(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (_, client, call, referred):
        transferring = asyncio.ensure_future(client.transfer(TARGET))
        await asyncio.wait_for(referred.came.wait(), 20)
        await referred.tell("100 Trying")
        await call.hangup()
        await transferring
    assert (await control_plane.fact("transfer_ended"))["outcome"] == "success"
    left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("transferred", "callee")
    kinds = control_plane.kinds()
    assert kinds.index("transfer_ended") < kinds.index("leg_left")


async def test_a_transfer_whose_end_nobody_tells_is_unknown_and_the_call_goes_on(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (callee, client, _, referred):
        with pytest.raises(api.TwirpError) as failed:
            await client.transfer(TARGET, ringing_timeout={"seconds": 2})
        assert failed.value.code == "canceled"
        assert not isinstance(failed.value, api.SipCallError)
        assert referred.came.is_set()
        assert (await control_plane.fact("transfer_ended"))["outcome"] == "unknown"
        assert not callee.bye.is_set()


async def test_a_target_that_the_control_plane_denies_is_never_sent(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (callee, client, _, referred):
        control_plane.verdict = AdmissionVerdict(verdict="reject", slug="satellite_number", sip_code=403)
        with pytest.raises(api.SipCallError) as failed:
            await client.transfer("tel:+88216112345")
        assert failed.value.sip_status_code == 403
        control_plane.away = True
        with pytest.raises(api.TwirpError) as unanswered:
            await client.transfer(TARGET)
        assert unanswered.value.code == "unavailable"
        control_plane.away = False
        assert not referred.came.is_set()
        assert not callee.bye.is_set()
    assert (await control_plane.fact("transfer_ended"))["outcome"] == "refused"


@pytest.mark.parametrize("target", ["sip:1@h?Replaces=x", "tel:1;phone-context=+1"])
async def test_a_target_that_nobody_can_check_is_an_invalid_argument(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, target: str
) -> None:
    async with answered_call_out(switchboard) as (_, client, _call, referred):
        with pytest.raises(api.TwirpError) as failed:
            await client.transfer(target)
        assert failed.value.code == "invalid_argument"
        assert not referred.came.is_set()


async def test_two_transfers_at_once_are_one_or_refused(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (_, client, _call, referred):
        first = asyncio.ensure_future(client.transfer(TARGET))
        await asyncio.wait_for(referred.came.wait(), 20)
        with pytest.raises(api.TwirpError) as other:
            await client.transfer("tel:+15105550189")
        assert other.value.code == "invalid_argument"
        await referred.tell("200 OK", "terminated;reason=noresource")
        await first


async def test_a_call_that_still_rings_is_not_transferred(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, client):
        await client.dial()
        call = await callee.invited()
        with pytest.raises(api.TwirpError) as failed:
            await client.transfer(TARGET)
        assert failed.value.code == "failed_precondition"
        call.reject(480)


async def test_the_transferred_party_hears_ringback_when_that_is_asked_for(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (callee, client, _, referred):
        transferring = asyncio.ensure_future(client.transfer(TARGET, play_dialtone=True))
        await asyncio.wait_for(referred.came.wait(), 20)
        async with asyncio.timeout(20):  # nobody speaks in the room: a tone can only be the ringback
            while np.abs((await callee.heard.get()).astype(int)).max() < 2000:
                pass
        await referred.tell("200 OK", "terminated;reason=noresource")
        await transferring


async def test_a_caller_is_transferred(
    answered: AnsweredCall, switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller
) -> None:
    async with answered() as (call, agent):
        referred = Referred(call)
        referred.listen()
        client = Client(switchboard, "")
        identity, room = agent.phone().identity, agent.room.name
        moving = asyncio.ensure_future(client.transfer(f"sip:2000@{HOST}", identity=identity, room=room))
        await asyncio.wait_for(referred.came.wait(), 20)
        assert referred.request is not None
        assert referred.request.get("Refer-To") == f"<sip:2000@{HOST}>"
        await referred.tell("200 OK", "terminated;reason=noresource")
        await moving
        await asyncio.wait_for(caller.bye.wait(), 20)
    left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("transferred", "gateway")
    assert control_plane.asked[-1]["direction"] == "inbound"


async def test_a_leg_that_is_over_is_transferred_by_nobody(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with answered_call_out(switchboard) as (_, client, call, _referred):
        await call.hangup()
        await control_plane.fact("leg_left")
        with pytest.raises(api.TwirpError):
            await client.transfer(TARGET, room=ROOM)
