"""A flow in a session: the scripted brain by itself, and a language model that is led through it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents.flows import told
from agents.flows.expected import Expected
from agents.flows.talk import FlowTalk
from agents.flows.values import KEY_IT, NOT_GOT
from agents.honest import NO_TRANSFER
from agents.profile import ONE_MOMENT
from agents.skills.own_tools import Ways
from agents.speech.brain import ScriptedBrain
from agents.speech.dialogue import FAREWELL
from agents.tool_choice import ToolChoice
from agents.tool_words import NO_ANSWER, ToolFailed
from tests.unit.agents.flows.examples import BOOK, DESK, appointment, one_state, profile
from tests.unit.agents.obeying import CallDouble, Obeying, Talk, talking

IN_A_WEEK = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
COUNT = {"name": "count", "type": "integer", "most": 99}


class Booking:
    """The tool that books."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.booked = fails, list[Mapping[str, Any]]()

    async def __call__(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        self.booked.append(arguments)
        if self.fails:
            raise ToolFailed("book_visit said no.", code="tool.status")
        return "Your number is seven."

    @property
    def ways(self) -> Ways:
        return Ways(python=self)


def flow(*fields: dict[str, Any], **state: Any) -> dict[str, Any]:
    return one_state(*fields, **state)


async def scripted(talk: Talk, *said: str) -> str:
    """What the agent has said last."""
    for text in said:
        await talk.says(text)
    return talk.said()[-1]


async def test_the_scripted_brain_books_by_speech_and_keys() -> None:
    booking, agent = Booking(), profile(appointment())
    async with talking(agent, ScriptedBrain(agent), ways=booking.ways) as talk:
        last = await scripted(talk, "I want to make an appointment", "no", "S M I T H", IN_A_WEEK, "keypad: 1530")
        assert last.endswith("at 3:30 PM. Is that right?")
        assert talk.call.digits[-1] == 1  # 1 and 2 are yes and no
        assert (await scripted(talk, "yes")).startswith("It is booked. We expect you on ")
        assert booking.booked == [{"known": False, "surname": "Smith", "day": IN_A_WEEK, "time": "15:30"}]
        assert talk.used[-1] == ("book_visit", True)
        assert await scripted(talk, "are you open") == "We are open from nine to five, Monday to Friday."


async def test_a_tool_that_fails_is_told_honestly() -> None:
    agent = profile(appointment())
    async with talking(agent, ScriptedBrain(agent), ways=Booking(fails=True).ways) as talk:
        assert await scripted(talk, "make an appointment", "yes", IN_A_WEEK, "ten am", "yes") == NO_ANSWER
        assert talk.used[-1] == ("book_visit", False)


async def test_keys_are_waited_for_only_while_they_are_asked_for() -> None:
    agent = profile(flow(COUNT, {"name": "why", "type": "text"}))
    async with talking(agent, ScriptedBrain(agent)) as talk:
        await scripted(talk, "begin taking")
        assert talk.call.digits[-1] == 2
        await scripted(talk, "keypad: 12")
        assert talk.call.digits[-1] == 0


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("speak to a human", ONE_MOMENT),
        ("well goodbye", FAREWELL),
        ("opening hours please", "We are open from nine to five, Monday to Friday. What is why?"),
        ("my balance", "Please key in your four digit account number."),
    ],
)
async def test_other_wishes_are_heard_in_between(words: str, answer: str) -> None:
    agent = profile(flow({"name": "why", "type": "text"}))
    async with talking(agent, ScriptedBrain(agent), call=CallDouble("no")) as talk:
        await talk.says("begin taking")
        before = len(talk.session.history.items)
        await talk.says(words)
        assert talk.said(before)[0] == answer
        if words == "speak to a human":
            assert talk.call.transfers == [("desk", "")] and talk.said()[-1] == NO_TRANSFER


async def test_a_key_begins_a_flow_for_the_scripted_brain() -> None:
    agent = profile({**flow(COUNT), "key": "4"})
    async with talking(agent, ScriptedBrain(agent)) as talk:
        assert await scripted(talk, "keypad: 4") == "What is count?"


async def test_giving_up_puts_the_caller_through() -> None:
    agent = profile(flow(COUNT, tries=2, give_up={"transfer": "desk"}))
    async with talking(agent, ScriptedBrain(agent)) as talk:
        assert await scripted(talk, "begin taking", "well", "hm") == ONE_MOMENT
        assert talk.call.transfers == [("desk", "")]


# -- a model is led ---------------------------------------------------------------------------------------------


def fills(**values: str) -> list[tuple[str, dict[str, Any]]]:
    return [("fill_field", {"field": name, "value": value}) for name, value in values.items()]


async def led(agent: Any, *turns: tuple[str, list[tuple[str, dict[str, Any]]]], ways: Ways | None = None) -> Talk:
    """`turns`: what the caller says, and what the model calls then."""
    model = Obeying()
    async with talking(agent, model, ways=ways) as talk:
        for said, plan in turns:
            model.plan.extend(plan)
            await talk.says(said)
        return talk


async def test_a_model_books_what_the_gateway_has_read_and_the_caller_has_confirmed() -> None:
    booking = Booking()
    begins = ("begin_flow", {"flow": "appointment"})
    talk = await led(
        profile(appointment()),
        ("An appointment, please.", [begins]),
        ("Never been there.", fills(known="no")),
        ("Smith.", fills(surname="Smith")),
        ("In a week at half past three.", fills(day=IN_A_WEEK, time="15:30")),
        ("Yes, that is right.", [("confirm_fields", {})]),
        ways=booking.ways,
    )
    assert booking.booked == [{"known": False, "surname": "Smith", "day": IN_A_WEEK, "time": "15:30"}]
    assert any(line.endswith("at 3:30 PM. Is that right?") for line in talk.said())  # the gateway's own words
    assert talk.last().startswith(told.OVER) and "Your number is seven." in talk.last()


