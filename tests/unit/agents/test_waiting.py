"""The word that a transfer is over was lost: the agent that waits for it finds out from the record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from agents.resume import Conversation
from agents.waiting import StillWaiting
from gateway.calls import transfer_facts as x
from gateway.calls.takeover import Standing, resort_of, standing_of
from tests.unit.calls.story import Facts, Playbook


class Record:
    """What it tells, question by question; None when it is away."""

    def __init__(self, standings: Sequence[Standing | None]) -> None:
        self._standings, self.asked = list(standings), 0
        self.paused = True

    async def ask(self) -> Conversation | None:
        standing = self._standings[min(self.asked, len(self._standings) - 1)]
        self.asked += 1
        return None if standing is None else Conversation(call_id="call_1", transfer=standing)


async def over(record: Record) -> Conversation:
    async with asyncio.timeout(30):
        return await StillWaiting(lambda: record.paused, record.ask, every_s=0.001).over()


@pytest.mark.parametrize("standing", ["busy", "connected", "none", "handed_back"])
async def test_a_transfer_that_is_over_ends_the_waiting_when_it_was_told_twice(standing: Standing) -> None:
    record = Record(["under_way", standing, standing])
    assert (await over(record)).transfer == standing
    assert record.asked == 3


async def test_a_record_that_is_away_says_nothing_about_a_transfer() -> None:
    record = Record([None, "busy", None, "busy", "under_way", "busy", "busy"])
    assert (await over(record)).transfer == "busy"
    assert record.asked == 7


async def test_an_agent_that_talks_with_the_caller_asks_nobody() -> None:
    record = Record(["busy"])
    record.paused = False
    waiting = asyncio.ensure_future(over(record))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done and record.asked == 0
    record.paused = True
    assert (await waiting).transfer == "busy"


@pytest.mark.parametrize(
    ("outcome", "standing", "resort"), [("no_answer", "no_answer", "callback"), ("cancelled", "cancelled", "agent")]
)
def test_the_record_tells_how_it_ended_and_what_was_promised(outcome: str, standing: str, resort: str) -> None:
    f = Facts()
    book = Playbook().play(f.admitted(), f.joined(), f.answered(), f.agent())
    book.play(
        f.transfer(
            x.TransferBegan, 5, mode="warm", target_id="tgt_1", asked_by="agt_1", waves=(), last_resort="callback"
        )
    )
    assert (standing_of(book.events), resort_of(book.events)) == ("under_way", "agent")
    book.play(f.transfer(x.TransferSettled, 20, outcome=outcome))
    assert (standing_of(book.events), resort_of(book.events)) == (standing, resort)
