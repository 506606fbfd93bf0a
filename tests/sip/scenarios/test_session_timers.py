"""Session timers (RFC 4028) as they are agreed on; that they run out is a matter of minutes, and of the unit tests."""

from __future__ import annotations

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.steps import (
    SERVER,
    ack,
    ack_refusal,
    answered,
    bye,
    conversation,
    invite,
    recv,
    reinvite,
    request,
    sdp,
    trying,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

ABLE = "Supported: timer"


async def test_interval_below_90_expect_422_and_then_an_answer(phones: Phones) -> None:
    short = [invite(headers=[ABLE, "Session-Expires: 60"]), *trying(), recv(422, has=["Min-SE: 90"]), ack_refusal()]
    longer = invite(cseq=2, headers=[ABLE, "Session-Expires: 90", "Min-SE: 90"])
    agreed = answered(["Session-Expires: 90;refresher=uac", "Require: timer"])
    await phones.completes([*short, longer, *agreed, ack(2), *bye(3)])


@pytest.mark.parametrize(
    ("headers", "has", "lacks"),
    [
        ([ABLE, "Session-Expires: 1800"], ["Session-Expires: 1800;refresher=uac", "Require: timer"], []),
        ([ABLE, "x: 1800;refresher=uac"], ["Session-Expires: 1800;refresher=uac"], []),
        ([ABLE, "Session-Expires: 900;refresher=uas"], ["Session-Expires: 900;refresher=uas", "Require: timer"], []),
        (["Session-Expires: 60"], ["Session-Expires: 90;refresher=uas"], ["Require: timer"]),
        ([ABLE], [], ["Session-Expires"]),
    ],
    ids=["caller", "compact", "callee", "a caller without timers", "no interval"],
)
async def test_refresher_is_agreed_on_for(phones: Phones, headers: list[str], has: list[str], lacks: list[str]) -> None:
    await phones.completes([invite(headers=headers), *answered(has, lacks), ack(), *bye()])


AGREED = [invite(headers=[ABLE, "Session-Expires: 120;refresher=uac"]), *answered(["Session-Expires: 120"]), ack()]
SAME = [ABLE, "Session-Expires: 120;refresher=uac"]


async def test_refresh_by_update_agrees_again(phones: Phones) -> None:
    refresh = [request("UPDATE", 2, headers=SAME), recv(200, has=["Session-Expires: 120;refresher=uac", "UPDATE"])]
    await phones.completes([*AGREED, *refresh, *bye(3)])


async def test_refresh_by_reinvite_agrees_again(phones: Phones) -> None:
    refresh = [reinvite(2, sdp(), headers=SAME), *answered(["Session-Expires: 120;refresher=uac"]), ack(2)]
    await phones.completes([*AGREED, *refresh, *bye(3)])


@pytest.mark.parametrize("method", ["UPDATE", "INVITE"])
async def test_refresh_with_too_short_an_interval_expect_422_and_the_call_goes_on(phones: Phones, method: str) -> None:
    said = [ABLE, "Session-Expires: 30"]
    short = request("UPDATE", 2, headers=said) if method == "UPDATE" else reinvite(2, sdp(), headers=said)
    steps = [short, *trying(), recv(422, has=["Min-SE: 90"]), *([ack_refusal(2)] if method == "INVITE" else [])]
    await phones.completes([*AGREED, *steps, *bye(3)])


async def test_interval_that_cannot_be_read_is_no_interval(phones: Phones) -> None:
    await phones.completes([invite(headers=[ABLE, "Session-Expires: soon"]), *conversation()[1:]])


async def test_stranger_without_a_call_is_told_the_least_interval_too(phones: Phones) -> None:
    steps = [request("UPDATE", 1, uri=SERVER, to_tag=";tag=x", headers=[ABLE, "Session-Expires: 10"]), recv(422)]
    await phones.play(steps)
