"""One capture on one phone, key by key: who learns what, and what is left of it afterwards."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from compliance.capture.entered import Entered
from compliance.capture.keys import Keys
from compliance.capture.machine import Progress
from compliance.capture.spec import CaptureSpec
from compliance.capture.tokeniser import Token, Tokeniser, TokeniserRefused
from compliance.capture.tokenisers.test_vault import TestVault
from gateway.calls.fact_sender import FactSender
from gateway.calls.facts import Fact
from gateway.kernel.errors import Unavailable
from gateway.sip.capture_desk import CaptureDesk
from gateway.sip.line import NoListener, PhoneLine
from gateway.sip.rtp.g711 import Samples

CARD, SHORT_PATIENCE = "5555555555554444", {"first_key_s": 3, "next_key_s": 2, "whole_s": 10}
LOUD = np.full(160, 9000, dtype=np.int16)


class Line:
    """A phone that presses keys; the last of them is still heard as often as `sounds` says when one looks."""

    def __init__(self) -> None:
        self.listener: Any = Leg()
        self.leg: Leg = self.listener
        self.shielded = False
        self.sounds = self.looked = self.forgotten = 0

    def shield(self, on: bool) -> None:
        self.shielded = on

    @property
    def key_sounds(self) -> bool:
        self.looked += 1
        return self.looked <= self.sounds

    def forget_keys(self) -> None:
        self.forgotten += 1

    def types(self, keys: str) -> None:
        for key in keys:
            self.listener.line_pressed(key, "rfc4733", 100)


class Leg(NoListener):
    def __init__(self) -> None:
        self.pressed: list[str] = []
        self.said: list[Samples] = []

    def line_said(self, frame: Samples) -> None:
        self.said.append(frame)

    def line_pressed(self, digit: str, way: Any, duration_ms: int) -> None:
        self.pressed.append(digit)


@dataclass
class Facts:
    told: list[Any] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def record(self, fact: type[Fact], call_id: str, **fields: Any) -> None:
        made = fact.model_validate(
            {"id": "evt_1", "call_id": call_id, "source": "test", "seq": 0, "at": "2026-11-21T00:00:00Z", **fields}
        )
        self.told.append(made)
        if made.kind == "capture_ended":  # pyright: ignore[reportAttributeAccessIssue]
            self.ended.set()

    def of(self, kind: str) -> list[Any]:
        return [one for one in self.told if one.kind == kind]


class Showing:
    def __init__(self) -> None:
        self.shown: list[tuple[int, int | None] | None] = []

    def show(self, capture_id: str, step: Progress | None) -> None:
        self.shown.append((step.keys, step.of) if step else None)


@dataclass
class Played:
    line: Line
    facts: Facts
    showing: Showing
    desk: CaptureDesk
    running: asyncio.Task[None]

    async def end(self) -> Any:
        async with asyncio.timeout(30):
            await self.facts.ended.wait()
        return self.facts.of("capture_ended")[-1]

    async def down(self) -> None:
        async with asyncio.timeout(30):
            while not self.running.done():
                self.line.listener.line_wants()  # the clock of the media goes on
                await asyncio.wait([self.running], timeout=0.005)


@asynccontextmanager
async def capture(tokeniser: Tokeniser | None = None, **spec: Any) -> AsyncIterator[Played]:
    line, facts, showing = Line(), Facts(), Showing()
    desk = CaptureDesk(
        "cap_1", "call_1", CaptureSpec.model_validate({"fields": ["card_number"], **spec}), cast(PhoneLine, line),
        cast(FactSender, facts), showing,
    )  # fmt: skip
    assert line.shielded and line.listener is desk
    running = asyncio.ensure_future(desk.run(tokeniser or TestVault()))
    desk.begin()
    try:
        yield Played(line, facts, showing, desk, running)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_card_becomes_a_token_and_its_digits_reach_nobody() -> None:
    async with capture() as one:
        one.line.types(CARD)
        ended = await one.end()
        assert (ended.outcome, ended.brand, ended.pii.last4) == ("taken", "mastercard", "4444")
        assert ended.pii.token.startswith("test_")
        await one.down()
        assert one.line.leg.pressed == []
        assert not any("555" in fact.model_dump_json() for fact in one.facts.told)
        assert one.line.listener is one.line.leg and not one.line.shielded
        one.line.types("1")
        assert one.line.leg.pressed == ["1"]


async def test_how_far_it_is_is_told_once_per_key() -> None:
    async with capture() as one:
        one.line.types(CARD)
        await one.end()
        told = [(fact.keys, fact.of) for fact in one.facts.of("capture_progress")]
        assert told == [(0, None), (1, None), *((keys, 16) for keys in range(2, 17))]
        await one.down()
        assert one.showing.shown[-2:] == [(16, 16), None]


async def test_nothing_of_what_was_keyed_in_is_left_in_any_holder() -> None:
    before = [keys for keys in gc.get_objects() if isinstance(keys, Keys)]
    async with capture() as one:
        one.line.types(CARD)
        await one.end()
        await one.down()
        everywhere = [keys for keys in gc.get_objects() if isinstance(keys, Keys)]
        held = [keys for keys in everywhere if not any(keys is known for known in before)]
        assert held and not any(len(keys) for keys in held)
        assert not any(CARD[:8].encode() in bytes(keys._digits) for keys in held)


@pytest.mark.parametrize("talk", [False, True])
async def test_the_room_hears_the_caller_only_where_that_was_asked_for(talk: bool) -> None:
    async with capture(talk=talk) as one:
        one.line.listener.line_said(LOUD)
        assert bool(one.line.leg.said[-1].any()) is talk
        assert len(one.line.leg.said[-1]) == 160


async def test_wideband_silence_is_as_long_as_what_was_said() -> None:
    async with capture() as one:
        one.line.listener.line_said(np.full(320, 9000, dtype=np.int16))
        assert len(one.line.leg.said[-1]) == 320 and not one.line.leg.said[-1].any()


async def test_a_key_cuts_the_question_short() -> None:
    async with capture() as one:
        assert one.line.listener.line_wants().any() or one.line.listener.line_wants().any()
        one.line.types("5")
        assert not one.line.listener.line_wants().any()


async def test_three_wrong_numbers_end_it() -> None:
    async with capture() as one:
        one.line.types("5555555555554445" * 3)
        ended = await one.end()
        assert (ended.outcome, ended.field, ended.pii.token) == ("invalid", "card_number", "")
        assert [fact.attempt for fact in one.facts.of("capture_progress") if fact.keys == 0] == [1, 2, 3]


async def test_who_keys_in_nothing_ends_it_by_time() -> None:
    async with capture(patience=SHORT_PATIENCE) as one:
        assert (await one.end()).outcome == "timed_out"


async def test_cancelled_it_forgets() -> None:
    async with capture() as one:
        one.line.types(CARD[:7])
        one.desk.cancel()
        assert (await one.end()).outcome == "cancelled"
        one.line.types("5")  # still under the shield
        await one.down()
        assert one.line.leg.pressed == []


async def test_a_call_that_ends_in_the_middle_is_told_and_wiped() -> None:
    async with capture() as one:
        one.line.types(CARD[:7])
        await asyncio.sleep(0)
        one.running.cancel()
        await asyncio.gather(one.running, return_exceptions=True)
        assert [fact.outcome for fact in one.facts.of("capture_ended")] == ["hung_up"]
        assert len(one.desk._machine._keys) == 0


class Failing:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def check(self, spec: CaptureSpec) -> None: ...

    async def tokenise(self, entered: Entered, *, request: str) -> Token:
        raise self.error

    async def close(self) -> None: ...


@pytest.mark.parametrize(
    ("error", "outcome", "problem"),
    [
        (TokeniserRefused("the tokeniser refused the card: card_declined"), "refused_by_tokeniser", "card_declined"),
        (Unavailable("there was no whole answer"), "failed", "no whole answer"),
        (ValueError(f"no such thing as {CARD}"), "failed", "could not be used"),
    ],
)
async def test_a_tokeniser_that_takes_it_not_is_told_and_no_digit_with_it(
    error: Exception, outcome: str, problem: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with capture(Failing(error)) as one:
        one.line.types(CARD)
        ended = await one.end()
        assert ended.outcome == outcome and problem in ended.problem
        await one.down()
        out = capsys.readouterr()
        assert CARD not in caplog.text + out.out + out.err + ended.model_dump_json()
        assert len(one.desk._machine.entered.fields) == 0


async def test_the_shield_stays_as_long_as_a_key_sounds() -> None:
    async with capture() as one:
        one.line.sounds = 3
        one.line.types(CARD)
        await one.end()
        await one.down()
        assert one.line.looked > 3 and not one.line.shielded


async def test_expiry_is_told_only_where_it_was_asked_for() -> None:
    for show in (False, True):
        async with capture(fields=["card_number", "expiry", "cvv"], show_expiry=show) as one:
            one.line.types(CARD + "1239" + "123")
            ended = await one.end()
            assert (ended.expiry_month, ended.expiry_year) == ((12, 2039) if show else (None, None))


async def test_the_next_capture_may_begin_while_the_shield_of_the_last_is_still_up() -> None:
    async with capture() as one:
        one.line.types(CARD)
        await one.end()
        one.desk.give_way()
        assert one.line.listener is one.line.leg and one.line.shielded
        await one.running
        assert one.line.shielded
