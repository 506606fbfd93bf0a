"""An agent that has its caller key in what nobody may know: what the tool returns, and what is said after it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from livekit import agents as lk_agents
from livekit.agents import llm
from pydantic import ValidationError

from agents.capture_words import BRANDS, NO_CAPTURE, CaptureResult, note_for_model, words_after
from agents.demo_profile import DEMO_PROFILE
from agents.profile import BY_KEYPAD, AgentProfile, CaptureChoice
from agents.skills.tools import tools_for
from agents.speech.catalog import phrases_of
from agents.speech.dialogue import Called, Heard, Move, next_move
from agents.speech.phrasebook import shipped

CHOICES = [
    {
        "name": "card",
        "fields": ["card_number", "expiry", "cvv"],
        "when": "The caller pays.",
        "phrases": ["pay by card"],
    },
    {"name": "account", "fields": [{"kind": "account_number", "mask": "49xxxx"}], "phrases": ["my account number"]},
]


@pytest.fixture
def profile() -> AgentProfile:
    return AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE, "captures": CHOICES})


class Line:
    """A call whose captures begin, or do not."""

    def __init__(self, refusal: str | None) -> None:
        self.refusal = refusal
        self.asked: list[tuple[str, str, bool]] = []

    async def capture(self, choice: CaptureChoice, request: str, *, said: bool) -> str | None:
        self.asked.append((choice.name, request, said))
        return self.refusal

    async def transfer(self, choice: Any, reason: str, request: str, *, said: bool) -> str | None: ...

    def expect_digits(self, count: int) -> None: ...

    def digits_used(self) -> None: ...

    async def hang_up(self, reason: str) -> None: ...


async def run(profile: AgentProfile, line: Line, what: str, *, spoken: bool = True) -> Any:
    tool = next(tool for tool in tools_for(profile, line) if getattr(tool.info, "name", "") == "capture")
    items = [llm.ChatMessage(role="assistant", content=["One moment."])] if spoken else []

    async def heard() -> None: ...

    context = SimpleNamespace(
        wait_for_playout=heard, speech_handle=SimpleNamespace(chat_items=items),
        function_call=SimpleNamespace(call_id="call_7"),
    )  # fmt: skip
    return await tool(raw_arguments={"what": what}, context=context)


async def test_one_that_begins_leaves_the_agent_nothing_to_say(profile: AgentProfile) -> None:
    line = Line(None)
    with pytest.raises(lk_agents.StopResponse):
        await run(profile, line, "card", spoken=False)
    assert line.asked == [("card", "call_7", False)]


async def test_one_that_is_refused_is_told_with_the_reason(profile: AgentProfile) -> None:
    line = Line("the phone is not on a SIP node of ours.")
    told = await run(profile, line, "account")
    assert "not on a SIP node" in told and "Do not ask" in told
    assert line.asked == [("account", "call_7", True)]


async def test_what_the_profile_does_not_name_is_not_asked_for(profile: AgentProfile) -> None:
    line = Line(None)
    assert "card, account" in await run(profile, line, "passport") and line.asked == []


def test_an_agent_without_captures_has_no_such_tool() -> None:
    plain = AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE})
    assert "capture" not in {getattr(tool.info, "name", "") for tool in tools_for(plain, Line(None))}


def test_the_scripted_brain_begins_one_by_its_phrase(profile: AgentProfile) -> None:
    assert next_move(profile, [Heard("I want to pay by card please")]) == Move(BY_KEYPAD, "capture", {"what": "card"})
    called = Called("capture", {"what": "card"}, "Nothing was begun: it did not work.")
    assert next_move(profile, [Heard("pay by card"), called]) == Move(say=NO_CAPTURE)
    assert {"pay by card", "my account number"} <= set(phrases_of(profile))


@pytest.mark.parametrize("fields", [[], ["cvv", "card_number"], ["card_number", "card_number"], ["passport"]])
def test_a_profile_that_makes_no_sense_is_refused(fields: list[str]) -> None:
    with pytest.raises(ValidationError):
        AgentProfile.model_validate({"id": "a", **DEMO_PROFILE, "captures": [{"name": "card", "fields": fields}]})


def test_two_captures_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="same name"):
        AgentProfile.model_validate({"id": "a", **DEMO_PROFILE, "captures": [CHOICES[0], CHOICES[0]]})


@pytest.mark.parametrize("brand", [*BRANDS, "", "elo"])
def test_whatever_came_of_it_the_embedded_voice_can_say_it(brand: str) -> None:
    taken = CaptureResult(outcome="taken", brand=brand, last4="4242", token="tok_1")
    said = words_after(taken)
    assert "4 2 4 2" in said and shipped().missing([said]) == []
    assert "tok_1" not in said


@pytest.mark.parametrize(
    "outcome", ["cancelled", "invalid", "timed_out", "hung_up", "refused_by_tokeniser", "failed", None]
)
def test_what_came_to_nothing_is_said_so(outcome: Any) -> None:
    result = CaptureResult(outcome=outcome, name="card")
    assert "I have" not in words_after(result) and shipped().missing([words_after(result)]) == []
    assert "came to nothing" in note_for_model(result)


def test_a_language_model_gets_token_brand_and_last_four() -> None:
    note = note_for_model(CaptureResult(outcome="taken", brand="visa", last4="1111", token="tok_1", name="card"))
    assert "tok_1" in note and "visa" in note and "1111" in note
