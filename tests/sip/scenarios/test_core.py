"""RFC 3261 as SIPp speaks it: repeats, CANCEL, BYE, and what belongs to no call."""

from __future__ import annotations

import asyncio

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import RINGS, UNKNOWN
from tests.sip.scenarios.steps import (
    ack,
    ack_refusal,
    answered,
    bye,
    cancel,
    conversation,
    invite,
    recv,
    refused,
    reinvite,
    request,
    respond,
    sdp,
    stray,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

COUNTING = ("-nr",)  # SIPp takes repeats for what they are, one by one, in place of answering them itself
OVERHEARING = ("-default_behaviors", "all,-abortunexp")  # what comes while SIPp is sending is no failure
RINGING = [recv(100, optional=True), recv(180, routes=True, has=["To:[^\r\n]*;tag="])]


async def test_invite_is_answered_and_hung_up(phones: Phones) -> None:
    sipp = await phones.completes(conversation(has=["Allow: INVITE", "Supported: 100rel, timer", "m=audio [1-9]"]))
    assert await phones.desk.agent(sipp.call_id)


async def test_invite_unknown_did_expect_404(phones: Phones) -> None:
    sipp = await phones.play([invite(), *refused(404)], number=UNKNOWN)
    asked = [a["pii"]["dnis"] for a in phones.desk.asked if a["sip_call_id"] == sipp.call_id]
    assert asked == [UNKNOWN]


async def test_invite_sent_three_times_is_one_call(phones: Phones) -> None:
    """A repeat gets the last answer again."""
    again, same = invite(again=False), recv(180, has=["tag="])
    steps = [again, recv(100), same, again, same, again, same, cancel(), recv(200), recv(487), ack_refusal()]
    sipp = await phones.play(steps, *COUNTING, number=RINGS)
    assert [asked["sip_call_id"] for asked in phones.desk.asked].count(sipp.call_id) == 1


async def test_answer_whose_ack_is_lost_is_repeated_until_the_ack_comes(phones: Phones) -> None:
    ok = recv(200, routes=True, has=["INVITE"])
    steps = [invite(again=False), recv(100), recv(180), ok, ok, ok, ack(), *bye()]
    await phones.completes(steps, *COUNTING)


async def test_refusal_whose_ack_is_lost_is_repeated_until_the_ack_comes(phones: Phones) -> None:
    gone = recv(404)
    await phones.play([invite(again=False), recv(100), gone, gone, gone, ack_refusal()], *COUNTING, number=UNKNOWN)


async def test_cancel_while_ringing_expect_487(phones: Phones) -> None:
    steps = [invite(), *RINGING, cancel(), recv(200, has=["CANCEL"]), recv(487, has=["INVITE"]), ack_refusal()]
    sipp = await phones.play(steps, number=RINGS)
    end = await phones.desk.end_of(sipp.call_id)
    assert (end["slug"], end["ended_by"]) == ("caller_cancelled", "caller")


async def test_cancel_at_once_after_the_invite_expect_487(phones: Phones) -> None:
    steps = [invite(again=False), cancel(), recv(200, has=["CANCEL"]), recv(487), ack_refusal()]
    await phones.play(steps, *OVERHEARING, number=RINGS)


async def test_cancel_of_no_call_expect_481(phones: Phones) -> None:
    await phones.play([cancel(), recv(481)])


async def test_cancel_after_the_answer_leaves_the_call_alone(phones: Phones) -> None:
    await phones.completes([invite(), *answered(), cancel(), recv(200, has=["CANCEL"]), ack(), *bye()])


async def test_bye_before_the_answer_ends_both_transactions(phones: Phones) -> None:
    over = [recv(200, has=["BYE"]), recv(487, has=["INVITE"]), ack_refusal()]
    sipp = await phones.play([invite(), *RINGING, request("BYE", 2), *over], number=RINGS)
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "caller_cancelled"


async def test_bye_before_the_ack_of_the_answer_ends_the_call(phones: Phones) -> None:
    await phones.completes([invite(), *answered(), *bye()])


async def test_bye_sent_twice_is_answered_twice(phones: Phones) -> None:
    """The second is the first again: the same branch."""
    again, ok = request("BYE", 2, again=False), recv(200, has=["BYE"])
    steps = [invite(again=False), recv(100), recv(180), recv(200, routes=True), ack()]
    await phones.completes([*steps, again, ok, again, ok], *COUNTING, *OVERHEARING)


async def test_ack_with_the_branch_of_its_invite_is_taken(phones: Phones) -> None:
    await phones.completes([invite(), *answered(), ack(branch="invite1"), *bye()])


async def test_late_ack_leaves_the_call_usable(phones: Phones) -> None:
    """OPTIONS overtakes the ACK."""
    options = [request("OPTIONS", 2), recv(200, has=["OPTIONS"])]
    await phones.completes([invite(), *answered(), *options, ack(), *bye(3)])


async def test_merged_request_expect_482(phones: Phones) -> None:
    steps = [invite(), *RINGING, invite(branch="otherway", again=False), recv(482), ack_refusal(branch="otherway")]
    steps += [cancel(), recv(200, has=["CANCEL"]), recv(487), ack_refusal()]
    await phones.play(steps, number=RINGS)


async def test_options_outside_a_call_expect_200_with_what_we_can(phones: Phones) -> None:
    has = ["Allow: INVITE", "Accept: application/sdp", "Supported: ", "To:[^\r\n]*;tag="]
    await phones.play([stray("OPTIONS", 1), recv(200, has=has)])


async def test_options_inside_a_call_keeps_its_tag(phones: Phones) -> None:
    options = [request("OPTIONS", 2), recv(200, has=["Allow: "], lacks=["To:[^\r\n]*;tag=[^\r\n]*;tag="])]
    await phones.completes(conversation(*options, last=3))


@pytest.mark.parametrize("method", ["BYE", "INVITE", "UPDATE", "INFO", "NOTIFY", "PRACK", "REFER", "OPTIONS"])
async def test_request_of_an_unknown_dialog_expect_481(phones: Phones, method: str) -> None:
    steps = [stray(method, 1, to_tag=";tag=nobody"), recv(481)]
    await phones.play([*steps, ack_refusal()] if method == "INVITE" else steps)


@pytest.mark.parametrize("method", ["BYE", "INFO", "UPDATE", "PRACK", "NOTIFY"])
async def test_request_without_tag_that_needs_a_dialog_expect_481(phones: Phones, method: str) -> None:
    await phones.play([stray(method, 1), recv(481)])


async def test_refer_from_a_stranger_expect_403(phones: Phones) -> None:
    await phones.play([stray("REFER", 1, headers=["Refer-To: <sip:x@192.0.2.1>"]), recv(403)])


async def test_refer_in_a_call_expect_403_and_the_call_goes_on(phones: Phones) -> None:
    refer = [request("REFER", 2, headers=["Refer-To: <sip:x@192.0.2.1>"]), recv(403, lacks=["Allow: .*REFER"])]
    await phones.completes(conversation(*refer, request("OPTIONS", 3), recv(200), last=4))


async def test_notify_that_nobody_asked_for_expect_481(phones: Phones) -> None:
    notify = request("NOTIFY", 2, headers=["Event: refer", "Subscription-State: active"], body="x", kind="text/plain")
    await phones.completes(conversation(notify, recv(481), last=3))


async def test_cseq_that_goes_back_expect_500(phones: Phones) -> None:
    steps = [request("INFO", 7, body="5", kind="application/dtmf"), recv(200)]
    steps += [request("INFO", 6, body="6", kind="application/dtmf"), recv(500)]
    sipp = await phones.completes(conversation(*steps, last=8))
    assert phones.desk.pressed(await phones.desk.call(sipp.call_id)) == [("info", "5")]


async def test_wrong_tag_of_the_caller_expect_481_and_the_call_goes_on(phones: Phones) -> None:
    stranger = request("BYE", 2, change={"From": "<sip:mallory@[local_ip]>;tag=mallory"})
    await phones.completes(conversation(stranger, recv(481), last=3))


async def test_room_that_closes_ends_the_call_by_a_bye(phones: Phones) -> None:
    """SIPp answers the BYE; the agent hangs up."""
    sipp = await phones.call([invite(), *answered(), ack(), recv("BYE", has=["CSeq: 1 BYE"]), respond(200)])
    agent = await phones.desk.agent(sipp.call_id)
    await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "leg_answered")
    await phones.desk.close_room(agent.room.name)
    await sipp.done()
    end = await phones.desk.end_of(sipp.call_id)
    assert (end["kind"], end["slug"]) == ("leg_left", "room_closed")


async def test_two_calls_at_once_do_not_mix(phones: Phones) -> None:
    pair = [await phones.call(conversation(reinvite(2, sdp(version=2)), *answered(), ack(2), last=3)) for _ in range(2)]
    await asyncio.gather(*(sipp.done() for sipp in pair))
    calls = {await phones.desk.call(sipp.call_id) for sipp in pair}
    assert len(calls) == 2
    for sipp in pair:
        assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"
