"""SIP over TCP: one connection for one call and for many, answers on the connection they belong to."""

from __future__ import annotations

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import RINGS, UNKNOWN
from tests.sip.scenarios.steps import (
    ack,
    ack_refusal,
    answered,
    cancel,
    conversation,
    invite,
    media,
    recv,
    refused,
    reinvite,
    respond,
    sdp,
    stray,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONE, EACH = ("-t", "t1"), ("-t", "tn", "-max_socket", "100")
PADDING = [f"a=x-padding:{'x' * 200}" for _ in range(30)]


async def test_call_over_a_connection(phones: Phones) -> None:
    sipp = await phones.completes(conversation(has=["Contact: <sip:[^>]*;transport=tcp>"]), *ONE)
    asked = next(asked for asked in phones.desk.asked if asked["sip_call_id"] == sipp.call_id)
    assert asked["transport"] == "tcp"


async def test_reinvite_and_hold_over_a_connection(phones: Phones) -> None:
    hold = [reinvite(2, sdp(media("0", "a=sendonly"), version=2)), *answered(["a=recvonly"]), ack(2)]
    await phones.completes(conversation(*hold, last=3), *ONE)


async def test_our_bye_comes_over_the_connection_of_the_call(phones: Phones) -> None:
    sipp = await phones.call([invite(), *answered(), ack(), recv("BYE", has=["Via: SIP/2.0/TCP"]), respond(200)], *ONE)
    agent = await phones.desk.agent(sipp.call_id)
    await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "leg_answered")
    await phones.desk.close_room(agent.room.name)
    await sipp.done()


async def test_refusal_and_cancel_over_a_connection(phones: Phones) -> None:
    await phones.play([invite(), *refused(404)], *ONE, number=UNKNOWN)
    over = [cancel(), recv(200, has=["CANCEL"]), recv(487), ack_refusal()]
    await phones.play([invite(), recv(100, optional=True), recv(180), *over], *ONE, number=RINGS)


async def test_eight_kilobytes_of_sdp_over_a_connection(phones: Phones) -> None:
    await phones.completes(conversation(offer=sdp(media("0", *PADDING))), *ONE)


async def test_more_than_a_datagram_of_a_link_by_udp(phones: Phones) -> None:
    """In fragments."""
    await phones.completes(conversation(offer=sdp(media("0", *PADDING))))


async def test_ten_requests_at_once_on_one_connection_are_all_answered(phones: Phones) -> None:
    sipp = await phones.call([stray("OPTIONS"), recv(200)], *ONE, "-r", "1000", "-l", "10", calls=10)
    await sipp.done()


async def test_five_callers_with_a_connection_each(phones: Phones) -> None:
    sipp = await phones.call([invite(), *refused(404)], *EACH, "-r", "100", number=UNKNOWN, calls=5)
    await sipp.done()
    assert sum(a["sip_call_id"].endswith(sipp.call_id[1:]) for a in phones.desk.asked) == 5
