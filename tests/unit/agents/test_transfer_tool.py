"""An agent that asks for a transfer: which places there are, what the tool returns, what a brain makes of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from livekit import agents as lk_agents
from livekit.agents import llm
from pydantic import ValidationError

from agents.demo_profile import DEMO_PROFILE
from agents.honest import NO_TRANSFER
from agents.profile import ONE_MOMENT, AgentProfile, CaptureChoice, TransferChoice
from agents.skills.tools import tools_for
from agents.speech.catalog import phrases_of
from agents.speech.dialogue import Called, Heard, Move, next_move

CHOICES = [
    {"name": "billing", "target_id": "tgt_1", "phrases": ["wrong invoice"], "when": "A bill is wrong.", "key": "1"},
    {"name": "front_desk", "target_id": "tgt_2", "phrases": ["speak to a human"]},
]


@pytest.fixture
def profile() -> AgentProfile:
    return AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE, "transfers": CHOICES})


class Line:
    """A call whose transfers begin, or do not."""

    def __init__(self, refusal: str | None) -> None:
        self.refusal = refusal
        self.asked: list[tuple[str, str, str, bool]] = []

    async def transfer(self, choice: TransferChoice, reason: str, request: str, *, said: bool) -> str | None:
        self.asked.append((choice.name, reason, request, said))
        return self.refusal

    async def capture(self, choice: CaptureChoice, request: str, *, said: bool) -> str | None: ...

    def expect_digits(self, count: int) -> None: ...

    def digits_used(self) -> None: ...

    async def hang_up(self, reason: str) -> None: ...


def tool_of(profile: AgentProfile, line: Line) -> Any:
    return next(tool for tool in tools_for(profile, line) if getattr(tool.info, "name", "") == "transfer")


def context(*said: str) -> Any:
    async def played() -> None: ...

    items = [llm.ChatMessage(role="assistant", content=[text]) for text in said]
    return SimpleNamespace(
        wait_for_playout=played,
        speech_handle=SimpleNamespace(chat_items=items),
        function_call=SimpleNamespace(call_id="call_7"),
    )


def test_a_model_is_told_the_places_and_may_name_no_other(profile: AgentProfile) -> None:
    schema = tool_of(profile, Line(None)).info.raw_schema
    assert schema["parameters"]["properties"]["to"]["enum"] == ["billing", "front_desk"]
    assert "A bill is wrong." in schema["description"]


def test_without_places_there_is_no_tool() -> None:
    bare = AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE})
    assert all(getattr(tool.info, "name", "") != "transfer" for tool in tools_for(bare, Line(None)))


@pytest.mark.parametrize("said", [(), ("One moment.",)])
async def test_a_transfer_that_began_ends_the_agents_turn(profile: AgentProfile, said: tuple[str, ...]) -> None:
    line = Line(None)
    with pytest.raises(lk_agents.StopResponse):
        await tool_of(profile, line)({"to": "billing", "reason": "a wrong bill"}, context(*said))
    assert line.asked == [("billing", "a wrong bill", "call_7", bool(said))]


async def test_one_that_did_not_begin_returns_that_and_nothing_better(profile: AgentProfile) -> None:
    line = Line("This transfer target is switched off.")
    told = await tool_of(profile, line)({"to": "billing"}, context("One moment."))
    assert "Nothing was begun" in told and "switched off" in told


async def test_a_place_that_does_not_exist_is_not_asked_for(profile: AgentProfile) -> None:
    line = Line(None)
    assert "no such place" in await tool_of(profile, line)({"to": "ceo"}, context())
    assert line.asked == []


def test_the_scripted_brain_asks_by_phrase_and_tells_the_truth_when_nothing_began(profile: AgentProfile) -> None:
    assert next_move(profile, [Heard("I want to speak to a human")]) == Move(
        ONE_MOMENT, "transfer", {"to": "front_desk"}
    )
    asked = [Heard("wrong invoice"), Called("transfer", {"to": "billing"}, "Nothing was begun: …")]
    assert next_move(profile, asked) == Move(NO_TRANSFER)
    assert {"wrong invoice", "speak to a human"} <= set(phrases_of(profile))


@pytest.mark.parametrize("what", ["name", "key"])
def test_two_places_of_the_same_name_or_key_are_refused(what: str) -> None:
    twice = [CHOICES[0], CHOICES[1] | {what: CHOICES[0][what]}]
    with pytest.raises(ValidationError, match=f"the same {what}"):
        AgentProfile.model_validate({"id": "agt_1", **DEMO_PROFILE, "transfers": twice})
