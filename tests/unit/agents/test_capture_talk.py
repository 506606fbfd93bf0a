"""The agent around a capture: silent and deaf from beginning to end, whoever began it; then it says the truth."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc
from livekit.agents import AgentSession, llm

from agents import capture_talk
from agents.capture_talk import CaptureTalk, capture_in
from agents.capture_words import CaptureResult, words_after
from agents.channel import Keypad
from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile, CaptureChoice
from agents.speech.brain import ScriptedBrain
from gateway.calls.participants import CAPTURE

TAKEN = CaptureResult(outcome="taken", brand="visa", last4="1111", token="tok_1", name="card")
CHOICE = CaptureChoice.model_validate({"name": "card", "fields": ["card_number"]})


class Session:
    """Notes what the agent does; `hears`: its ears are on."""

    def __init__(self, brain: Any) -> None:
        self.llm = brain
        self.hears = True
        self.said: list[str] = []
        self.replies: list[str] = []
        self.changed = asyncio.Event()
        self.context = llm.ChatContext.empty()
        self.input = SimpleNamespace(set_audio_enabled=self._set_hearing)
        self.current_agent = SimpleNamespace(chat_ctx=self.context, update_chat_ctx=self._update)

    def _set_hearing(self, on: bool) -> None:
        self.hears = on
        self.changed.set()

    async def _update(self, context: llm.ChatContext) -> None:
        self.context = context

    async def interrupt(self, *, force: bool) -> None:
        self.said.append("(interrupted)")

    def say(self, text: str, **_: Any) -> Any:
        self.said.append(text)
        self.changed.set()

        played = asyncio.get_running_loop().create_future()
        played.set_result(None)
        return played

    def generate_reply(self, *, instructions: str) -> None:
        self.replies.append(instructions)
        self.changed.set()

    async def until(self, check: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not check():
                self.changed.clear()
                await self.changed.wait()


class Plane:
    """The control plane: `ends` lets a capture be over."""

    def __init__(self) -> None:
        self.refusal = ""
        self.result: CaptureResult | None = TAKEN
        self.ends = asyncio.Event()
        self.asked: list[str] = []

    async def capture(self, call_id: str, choice: str, request: str) -> tuple[str, str]:
        return ("", self.refusal) if self.refusal else ("cap_1", "")

    async def capture_result(self, call_id: str, capture_id: str) -> CaptureResult | None:
        self.asked.append(capture_id)
        await self.ends.wait()
        return self.result or await asyncio.sleep(0.01, None)


class Around:
    def __init__(self, brain: Any) -> None:
        self.session, self.plane, self.keypad = Session(brain), Plane(), SimpleNamespace(heeded=True)
        self.caller = SimpleNamespace(identity="sip_1", attributes={})
        self._listeners: list[Any] = []
        room = SimpleNamespace(on=lambda _, heard: self._listeners.append(heard), off=lambda *_: None)
        self.talk = CaptureTalk(
            cast(rtc.Room, room), cast(rtc.RemoteParticipant, self.caller), "call_1",
            cast(AgentSession[None], self.session), cast(Keypad, self.keypad), self.plane,
        )  # fmt: skip

    def shows(self, capture_id: str, *, whose: str = "sip_1") -> None:
        """The node's attribute; an empty id takes it away."""
        value = json.dumps({"id": capture_id, "field": "card_number", "keys": 0, "of": None}) if capture_id else ""
        if whose == "sip_1":
            self.caller.attributes[CAPTURE] = value
        for heard in self._listeners:
            heard({CAPTURE: value}, SimpleNamespace(identity=whose))

    @property
    def is_apart(self) -> bool:
        return not self.session.hears and not self.keypad.heeded


@pytest.fixture
async def around() -> AsyncIterator[Around]:
    one = Around(ScriptedBrain(AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE})))
    one.talk.start()
    yield one
    await one.talk.close()


async def test_one_that_the_agent_begins_makes_it_deaf_until_the_shield_is_down(around: Around) -> None:
    assert await around.talk.capture(CHOICE, "call_7", said=False) is None
    assert around.session.said[0] == CHOICE.say and around.is_apart
    around.shows("cap_1")
    around.plane.ends.set()
    await asyncio.sleep(0)
    assert around.is_apart
    around.shows("")
    await around.session.until(lambda: words_after(TAKEN) in around.session.said)
    assert around.session.hears and around.keypad.heeded


async def test_one_that_is_refused_leaves_everything_as_it_is(around: Around) -> None:
    around.plane.refusal = "the phone's SIP node has no tokeniser."
    assert await around.talk.capture(CHOICE, "call_7", said=True) == around.plane.refusal
    assert not around.is_apart and around.session.said == []


async def test_one_that_an_operator_begins_is_heeded_and_that_of_another_phone_is_not(around: Around) -> None:
    around.shows("cap_9", whose="colleague")
    assert not around.is_apart
    around.shows("cap_2")
    assert around.is_apart
    around.plane.ends.set()
    around.shows("")
    await around.session.until(lambda: around.session.hears)
    assert around.plane.asked == ["cap_2"]


async def test_an_agent_that_takes_over_in_the_middle_is_deaf_at_once() -> None:
    around = Around(ScriptedBrain(AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE})))
    around.caller.attributes[CAPTURE] = json.dumps({"id": "cap_3"})
    around.talk.start()
    assert around.is_apart
    await around.talk.close()


async def test_when_nobody_can_tell_what_came_of_it_the_agent_goes_on_all_the_same(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_talk, "RESULT_WITHIN_S", 0.05)
    around.plane.result = None
    around.plane.ends.set()
    around.shows("cap_1")
    around.shows("")
    await around.session.until(lambda: words_after(CaptureResult()) in around.session.said)
    assert around.session.hears


async def test_whoever_else_wants_the_agent_silent_keeps_it_so(around: Around) -> None:
    around.talk.paused_otherwise = lambda: True
    around.shows("cap_1")
    around.plane.ends.set()
    around.shows("")
    async with asyncio.timeout(30):
        await around.talk._tasks.join()
    assert around.is_apart and words_after(TAKEN) not in around.session.said


async def test_a_language_model_is_told_the_token_and_gets_a_turn_only_afterwards() -> None:
    around = Around(object())
    around.talk.start()
    around.shows("cap_1")
    assert around.session.replies == []
    around.plane.ends.set()
    around.shows("")
    await around.session.until(lambda: bool(around.session.replies))
    told = [item.text_content for item in around.session.context.items if isinstance(item, llm.ChatMessage)]
    assert any("tok_1" in (text or "") for text in told) and "tok_1" not in around.session.replies[0]
    await around.talk.close()


@pytest.mark.parametrize("attribute", ["", "no JSON", "[]", '{"id": 7}', "7"])
def test_an_attribute_that_cannot_be_read_is_no_capture(attribute: str) -> None:
    assert capture_in(attribute) == ""
