"""Calls out to SIPp, asked for by an unchanged livekit-api: how they are answered, refused, given up and challenged."""

from __future__ import annotations

import pytest

from tests.integration.sip_node.callee import OURS, THEIRS
from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.far_end import dialled
from tests.sip.scenarios.steps import (
    Steps,
    media,
    recv,
    request_of_callee,
    respond,
    sdp,
    taken,
    taken_bye,
    waits_for_us,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

RINGING = [respond(100), respond(180, tag="callee")]
TRUNK = {"auth_username": "gw", "auth_password": "s3cret"}
NOTED = '<ereg regexp=".*" search_in="hdr" header="Via:" check_it="true" assign_to="via"/><log message="[$via]"/>'
INVITED = f'<recv request="INVITE" rrs="true"><action>{NOTED}</action></recv>'  # its Via for an answer after others
PROVED = '<verifyauth assign_to="proved" username="gw" password="s3cret"/><log message="proved [$proved]"/>'


async def test_call_is_answered_and_ended_by_us(phones: Phones) -> None:
    has = [f"^INVITE sip:[+]{THEIRS[1:]}@", f"From:[^\r\n]*sip:[+]{OURS[1:]}@", "Supported: 100rel, timer", "m=audio"]
    steps = [recv("INVITE", has=has, routes=True), *taken(*RINGING)[1:], *taken_bye()]
    far = await dialled(phones, steps)
    await far.answered()
    await far.hangs_up()
    await far.done("room_closed", "gateway")


async def test_call_is_answered_without_ringing_and_ended_by_the_callee(phones: Phones) -> None:
    far = await dialled(phones, [*taken(), *waits_for_us(), request_of_callee("BYE", 1), recv(200)])
    await far.answered()
    await far.goes_on()
    await far.done("completed", "callee")


async def test_early_media_is_announced_and_the_call_answered(phones: Phones) -> None:
    far = await dialled(phones, [*taken(respond(183, body=sdp(), tag="callee")), *taken_bye()])
    await far.answered()
    progress = await far.fact("dial_progress")
    assert (progress["sip_code"], progress["early_media"]) == (183, True)
    await far.hangs_up()
    await far.done("room_closed", "gateway")


@pytest.mark.parametrize(
    ("status", "slug", "ended_by"),
    [
        (404, "unreachable", "carrier"), (480, "no_answer", "callee"), (486, "busy", "callee"),
        (500, "unreachable", "carrier"), (503, "unreachable", "carrier"), (603, "declined", "callee"),
        (607, "blocked", "carrier"),
    ],
)  # fmt: skip
async def test_refusal_reaches_the_asker(phones: Phones, status: int, slug: str, ended_by: str) -> None:
    far = await dialled(phones, [recv("INVITE"), *RINGING, respond(status, tag="callee", again=True), recv("ACK")])
    assert await far.fails() == status
    await far.done(slug, ended_by)


async def test_refusal_that_comes_again_is_acknowledged_again(phones: Phones) -> None:
    busy = [respond(486, cseq="1 INVITE"), recv("ACK")]  # the ACK has their tag, and the INVITE's branch
    steps = [recv("INVITE"), respond(486, tag="callee"), recv("ACK"), *busy, *busy]
    far = await dialled(phones, steps, "-nr")
    assert await far.fails() == 486
    await far.done("busy", "callee")


async def test_nobody_answers_in_time_expect_cancel(phones: Phones) -> None:
    over = respond(487, tag="callee", cseq="1 INVITE", again=True)
    steps = [recv("INVITE", has=["CSeq: 1 INVITE"]), *RINGING, recv("CANCEL"), respond(200), over, recv("ACK")]
    far = await dialled(phones, steps, ringing_timeout={"seconds": 1})
    assert await far.fails() == 408
    await far.done("no_answer", "callee")


async def test_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up(phones: Phones) -> None:
    crossing = respond(200, body=sdp(), tag="callee", cseq="1 INVITE")
    steps = [recv("INVITE"), *RINGING, recv("CANCEL"), respond(200), crossing, recv("ACK"), *taken_bye()]
    far = await dialled(phones, steps, ringing_timeout={"seconds": 1})
    assert await far.fails() == 408
    await far.done("no_answer", "callee")


async def test_cancel_waits_for_the_first_sign_of_the_callee(phones: Phones) -> None:
    """The room is gone before anybody rang (RFC 3261 §9.1)."""
    steps = [recv("INVITE"), recv("INVITE"), recv("INVITE"), respond(180, tag="callee"), recv("CANCEL"), respond(200)]
    steps += [respond(487, tag="callee", cseq="1 INVITE", again=True), recv("ACK")]
    far = await dialled(phones, steps, "-nr")
    await far.phones.desk.saw(far.sipp, "INVITE sip")
    await far.hangs_up()
    await far.fails()
    await far.sipp.done()


async def test_invite_that_gets_no_answer_is_repeated(phones: Phones) -> None:
    steps = [recv("INVITE"), recv("INVITE"), *taken(), *taken_bye()]
    far = await dialled(phones, steps, "-nr")
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_answer_that_comes_again_is_acknowledged_again(phones: Phones) -> None:
    ok = respond(200, body=sdp(), cseq="1 INVITE").replace("[last_Via:]", "Via:[$via]")
    steps = [INVITED, respond(200, body=sdp(), tag="callee"), recv("ACK"), ok, recv("ACK"), ok, recv("ACK")]
    far = await dialled(phones, [*steps, *taken_bye()], "-nr")
    await far.answered()
    await far.phones.desk.saw(far.sipp, "ACK sip", count=3)
    await far.hangs_up()
    await far.sipp.done()


@pytest.mark.parametrize(("status", "asks", "header"), [
    (401, "WWW-Authenticate", "Authorization"), (407, "Proxy-Authenticate", "Proxy-Authorization"),
])  # fmt: skip
async def test_challenge_is_answered(phones: Phones, status: int, asks: str, header: str) -> None:
    steps = [*challenged(status, asks), recv("INVITE", has=[f"{header}: Digest username=.gw."]), *taken()[1:]]
    far = await dialled(phones, [*steps, *taken_bye()], trunk=TRUNK)
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


def challenged(status: int = 407, asks: str = "Proxy-Authenticate", *, nonce: str = "abc", more: str = "") -> Steps:
    said = f'{asks}: Digest realm="carrier", nonce="{nonce}", qop="auth", algorithm=MD5{more}'
    return [recv("INVITE"), respond(status, said, tag="proxy", again=True), recv("ACK")]


async def test_answer_to_the_challenge_is_right_by_sipps_own_reckoning(phones: Phones) -> None:
    judged = f'<recv request="INVITE" rrs="true"><action>{PROVED}</action></recv>'
    far = await dialled(
        phones, [*challenged(401, "WWW-Authenticate"), judged, *taken()[1:], *taken_bye()], "-trace_logs", trunk=TRUNK
    )
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()
    assert "proved true" in far.sipp.logs()


async def test_stale_nonce_is_answered_once_more(phones: Phones) -> None:
    steps = [*challenged(), *challenged(nonce="def", more=", stale=true"), *taken(), *taken_bye()]
    far = await dialled(phones, steps, trunk=TRUNK)
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_two_proxies_that_both_ask_are_both_answered(phones: Phones) -> None:
    both = recv("INVITE", has=["Authorization: Digest", "Proxy-Authorization: Digest"], routes=True)
    steps = [*challenged(401, "WWW-Authenticate"), *challenged(nonce="def"), both, *taken()[1:], *taken_bye()]
    far = await dialled(phones, steps, trunk=TRUNK)
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_password_that_is_not_believed_fails_the_call(phones: Phones) -> None:
    far = await dialled(phones, [*challenged(), *challenged(nonce="def")], trunk=TRUNK)
    assert await far.fails() == 407
    await far.sipp.done()


async def test_too_short_an_interval_is_asked_again_with_a_longer_one(phones: Phones) -> None:
    refusal = respond(422, "Min-SE: 3600", tag="callee", again=True)
    short = [recv("INVITE", has=["Session-Expires: 1800"]), refusal, recv("ACK")]
    longer = recv("INVITE", has=["Session-Expires: 3600", "Min-SE: 3600"], routes=True)
    far = await dialled(phones, [*short, longer, *taken()[1:], *taken_bye()])
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_reliable_ringing_is_acknowledged_by_prack(phones: Phones) -> None:
    ring = respond(183, "Require: 100rel", "RSeq: 4711", body=sdp(), tag="callee", again=True)
    steps = [INVITED, ring, recv("PRACK", has=["RAck: 4711 1 INVITE"])]
    ok = respond(200, body=sdp(), tag="callee", cseq="1 INVITE", again=True)
    ok = ok.replace("[last_To:];tag=callee", "[last_To:]").replace("[last_Via:]", "Via:[$via]")
    far = await dialled(phones, [*steps, respond(200), ok, recv("ACK"), *taken_bye()])
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_second_phone_of_a_fork_that_answers_too_is_hung_up(phones: Phones) -> None:
    second = respond(200, body=sdp(), tag="second", cseq="1 INVITE").replace("[last_To:];", "To: <sip:x@[local_ip]>;")
    first = respond(200, body=sdp(), tag="first")
    steps = [INVITED, respond(180, tag="first")]
    steps += [respond(180, tag="second"), first, recv("ACK", has=["To:[^\r\n]*;tag=first"])]
    steps += [second.replace("[last_Via:]", "Via:[$via]"), recv("ACK", has=["To:[^\r\n]*;tag=second"])]
    steps += [recv("BYE", has=["To:[^\r\n]*;tag=second"]), respond(200)]
    steps += [recv("BYE", has=["To:[^\r\n]*;tag=first"]), respond(200)]
    far = await dialled(phones, steps, "-nr")
    await far.answered()
    await far.phones.desk.saw(far.sipp, "BYE sip")
    await far.hangs_up()
    await far.sipp.done()


async def test_answer_without_a_codec_of_ours_is_acknowledged_and_hung_up(phones: Phones) -> None:
    far = await dialled(phones, [*taken(answer=sdp(media("18"))), *taken_bye()])
    await far.fails()
    await far.sipp.done()


async def test_routes_of_the_answer_are_used_in_reverse(phones: Phones) -> None:
    near, far_hop = "sip:near@[local_ip]:[local_port];lr", "sip:far@[local_ip]:[local_port];lr"
    recorded = [f"Record-Route: <{far_hop}>", f"Record-Route: <{near}>"]
    order = ["Route: <sip:near@[^>]*>.*Route: <sip:far@"]
    ok = respond(200, *recorded, body=sdp(), tag="callee", again=True)
    steps = [recv("INVITE"), ok, recv("ACK", has=order), recv("BYE", has=["^BYE sip:callee@", *order]), respond(200)]
    far = await dialled(phones, steps)
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_callee_holds_and_comes_back(phones: Phones) -> None:
    def offer(cseq: int, direction: str, answer: str) -> Steps:
        body = sdp(media("0", f"a={direction}"), version=cseq + 1)
        return [
            request_of_callee("INVITE", cseq, body=body), recv(100, optional=True),
            recv(200, has=[f"a={answer}"]), request_of_callee("ACK", cseq).replace(' retrans="500"', ""),
        ]  # fmt: skip

    steps = [*taken(), *offer(1, "sendonly", "recvonly"), *offer(2, "sendrecv", "sendrecv")]
    far = await dialled(phones, [*steps, *waits_for_us(), request_of_callee("BYE", 3), recv(200)])
    await far.answered()
    await phones.desk.fact_of(far.call_id, "leg_held", count=2)
    await far.goes_on()
    await far.done("completed", "callee")
    held = [fact["held"] for fact in phones.desk.facts if (fact["call_id"], fact["kind"]) == (far.call_id, "leg_held")]
    assert held == [True, False]


async def test_call_over_a_connection(phones: Phones) -> None:
    far = await dialled(phones, [*taken(*RINGING), *taken_bye()], "-t", "t1", trunk={"transport": 2})
    await far.answered()
    await far.hangs_up()
    await far.sipp.done()


async def test_redirection_is_followed_once_and_by_the_same_trunk(phones: Phones) -> None:
    """The second call is redirected as well, and that is its end; the number moves, the trunk does not."""
    moved = respond(302, "Contact: <sip:+15105550166@192.0.2.1>", tag="callee", again=True)
    far = await dialled(phones, [recv("INVITE"), moved, recv("ACK")], calls=2)
    assert await far.fails() == 302
    await far.sipp.done()
    assert [line.split("@")[0] for line in far.sipp.trace().splitlines() if line.startswith("INVITE ")] == [
        f"INVITE sip:{THEIRS}",
        "INVITE sip:+15105550166",
    ]