@pytest.mark.parametrize(
    ("caller", "calls", "says"),
    [
        ("hm", fills(count="plenty"), NOT_GOT),
        ("a hundred", fills(count="100"), "That is too much."),
        ("three", fills(other="3"), "count is what is asked for now"),
        ("three", [("confirm_fields", {})], told.NOT_READ_BACK),
        ("three", fills(count="3" * 501), "500 characters at most"),
    ],
)
async def test_a_model_is_told_what_was_not_taken(caller: str, calls: list[Any], says: str) -> None:
    talk = await led(profile(flow(COUNT)), ("go", [("begin_flow", {"flow": "taking"})]), (caller, calls))
    assert says in talk.last() and "It is taken" not in talk.last()


@pytest.mark.parametrize(("caller", "taken"), [("No, not at all!", False), ("What?", False), ("Yes.", True)])
async def test_only_the_callers_own_yes_confirms(caller: str, taken: bool) -> None:
    booking = Booking()
    visit = flow({"name": "known", "type": "yes_no"}, confirm=True, then=[{"tool": "book_visit", "after": "Done."}])
    tool = BOOK | {"parameters": {"type": "object", "properties": {"known": {"type": "boolean"}}}}
    await led(
        profile(visit, tools=[tool]),
        ("go", [("begin_flow", {"flow": "taking"})]),
        ("I was there", [*fills(known="yes")]),
        (caller, [("confirm_fields", {})]),
        ways=booking.ways,
    )
    assert bool(booking.booked) is taken


async def test_what_is_to_be_keyed_in_a_model_cannot_make_up() -> None:
    order = {"name": "order", "type": "digits", "by": "digits", "least": 6, "most": 6}
    began = ("go", [("begin_flow", {"flow": "taking"})])
    made_up = await led(profile(flow(order)), began, ("one two three four five six", fills(order="123456")))
    assert KEY_IT in made_up.last()
    keyed = await led(profile(flow(order)), began, ("keypad: 123456", fills(order="999999")))
    assert keyed.last().startswith(told.OVER)


async def test_what_only_a_flow_uses_is_offered_to_no_model() -> None:
    talk = await led(profile(appointment()), ("hello", []), ways=Booking().ways)
    assert isinstance(talk.model, Obeying)
    assert "book_visit" not in talk.model.offered
    assert {"begin_flow", "fill_field", "confirm_fields", "transfer"} <= set(talk.model.offered)


async def test_the_tool_of_a_flow_cannot_be_called_beside_it() -> None:
    booking = Booking()
    order = 'CALL book_visit {"known": true, "day": "2026-12-01", "time": "03:00"}'
    talk = await led(profile(appointment()), (order, []), ways=booking.ways)
    assert booking.booked == [] and ("book_visit", False) in talk.used


async def test_a_flow_that_ends_at_a_human_says_when_nobody_is_there() -> None:
    agent = profile(flow(COUNT, then=[{"transfer": "desk"}]), transfers=[DESK])
    model = Obeying(("begin_flow", {"flow": "taking"}))
    async with talking(agent, model, call=CallDouble("Nobody is there.")) as talk:
        await talk.says("go")
        model.plan.extend(fills(count="3"))
        assert "Nobody is there." in await talk.says("three")


async def test_flows_are_begun_only_so_often() -> None:
    turns: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [("go", [("begin_flow", {"flow": "taking"})])] * 11
    talk = await led(profile(flow(COUNT)), *turns)
    assert talk.last() == told.TOO_OFTEN


async def test_an_empty_press_while_somebody_speaks_is_no_answer() -> None:
    agent = profile(flow(COUNT))
    async with talking(agent, ScriptedBrain(agent)) as talk:
        await talk.says("begin taking")
        assert not talk.flows.is_early("")
        talk.session._update_user_state("speaking")
        assert talk.flows.is_early("") and not talk.flows.is_early("1")
        assert talk.call.digits[-1] == 2


@pytest.mark.parametrize(
    ("brain", "key", "others", "wish"),
    [
        ("scripted", "4", [], ""),
        ("model", "4", [], "call begin_flow"),
        ("model", "7", ["7"], None),
        ("model", "9", ["9"], None),
    ],
)
def test_a_key_begins_a_flow_unless_it_means_something_else(
    brain: str, key: str, others: list[str], wish: str | None
) -> None:
    agent = profile({**flow(COUNT), "key": "4"}, {**one_state(COUNT, name="other"), "key": "9"})
    free, asked = list[str](), list[dict[str, str]]()
    session = SimpleNamespace(
        llm=ScriptedBrain(agent) if brain == "scripted" else Obeying(),
        generate_reply=lambda **given: asked.append(given),
    )
    keypad = SimpleNamespace(on_free_key=free.append)
    FlowTalk(agent, CallDouble(), *cast("Any", (session, Expected(), keypad)), taken="9")
    keypad.on_free_key(key)
    assert free == others
    assert [one["user_input"] for one in asked] == ([] if wish is None else ["keypad: 4"])
    assert not wish or wish in asked[0]["instructions"]
