"""Ringing that must arrive (RFC 3262, 100rel): numbered, repeated until its PRACK, and only for who wants it."""

from __future__ import annotations

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
    recv,
    request,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEEDED = "Require: 100rel"
RING = '<recv response="180" rrs="true"><action>{}</action></recv>'
NUMBER_OF_RING = '<ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/>'
GONE = [cancel(), recv(200, has=["CANCEL"]), recv(487), ack_refusal()]


def ringing() -> Steps:
    return [invite(headers=[NEEDED]), recv(100, optional=True), RING.format(NUMBER_OF_RING)]


def prack(cseq: int, rack: str = "[$rseq] 1 INVITE") -> str:
    return request("PRACK", cseq, headers=[f"RAck: {rack}"])


async def test_ringing_is_acknowledged_and_the_call_answered(phones: Phones) -> None:
    steps = [*ringing(), prack(2), recv(200, has=["CSeq: 2 PRACK"]), *answered(), ack(), *bye(3)]
    sipp = await phones.call(steps, number=RINGS)
    await phones.desk.send_agent(sipp.call_id, when=lambda: "2 PRACK" in sipp.trace())
    await sipp.done()
    assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"


async def test_ringing_is_repeated_until_its_prack(phones: Phones) -> None:
    same = recv(180, has=["RSeq: ", "Require: 100rel"])
    steps = [invite(headers=[NEEDED], again=False), recv(100), RING.format(NUMBER_OF_RING), same, same]
    await phones.play([*steps, prack(2), recv(200), *GONE], "-nr", number=RINGS)


@pytest.mark.parametrize("rack", ["99999 1 INVITE", "[$rseq] 7 INVITE", "no numbers"])
async def test_prack_of_another_response_expect_481(phones: Phones, rack: str) -> None:
    steps = [*ringing(), prack(2, rack), recv(481, has=["PRACK"]), prack(3), recv(200, has=["PRACK"]), *GONE]
    await phones.play(steps, number=RINGS)


async def test_caller_who_only_could_is_rung_at_the_plain_way(phones: Phones) -> None:
    plain = recv(180, lacks=["RSeq"])
    steps = [invite(headers=["Supported: 100rel"]), recv(100, optional=True), plain, *GONE]
    await phones.play(steps, number=RINGS)


async def test_prack_without_anything_to_acknowledge_expect_481(phones: Phones) -> None:
    await phones.completes(conversation(prack(2, "1 1 INVITE"), recv(481), last=3))
