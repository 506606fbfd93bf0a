"""What callers hear before anybody speaks, and what their answers lead to; our phone calls, speaks and presses keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.phone.phone import Phone
from gateway.phone.script import Press, Say
from gateway.stack.ports import PortAllocator
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import spoken

NOTICE, ASKED = "this call is recorded", "may this call be recorded"
GREETING, REVOKED = "demo agent", "recording has been stopped"


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield phone
    finally:
        ports.close()


class Call:
    """One call to a number whose rule has these terms; `told` is what its record has of disclosure and recording."""

    def __init__(self, stack: RunningStack, phone: Phone, number: Any) -> None:
        self.stack, self.phone, self._number = stack, phone, number

    async def talks(self, conversation: Callable[[], Awaitable[None]]) -> list[str]:
        """The steps about disclosure, consent and recording, after the call; a sentence each."""
        await self.phone.talk(self.stack.uri(self._number.number), conversation)
        call = await asyncio.to_thread(self.stack.ended_call, self.phone.sip_call_id)
        entries = self.stack.get(f"/v1/calls/{call['id']}/timeline")["data"]
        wanted = ("disclosure_", "consent_", "recording_ordered", "recording_withheld")
        return [f"{entry['kind']}: {entry['sentence']}" for entry in entries if entry["kind"].startswith(wanted)]

    async def hears(self, phrase: str) -> None:
        await asyncio.to_thread(self.stack.was_told, self.phone.sip_call_id, phrase)


@pytest.fixture
def calling(stack: RunningStack, phone: Phone, a_number: Callable[..., Any]) -> Callable[..., Any]:
    return lambda number: Call(stack, phone, number)


def terms(record: str, *, places: tuple[str, ...] = ("US-TX",)) -> dict[str, Any]:
    return {"disclosure": {"record": record, "caller_places": list(places)}}


async def test_who_is_asked_and_presses_one_is_recorded_and_then_the_agent_speaks(
    a_number: Callable[..., Any], calling: Callable[..., Call]
) -> None:
    with a_number("+15105550191", rule=terms("by_law", places=("DE",))) as number:
        call = calling(number)

        async def conversation() -> None:
            await call.hears(ASKED)
            await call.phone.press(Press("1"))
            await call.hears(GREETING)

        told = await call.talks(conversation)
    assert told == [
        "disclosure_played: The caller was told that this is an AI.",
        "disclosure_played: The caller was asked whether the call may be recorded.",
        "consent_given: The caller agreed to the recording, by key.",
        "recording_ordered: The call is to be recorded.",
        "disclosure_played: The caller was thanked for the consent.",
    ]


async def test_who_says_no_is_not_recorded_and_is_served_all_the_same(
    a_number: Callable[..., Any], calling: Callable[..., Call], tmp_path: Path
) -> None:
    with a_number("+15105550192", rule=terms("ask")) as number:
        call, no = calling(number), spoken("no thank you", tmp_path / "no.wav")

        async def conversation() -> None:
            await call.hears(ASKED)
            await call.phone.say(Say("no thank you", no))
            await call.hears(GREETING)

        told = await call.talks(conversation)
    assert "consent_refused: The caller does not want to be recorded (in words)." in told
    assert "recording_withheld: The call is not recorded: consent was refused." in told
    assert not any(one.startswith("recording_ordered") for one in told)


async def test_who_stays_on_after_the_notice_is_recorded_until_taking_it_back(
    a_number: Callable[..., Any], calling: Callable[..., Call]
) -> None:
    with a_number("+15105550193", rule=terms("notice")) as number:
        call = calling(number)

        async def conversation() -> None:
            await call.hears(NOTICE)  # and the greeting in the same breath
            await call.phone.press(Press("*9"))
            await call.hears(REVOKED)

        told = await call.talks(conversation)
    steps = [one.partition(":")[0] for one in told]
    assert steps.index("consent_given") > steps.index("disclosure_played")
    assert "consent_revoked: The caller took the consent to the recording back, by key." in told
    assert told[-1] == "disclosure_played: The caller was told that the recording has stopped."
