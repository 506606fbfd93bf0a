"""Whoever runs the place moves live calls: to a human, back again, on to another; by REST, and a human by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.sip.foreign.baresip import Baresip
from tests.sip.stack import RunningStack
from tests.sip.transfers.caller import Caller
from tests.sip.transfers.office import HUMAN_HZ, Office, open_office

Phones = Callable[[str, float], Baresip]


@pytest.fixture
def office(stack: RunningStack, human: Baresip) -> Iterator[Office]:
    with open_office(stack, "+15105550133", [human.port]) as office:
        yield office


async def asked(stack: RunningStack, caller: Caller, target: str, expect: int = 202, **fields: str) -> dict[str, str]:
    path = f"/v1/calls/{caller.call_id}/transfers"
    return await asyncio.to_thread(stack.post, path, {"to": target, **fields}, expect)


async def picks_up(human: Baresip) -> None:
    await human.event("CALL_INCOMING")
    human.answer()
    await human.event("CALL_ESTABLISHED")


async def test_a_human_hands_the_caller_back_by_two_stars_and_the_agent_goes_on(
    caller: Caller, human: Baresip, office: Office, stack: RunningStack
) -> None:
    async def conversation() -> None:
        await asked(stack, caller, office.targets[0], mode="cold")
        await picks_up(human)
        await caller.hears_tone(HUMAN_HZ, 1)
        await caller.told(office, "agent_lost")  # it has left them alone; who comes back is another one
        human.press("**")
        await human.event("CALL_CLOSED")
        await caller.is_told(office, "I am back with you")
        await caller.asks_for_a_human()  # it listens
        await caller.is_told(office, "One moment please")

    record = await caller.talks(office, conversation)
    assert record["agents_so_far"] == 2
    assert await caller.told(office, "human_left", handed_back=True, by="human")


async def test_a_transfer_is_taken_back_while_it_rings_and_another_one_waits_its_turn(
    caller: Caller, human: Baresip, office: Office, stack: RunningStack
) -> None:
    async def conversation() -> None:
        transfer = await asked(stack, caller, office.targets[0])
        await human.event("CALL_INCOMING")
        again = await asked(stack, caller, office.targets[0], 409)
        assert again["code"] == "transfer.under_way"
        path = f"/v1/calls/{caller.call_id}/transfers/{transfer['id']}/cancel"
        await asyncio.to_thread(stack.post, path, {}, 202)
        await human.event("CALL_CLOSED")
        await caller.is_told(office, "I am back with you")

    await caller.talks(office, conversation)
    assert await caller.told(office, "transfer_settled", outcome="cancelled")
    over = await asked(stack, caller, office.targets[0], 409)
    assert over["code"] == "transfer.ended"


async def test_a_caller_is_moved_from_one_human_to_the_next_and_stays_with_the_first_when_that_fails(
    caller: Caller, speaking: Phones, stack: RunningStack
) -> None:
    first, second = speaking("", 0), speaking("", 0)
    with open_office(stack, "+15105550132", [first.port, second.port]) as office:

        async def conversation() -> None:
            await asked(stack, caller, office.targets[0], mode="cold")
            await picks_up(first)
            await caller.told(office, "transfer_settled", outcome="connected")
            warm = await asked(stack, caller, office.targets[1], 409)
            assert warm["code"] == "transfer.no_agent"
            await asked(stack, caller, office.targets[1], mode="cold")
            await second.event("CALL_INCOMING")
            second.hang_up()
            await caller.told(office, "transfer_settled", outcome="busy")
            assert not first.untaken("CALL_CLOSED")
            await asked(stack, caller, office.targets[1], mode="cold")
            await picks_up(second)
            await first.event("CALL_CLOSED")
            second.hang_up()
            await caller.was_hung_up_on()

        record = await caller.talks(office, conversation)
    assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "human")
