"""What a leg does with commands about captures: begins one at a time, or says at once why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from compliance.capture.spec import CaptureSpec
from compliance.capture.tokeniser import Tokeniser
from compliance.capture.tokenisers.stripe import StripeTokeniser
from compliance.capture.tokenisers.test_vault import TestVault
from gateway.calls.leg_commands import BeginCapture, CancelCapture, CaptureCommand
from gateway.kernel.tasks import TaskSet
from gateway.net.outside import Outside
from gateway.sip import captures
from gateway.sip.captures import CapturedLeg, Captures
from gateway.sip.services import NodeServices
from tests.unit.sip_node.test_capture_desk import CARD, Facts, Line


class Leg:
    """`shown`: values of the attribute that says how far a capture is."""

    def __init__(self) -> None:
        self.line, self.answered, self.hidden = Line(), True, 0
        self.shown: list[str] = []
        self.changed = asyncio.Event()
        self.attributes: dict[str, str] = {}
        self.room = SimpleNamespace(set_attributes=self._set, attributes=self.attributes)
        self.deaf = 0  # so many times the server takes nothing, and the client does not say so
        self.keys = SimpleNamespace(hide=self._hide)

    async def _set(self, attributes: dict[str, str]) -> None:
        if self.deaf:
            self.deaf -= 1
            return
        self.attributes.update(attributes)
        self.shown.append(attributes["gateway.capture"])
        self.changed.set()

    def _hide(self) -> None:
        self.hidden += 1


class Desk:
    def __init__(self) -> None:
        self.leg, self.facts, self.tasks = Leg(), Facts(), TaskSet()
        self.services = SimpleNamespace(tokeniser=TestVault(), facts=self.facts)
        self.captures = Captures(
            "call_1", cast(CapturedLeg, self.leg), cast(NodeServices, self.services), self.tasks
        )  # fmt: skip

    def begin(self, name: str, *fields: str) -> None:
        spec = CaptureSpec.model_validate({"fields": fields or ("card_number",)})
        self.captures.take(CaptureCommand(id=name, asked=BeginCapture(capture_id=name, spec=spec)))

    def cancel(self, name: str) -> None:
        self.captures.take(CaptureCommand(id=f"{name}:cancel", asked=CancelCapture(capture_id=name)))

    def ends(self) -> list[tuple[str, str]]:
        return [(one.capture_id, one.outcome) for one in self.facts.of("capture_ended")]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    one = Desk()
    yield one
    await one.tasks.close()


def refused(desk: Desk) -> Any:
    """The one refusal; the caller was asked for nothing, and the phone is as it was."""
    assert not desk.facts.of("capture_began") and desk.leg.line.listener is desk.leg.line.leg
    assert not desk.leg.line.shielded and desk.leg.hidden == 0
    [ended] = desk.facts.of("capture_ended")
    assert ended.outcome == "failed"
    return ended


async def test_without_a_tokeniser_nothing_begins_and_the_setting_is_named(desk: Desk) -> None:
    desk.services.tokeniser = None
    desk.begin("cap_1")
    assert "GATEWAY_CAPTURE__TOKENISER" in refused(desk).problem


async def test_what_the_tokeniser_cannot_use_is_not_asked_for(desk: Desk) -> None:
    outside = Outside()
    desk.services.tokeniser = cast(Tokeniser, StripeTokeniser("sk_test", outside))
    desk.begin("cap_1", "card_number", "cvv")
    assert "expiry" in refused(desk).problem
    await outside.close()


async def test_a_phone_that_rings_is_not_asked(desk: Desk) -> None:
    desk.leg.answered = False
    desk.begin("cap_1")
    assert "answered" in refused(desk).problem


async def test_the_shield_is_up_before_the_acknowledgement_is_told(desk: Desk) -> None:
    seen: list[bool] = []
    record = desk.facts.record

    def watched(fact: Any, call_id: str, **said: Any) -> None:
        seen.append(desk.leg.line.shielded and desk.leg.line.listener is not desk.leg.line.leg)
        record(fact, call_id, **said)

    desk.facts.record = watched  # type: ignore[method-assign]
    desk.begin("cap_1")
    assert seen and all(seen) and desk.leg.hidden == 1
    assert desk.facts.told[0].kind == "capture_began"


async def test_one_at_a_time_and_a_cancel_of_another_changes_nothing(desk: Desk) -> None:
    desk.begin("cap_1")
    desk.begin("cap_2")
    assert desk.ends() == [("cap_2", "failed")]
    desk.cancel("cap_2")
    desk.leg.line.types(CARD)
    desk.facts.ended.clear()
    async with asyncio.timeout(30):
        await desk.facts.ended.wait()
    assert desk.ends() == [("cap_2", "failed"), ("cap_1", "taken")]


async def test_the_next_may_begin_at_once_and_the_phone_is_given_back_at_its_end(desk: Desk) -> None:
    desk.begin("cap_1")
    desk.cancel("cap_1")
    async with asyncio.timeout(30):
        await desk.facts.ended.wait()
    desk.begin("cap_2")
    assert desk.leg.line.shielded
    desk.leg.line.types("5")
    assert desk.facts.of("capture_progress")[-1].capture_id == "cap_2" and desk.leg.line.leg.pressed == []
    desk.cancel("cap_2")
    async with asyncio.timeout(30):
        while desk.leg.line.listener is not desk.leg.line.leg:
            await asyncio.wait([asyncio.ensure_future(desk.leg.changed.wait())], timeout=0.05)
    assert desk.ends() == [("cap_1", "cancelled"), ("cap_2", "cancelled")] and not desk.leg.line.shielded


async def test_an_end_that_the_server_did_not_take_is_told_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captures, "AGAIN_S", 0.001)
    desk.begin("cap_1")
    async with asyncio.timeout(30):
        while not desk.leg.shown:
            desk.leg.changed.clear()
            await desk.leg.changed.wait()
        desk.leg.deaf = 3
        desk.cancel("cap_1")
        while desk.leg.shown[-1]:
            desk.leg.changed.clear()
            await desk.leg.changed.wait()
    assert desk.leg.deaf == 0


async def test_how_far_it_is_is_shown_to_the_room_and_taken_away_at_the_end(desk: Desk) -> None:
    desk.begin("cap_1")
    desk.leg.line.types("5555")
    async with asyncio.timeout(30):
        while not desk.leg.shown or json.loads(desk.leg.shown[-1])["keys"] < 4:
            desk.leg.changed.clear()
            await desk.leg.changed.wait()
        assert json.loads(desk.leg.shown[-1]) == {"id": "cap_1", "field": "card_number", "keys": 4, "of": 16}
        desk.cancel("cap_1")
        while desk.leg.shown[-1]:
            desk.leg.changed.clear()
            await desk.leg.changed.wait()
    assert not any("5555" in one for one in desk.leg.shown)
