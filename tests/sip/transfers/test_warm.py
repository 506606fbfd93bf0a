"""A caller goes on with a human who was told and has agreed: the human on baresip, both sides recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from gateway.phone.recording import read_wav
from tests.sip.foreign.baresip import Baresip
from tests.sip.stack import RunningStack
from tests.sip.transfers.caller import Caller, first_with, seconds_with
from tests.sip.transfers.office import CALLER_HZ, HUMAN_HZ, Office, open_office


@pytest.fixture
def office(stack: RunningStack, human: Baresip) -> Iterator[Office]:
    with open_office(stack, "+15105550111", [human.port]) as office:
        yield office


async def picks_up(human: Baresip) -> None:
    await human.event("CALL_INCOMING")
    human.answer()
    await human.event("CALL_ESTABLISHED")


async def declines(human: Baresip) -> None:
    """As a person does, again when the first key came before the question."""
    while not human.untaken("CALL_CLOSED"):
        human.press("2")
        with suppress(AssertionError):
            await human.event("CALL_CLOSED", 4)
            return


async def test_caller_and_human_talk_after_a_yes_and_neither_heard_the_other_before(
    caller: Caller, human: Baresip, office: Office, kept: Path
) -> None:
    before: list[int] = []

    async def conversation() -> None:
        await caller.asks_for_a_human()
        caller.hums()
        await picks_up(human)
        await caller.told(office, "attempt_moved", stage="briefed")
        await caller.hears_something(2)  # of the consult, to be looked at for leaks
        await human.hears(1.5)  # of what it is told
        before.append(len(caller.heard))
        human.press("1")
        await caller.told(office, "transfer_settled", outcome="connected")
        await caller.is_told(office, "You are connected")
        await caller.hears_tone(HUMAN_HZ)
        human.hang_up()
        await caller.was_hung_up_on()

    record = await caller.talks(office, conversation)
    assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "human")
    assert first_with(caller.heard, HUMAN_HZ) * 8000 >= before[0]
    by_human = read_wav(human.heard())
    assert seconds_with(by_human, CALLER_HZ) > 1
    met = first_with(by_human, CALLER_HZ)
    assert met > 2  # not while it was told
    assert np.abs(by_human[: round((met - 1) * 8000)].astype(int)).max() > 1000  # it was told something


async def test_a_human_who_declines_is_let_go_and_the_caller_hears_the_truth_and_goes_on(
    caller: Caller, human: Baresip, office: Office
) -> None:
    async def conversation() -> None:
        await caller.asks_for_a_human()
        await picks_up(human)
        await caller.told(office, "attempt_moved", stage="briefed")
        await caller.presses("1")  # the caller's keys mean nothing in a consult
        await declines(human)
        await caller.is_told(office, "nobody can take your call")
        await caller.asks_for_a_human()  # the agent listens again
        await human.event("CALL_INCOMING")
        human.hang_up()
        await caller.is_told(office, "line is busy")

    record = await caller.talks(office, conversation)
    assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "caller")
    assert await caller.told(office, "transfer_settled", outcome="declined")
    assert first_with(caller.heard, HUMAN_HZ) == float("inf")


async def test_a_human_who_hums_for_ever_is_taken_for_a_machine(
    caller: Caller, speaking: Callable[[str, float], Baresip], stack: RunningStack
) -> None:
    """As an announcement does: speech without an end right after the answer."""
    human = speaking("Thank you for calling. " * 12, 0)
    with open_office(stack, "+15105550112", [human.port]) as office:

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await picks_up(human)
            await human.event("CALL_CLOSED")
            await caller.is_told(office, "could not reach anybody")

        await caller.talks(office, conversation)
        assert await caller.told(office, "transfer_settled", outcome="machine")


async def test_a_human_agrees_by_voice(
    caller: Caller, speaking: Callable[[str, float], Baresip], stack: RunningStack
) -> None:
    human = speaking("yes, I take the call", 4)
    with open_office(stack, "+15105550113", [human.port]) as office:

        async def conversation() -> None:
            await caller.presses("0")  # the key of this place
            await picks_up(human)
            await caller.told(office, "consult_answered", answer="accepted", by="voice")
            await caller.told(office, "transfer_settled", outcome="connected")
            await caller.is_told(office, "You are connected")

        record = await caller.talks(office, conversation)
        assert record["termination"]["ended_by"] == "caller"
        await human.event("CALL_CLOSED")  # nobody stays alone on the line


async def test_whoever_says_nothing_is_asked_again_and_let_go_and_the_next_one_is_rung(
    caller: Caller, speaking: Callable[[str, float], Baresip], stack: RunningStack
) -> None:
    silent, other = speaking("", 0), speaking("", 0)
    with open_office(
        stack, "+15105550114", [silent.port, other.port], team="in_order", last_resort="goodbye"
    ) as office:

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await picks_up(silent)
            await silent.event("CALL_CLOSED")
            await other.event("CALL_INCOMING")
            other.hang_up()
            await caller.is_told(office, "call us again later")
            await caller.was_hung_up_on()

        record = await caller.talks(office, conversation)
        assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "agent")
        assert await caller.told(office, "attempt_ended", outcome="silent")
