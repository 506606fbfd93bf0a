"""The scripted brain as playbooks: what was said in, the next move out."""

from __future__ import annotations

import json

import pytest
from livekit.agents import function_tool, llm

from agents.profile import AgentProfile, DialogueEntry
from agents.speech.brain import ScriptedBrain, turns_of
from agents.speech.dialogue import FAREWELL, NO_DIGITS, Called, Heard, Move, Spoken, keypad_text, next_move

PROMPT = "Please key in your four digit account number."
ASK = Called("ask_digits", {"count": 4, "intent": "pay_bill"}, "")


def test_a_phrase_inside_a_sentence_is_answered(profile: AgentProfile) -> None:
    move = next_move(profile, [Heard("So, what are your opening hours?")])
    assert move == Move("We are open from nine to five, Monday to Friday.")


def test_a_phrase_inside_a_word_is_not(profile: AgentProfile) -> None:
    short = profile.model_copy(update={"dialogue": [DialogueEntry(intent="x", phrases=["hour"], say="Yes.")]})
    assert next_move(short, [Heard("four hours")]).say == profile.fallback_say


def test_asking_for_digits_says_the_line_and_arms_the_keypad(profile: AgentProfile) -> None:
    assert next_move(profile, [Heard("I want to pay my bill")]) == Move(
        PROMPT, "ask_digits", {"count": 4, "intent": "pay_bill"}
    )


@pytest.mark.parametrize("answer", [keypad_text("1234"), "one two three four"])
def test_digits_by_key_or_by_voice_go_to_the_tool(profile: AgentProfile, answer: str) -> None:
    turns = [Heard("pay my bill"), Spoken(PROMPT), ASK, Heard(answer)]
    assert next_move(profile, turns) == Move("", "account_balance", {"digits": "1234"})


def test_the_tools_words_are_spoken_and_the_digits_are_used_up(profile: AgentProfile) -> None:
    done = Called("account_balance", {"digits": "1234"}, "Your balance is forty two dollars.")
    assert next_move(profile, [ASK, Heard(keypad_text("1234")), done]) == Move("Your balance is forty two dollars.")
    assert next_move(profile, [ASK, done, Heard("one two three four")]).say == profile.fallback_say


def test_another_question_in_between_leaves_the_digits_open(profile: AgentProfile) -> None:
    turns = [ASK, Heard("opening hours"), Spoken("We are open."), Heard(keypad_text("9999"))]
    assert next_move(profile, turns).tool == "account_balance"


def test_too_few_digits_are_asked_again_but_not_for_ever(profile: AgentProfile) -> None:
    assert next_move(profile, [ASK, Heard(keypad_text("12"))]).say == PROMPT
    assert next_move(profile, [ASK, ASK, ASK, Heard(keypad_text(""))]) == Move(NO_DIGITS)


def test_keys_that_nobody_asked_for_are_not_answered(profile: AgentProfile) -> None:
    assert next_move(profile, [Heard(keypad_text("1234"))]) == Move()


def test_without_a_tool_the_digits_are_read_back(profile: AgentProfile) -> None:
    entry = profile.dialogue[0].model_copy(update={"tool": None})
    plain = profile.model_copy(update={"dialogue": [entry]})
    assert next_move(plain, [ASK, Heard(keypad_text("0042"))]).say == "You entered zero zero four two."


def test_goodbye_hangs_up_only_if_the_profile_allows_it(profile: AgentProfile) -> None:
    assert next_move(profile, [Heard("goodbye")]) == Move(FAREWELL, "hang_up")
    shy = profile.model_copy(update={"allow_hangup": False})
    assert next_move(shy, [Heard("goodbye")]) == Move(FAREWELL)


def context(*items: llm.ChatItem) -> llm.ChatContext:
    return llm.ChatContext(list(items))


def user(text: str) -> llm.ChatMessage:
    return llm.ChatMessage(role="user", content=[text])


async def chunks(brain: ScriptedBrain, chat: llm.ChatContext, *names: str) -> llm.CollectedResponse:
    async def tool() -> None:
        """Does nothing."""

    tools: list[llm.Tool] = [function_tool(tool, name=name, description=name) for name in names]
    return await brain.chat(chat_ctx=chat, tools=tools).collect()


async def test_the_model_interface_streams_words_and_a_real_tool_call(profile: AgentProfile) -> None:
    reply = await chunks(ScriptedBrain(profile), context(user("pay my bill")), "ask_digits")
    assert reply.text == PROMPT
    assert [call.name for call in reply.tool_calls] == ["ask_digits"]
    assert json.loads(reply.tool_calls[0].arguments) == {"count": 4, "intent": "pay_bill"}


async def test_a_tool_that_is_not_offered_is_not_called(profile: AgentProfile) -> None:
    reply = await chunks(ScriptedBrain(profile), context(user("goodbye")))
    assert (reply.text, reply.tool_calls) == (FAREWELL, [])


def test_a_chat_becomes_turns() -> None:
    call = llm.FunctionCall(call_id="c1", name="ask_digits", arguments='{"count": 4}')
    output = llm.FunctionCallOutput(call_id="c1", name="ask_digits", output="", is_error=False)
    said = llm.ChatMessage(role="assistant", content=["Hello."])
    system = llm.ChatMessage(role="system", content=["Be kind."])
    assert turns_of(context(system, said, call, output, user("hi"))) == [
        Spoken("Hello."),
        Called("ask_digits", {"count": 4}, ""),
        Heard("hi"),
    ]
