"""Offers in the middle of a call: hold and resume, codecs, late offers, UPDATE, glare (RFC 3261 §14, 3264, 3311)."""

from __future__ import annotations

import asyncio

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import RINGS
from tests.sip.scenarios.steps import (
    Steps,
    ack,
    ack_refusal,
    answered,
    bye,
    cancel,
    conversation,
    invite,
    media,
    recv,
    reinvite,
    request,
    respond,
    sdp,
    trying,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENTS = ("a=rtpmap:96 telephone-event/8000",)
VERSION = "o=- [0-9]+ {} IN"


def offered(cseq: int, body: str, *has: str) -> Steps:
    """A re-INVITE and its answer."""
    return [reinvite(cseq, body), *answered(has), ack(cseq)]


def held(direction: str, version: int = 2) -> str:
    return sdp(media("0 96", *EVENTS, f"a={direction}"), version=version)


@pytest.mark.parametrize(("hold", "answer"), [("sendonly", "recvonly"), ("inactive", "inactive")])
async def test_hold_is_answered_in_kind_and_resumed(phones: Phones, hold: str, answer: str) -> None:
    steps = [*offered(2, held(hold), f"a={answer}", VERSION.format(2))]
    steps += offered(3, held("sendrecv", 3), "a=sendrecv", VERSION.format(3))
    sipp = await phones.completes(conversation(*steps, last=4))
    call = await phones.desk.call(sipp.call_id)
    assert [(await phones.desk.fact_of(call, "leg_held", count=n))["held"] for n in (1, 2)] == [True, False]


async def test_hold_at_session_level_counts(phones: Phones) -> None:
    body = sdp(media("0")).replace("t=0 0", "t=0 0\na=sendonly")
    sipp = await phones.completes(conversation(*offered(2, body, "a=recvonly"), last=3))
    assert (await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "leg_held"))["held"]


async def test_hold_by_an_address_of_zeros_counts(phones: Phones) -> None:
    steps = [*offered(2, sdp(host="IP4 0.0.0.0", version=2)), *offered(3, sdp(version=3))]
    sipp = await phones.completes(conversation(*steps, last=4))
    call = await phones.desk.call(sipp.call_id)
    assert [(await phones.desk.fact_of(call, "leg_held", count=n))["held"] for n in (1, 2)] == [True, False]


async def test_bye_while_on_hold_ends_the_call(phones: Phones) -> None:
    await phones.completes(conversation(*offered(2, held("inactive")), last=3))


@pytest.mark.parametrize(("codecs", "answer"), [("8", "RTP/AVP 8"), ("9", "RTP/AVP 9"), ("18 0", "RTP/AVP 0")])
async def test_codec_changes_in_the_call(phones: Phones, codecs: str, answer: str) -> None:
    await phones.completes(conversation(*offered(2, sdp(media(codecs), version=2), answer), last=3))


async def test_codec_that_nobody_has_expect_488_and_the_call_goes_on(phones: Phones) -> None:
    steps = [reinvite(2, sdp(media("18"))), *trying(), recv(488), ack_refusal(2)]
    steps += offered(3, sdp(version=3), "m=audio [1-9]")
    await phones.completes(conversation(*steps, last=4))


async def test_same_offer_again_gets_the_same_answer(phones: Phones) -> None:
    """A refresh without any change keeps the version (RFC 3264 §8)."""
    await phones.completes(conversation(*offered(2, sdp(), VERSION.format(1)), last=3))


async def test_reinvite_without_an_offer_is_answered_with_ours(phones: Phones) -> None:
    steps = [reinvite(2, ""), *answered(["m=audio [1-9]", "telephone-event"]), ack(2, body=sdp(media("8")))]
    await phones.completes(conversation(*steps, last=3))


async def test_invite_without_an_offer_is_answered_with_ours(phones: Phones) -> None:
    steps = [invite(body=""), *answered(["m=audio [1-9]", "PCMU/8000"]), ack(body=sdp()), *bye()]
    sipp = await phones.completes(steps)
    assert await phones.desk.agent(sipp.call_id)


