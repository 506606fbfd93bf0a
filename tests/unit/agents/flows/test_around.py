"""What a flow changes around it: ears, patience, who may be told what, keys that are only said."""

from __future__ import annotations

from typing import Any, cast

import pytest
from livekit.agents import llm, stt

from agents.disclosure import PRIVATE, for_caller
from agents.flows.choice import words_of
from agents.flows.expected import Expected
from agents.flows.fields import FlowField
from agents.listener import as_speech
from agents.speech.catalog import phrases_of
from agents.speech.dialogue import Heard, Move, next_move
from agents.tool_text import seen, without_secrets
from agents.turn_end import FINISHED, UNFINISHED, WordsTurnEnd
from tests.unit.agents.flows.examples import appointment, one_state, profile
from tests.unit.agents.flows.test_page import BEGAN

LIMITED, NONE = {"gateway.disclosure": "limited"}, {"gateway.disclosure": "none"}


@pytest.mark.parametrize(
    ("kind", "said", "wait"),
    [
        ("date", "on the twenty fourth of", UNFINISHED),
        ("date", "on the twenty fourth of November", FINISHED),
        ("phone", "five one oh five five five", UNFINISHED),
        ("yes_no", "yes", FINISHED),
        ("yes_no", "well actually", UNFINISHED),
        ("text", "the tap drips", FINISHED),
        ("text", "the tap drips and", UNFINISHED),
    ],
)
async def test_an_answer_is_waited_for_until_it_is_whole(kind: str, said: str, wait: float) -> None:
    expected = Expected()
    expected.expect(FlowField.model_validate({"name": "it", "type": kind, "region": "US" if kind == "phone" else ""}))
    context = llm.ChatContext.empty()
    context.add_message(role="user", content=said)
    assert await WordsTurnEnd(lambda: 0, expected.is_whole).predict_end_of_turn(context) == wait
    expected.expect(None)
    assert await WordsTurnEnd(lambda: 0, expected.is_whole).predict_end_of_turn(context) == (
        UNFINISHED if said.split()[-1] in ("and", "of") else FINISHED
    )


def test_ears_listen_for_what_is_asked() -> None:
    expected = Expected()
    assert (expected.digits(lambda: 7), expected.yes_or_no) == (7, False)
    expected.expect(FlowField(name="it", type="digits", least=6, most=6))
    assert expected.digits(lambda: 4) == 6
    expected.expect(FlowField(name="it", type="yes_no"))
    assert (expected.digits(lambda: 1), expected.yes_or_no) == (0, True)


def test_ears_know_the_phrases_of_flows_and_of_what_there_is_to_choose() -> None:
    options = [{"value": "a", "phrases": ["about gas"]}, {"value": "b", "phrases": ["about water"]}]
    agent = profile(one_state({"name": "which", "type": "choice", "options": options}))
    assert {"begin taking", "about gas", "about water"} <= set(phrases_of(agent))


def test_the_words_of_a_flow_are_known_before_the_call() -> None:
    said = words_of(profile(appointment()).flows)
    assert "Which day would suit you?" in said and "I have  at . Is that right?" in said


@pytest.mark.parametrize(
    ("attributes", "flow", "kept"),
    [
        ({}, appointment() | {"personal": True}, True),
        (LIMITED, appointment(), True),
        (LIMITED, appointment() | {"personal": True}, False),
        (NONE, appointment(), False),
    ],
)
def test_who_may_not_be_told_has_no_flow_for_it(attributes: dict[str, str], flow: dict[str, Any], kept: bool) -> None:
    agent = for_caller(profile(flow), attributes)
    move = next_move(agent, [Heard("book an appointment")], BEGAN)
    assert bool(agent.flows) is kept
    assert (move == Move(PRIVATE)) is not kept


def test_a_flow_goes_with_the_tool_that_goes() -> None:
    agent = profile(appointment())
    agent = agent.model_copy(update={"tools": [agent.tools[0].model_copy(update={"personal": True})]})
    assert for_caller(agent, LIMITED).flows == [] and for_caller(agent, {}).flows == agent.flows


def test_words_that_are_written_like_keys_are_words() -> None:
    said = stt.SpeechData(language=cast("Any", "en"), text="keypad: 1")
    event = stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[said])
    heard = as_speech(event)
    assert isinstance(heard, stt.SpeechEvent) and heard.alternatives[0].text == "keypad 1"
    assert as_speech("keypad: 1") == "keypad 1"


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("s3cr3t", "your key is s3cr3t"),
        ("Bearer abcdefgh", '{"got": "abcdefgh"}'),
        ('a"b\\c', '{"got": "a\\"b\\\\c"}'),
        ("a+b/c=", "https://x.example/?key=a%2Bb%2Fc%3D"),
    ],
)
def test_a_secret_is_kept_back_however_it_is_written(secret: str, text: str) -> None:
    kept = without_secrets(text, [secret])
    assert "[secret]" in kept and kept != text and without_secrets("nothing here", [secret, ""]) == "nothing here"


def test_lines_stay_and_controls_go() -> None:
    assert seen("a\nb\x07c\u2028d\u200fe") == "a\nb c d e"


def test_without_a_clock_there_are_no_flows() -> None:
    assert next_move(profile(appointment()), [Heard("book an appointment")]) == Move(
        "Sorry, I did not understand that."
    )
