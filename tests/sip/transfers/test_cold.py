"""A caller is put through at once; what the phone there says, the caller is told. The human is SIPp."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.sip.scenarios.sipp import Sipp
from tests.sip.scenarios.steps import Steps, recv, respond, taken, taken_bye
from tests.sip.stack import RunningStack
from tests.sip.transfers.caller import Caller
from tests.sip.transfers.office import open_office

NUMBER = "+15105550121"
RINGING = [respond(100), respond(180, tag="callee")]
Desk = Callable[..., Awaitable[Sipp]]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A phone that does these steps when it is called."""
    phones: list[Sipp] = []

    async def one(*steps: Steps) -> Sipp:
        phone = Sipp(tmp_path, [step for some in steps for step in some])
        phones.append(phone)
        await phone.start()
        await phone.listening()
        return phone

    yield one
    for phone in phones:
        phone.end()


def refusal(status: int) -> Steps:
    return [recv("INVITE"), *RINGING, respond(status, tag="callee", again=True), recv("ACK")]


async def test_the_caller_is_joined_at_the_answer_and_takes_the_human_along_when_hanging_up(
    caller: Caller, desk: Desk, stack: RunningStack
) -> None:
    human = await desk(taken(*RINGING), taken_bye())
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.told(office, "transfer_settled", outcome="connected")
            await caller.told(office, "agent_lost")  # it has left them alone

        record = await caller.talks(office, conversation)
        await human.done()
    assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "caller")


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (486, "busy", "the line is busy"),
        (603, "declined", "nobody can take your call"),
        (480, "no_answer", "nobody answered"),
        (404, "unreachable", "could not reach anybody"),
        (607, "blocked", "could not reach anybody"),
    ],
)
async def test_a_phone_that_refuses_is_told_to_the_caller_in_words(
    caller: Caller, desk: Desk, stack: RunningStack, status: int, outcome: str, words: str
) -> None:
    human = await desk(refusal(status))
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.is_told(office, words)

        await caller.talks(office, conversation)
        await human.done()
        assert await caller.told(office, "transfer_settled", outcome=outcome)
        assert await caller.told(office, "attempt_ended", sip_code=status)


async def test_a_phone_that_rings_in_vain_is_given_up_after_its_ring_time(
    caller: Caller, desk: Desk, stack: RunningStack
) -> None:
    over = respond(487, tag="callee", cseq="1 INVITE", again=True)
    human = await desk([recv("INVITE"), *RINGING, recv("CANCEL"), respond(200), over, recv("ACK")])
    with open_office(stack, NUMBER, [human.port], mode="cold", ring_s=5, last_resort="callback") as office:

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.hears_something(1)  # the ringing tone
            await caller.is_told(office, "We will call you back")
            await caller.was_hung_up_on()

        record = await caller.talks(office, conversation)
        await human.done()
        assert record["termination"]["ended_by"] == "agent"
        assert await caller.told(office, "transfer_settled", outcome="no_answer", callback_wanted=True)


async def test_of_a_team_that_rings_all_at_once_the_first_who_answers_has_the_caller(
    caller: Caller, desk: Desk, stack: RunningStack
) -> None:
    over = respond(487, tag="callee", cseq="1 INVITE", again=True)
    slow = await desk([recv("INVITE"), *RINGING, recv("CANCEL"), respond(200), over, recv("ACK")])
    quick = await desk(taken(*RINGING), taken_bye())
    with open_office(stack, NUMBER, [slow.port, quick.port], mode="cold", team="all_at_once") as office:

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.told(office, "transfer_settled", outcome="connected")
            await slow.done()

        await caller.talks(office, conversation)
        await quick.done()


async def test_an_agent_that_may_not_send_callers_there_says_so_and_goes_on(
    caller: Caller, desk: Desk, stack: RunningStack
) -> None:
    human = await desk([recv("INVITE")])
    with open_office(stack, NUMBER, [human.port], mode="cold") as office:
        stack.api.patch(f"/v1/transfer-targets/{office.targets[0]}", json={"allowed_agents": []}).raise_for_status()

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.is_told(office, "I cannot put you through right now")
            await caller.asks_for_a_human()
            await caller.is_told(office, "I cannot put you through right now", times=2)

        await caller.talks(office, conversation)
        assert not [one for one in office.events(caller.call_id) if one["kind"] == "transfer_began"]