async def test_late_answer_without_a_codec_of_ours_ends_the_call_by_a_bye(phones: Phones) -> None:
    steps = [invite(body=""), *answered(["m=audio"]), ack(body=sdp(media("18"))), recv("BYE"), respond(200)]
    sipp = await phones.play(steps)
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "no_codec"


async def test_update_with_an_offer_is_answered(phones: Phones) -> None:
    update = [request("UPDATE", 2, body=held("sendonly")), recv(200, has=["CSeq: 2 UPDATE", "a=recvonly", "Contact: "])]
    sipp = await phones.completes(conversation(*update, last=3))
    assert (await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "leg_held"))["held"]


async def test_update_without_an_offer_has_an_answer_without_one(phones: Phones) -> None:
    update = [request("UPDATE", 2), recv(200, has=["CSeq: 2 UPDATE", "Content-Length: 0"], lacks=["m=audio"])]
    await phones.completes(conversation(*update, last=3))


async def test_update_while_it_rings_leaves_the_call_ringing(phones: Phones) -> None:
    steps = [
        invite(),
        recv(100, optional=True),
        recv(180, routes=True),
        request("UPDATE", 2),
        recv(200, has=["UPDATE"]),
    ]
    steps += [cancel(), recv(200, has=["CANCEL"]), recv(487), ack_refusal()]
    await phones.play(steps, number=RINGS)


async def test_offer_while_the_first_waits_for_its_answer_is_put_off(phones: Phones) -> None:
    """An UPDATE with an offer before the INVITE is answered: 500 with Retry-After (RFC 3311 §5.2)."""
    steps = [invite(), recv(100, optional=True), recv(180, routes=True), request("UPDATE", 2, body=held("sendonly"))]
    steps += [recv(500, has=["Retry-After: [0-9]"]), cancel(), recv(200, has=["CANCEL"]), recv(487), ack_refusal()]
    await phones.play(steps, number=RINGS)


async def test_second_offer_before_the_ack_of_the_first_expect_491(phones: Phones) -> None:
    steps = [reinvite(2, held("sendonly")), *answered(), reinvite(3, held("sendrecv", 3)), *trying(), recv(491)]
    await phones.completes(conversation(*steps, ack_refusal(3), ack(2), last=4))


async def test_our_offer_that_is_answered_491_comes_again(phones: Phones) -> None:
    """After a wait (RFC 3261 §14.1), for the other side had an offer open."""
    sipp = await phones.call(
        [
            invite(), *answered(), ack(),
            recv("INVITE", has=["a=sendonly", "CSeq: 1 INVITE"]), respond(491), recv("ACK"),
            recv("INVITE", has=["a=sendonly", "CSeq: 2 INVITE"]), respond(200, body=held("recvonly"), again=True),
            recv("ACK"), *bye(2),
        ]
    )  # fmt: skip
    call = await phones.desk.call(sipp.call_id)
    await phones.desk.fact_of(call, "leg_answered")
    await phones.node.live_line(call).hold()
    await sipp.done()
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"


async def test_offer_of_theirs_while_ours_is_open_expect_491(phones: Phones) -> None:
    """SIPp keeps our re-INVITE waiting with a 100 and makes an offer of its own."""
    sipp = await phones.call(
        [
            invite(), *answered(), ack(), recv("INVITE", has=["a=sendonly"]), respond(100),
            reinvite(2, held("sendonly")), recv(491, has=["CSeq: 2 INVITE"]), ack_refusal(2), *bye(3),
        ]
    )  # fmt: skip
    call = await phones.desk.call(sipp.call_id)
    await phones.desk.fact_of(call, "leg_answered")
    holding = asyncio.ensure_future(phones.node.live_line(call).hold())  # it has no answer to wait for
    await sipp.done()
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"
    holding.cancel()


async def test_hold_that_the_phone_refuses_leaves_the_call_on(phones: Phones) -> None:
    sipp = await phones.call([invite(), *answered(), ack(), recv("INVITE"), respond(488), recv("ACK"), *bye()])
    call = await phones.desk.call(sipp.call_id)
    await phones.desk.fact_of(call, "leg_answered")
    await phones.node.live_line(call).hold()
    await sipp.done()
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"
