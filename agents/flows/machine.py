"""A flow under way: where it stands and what was answered in, the next words and what becomes of it out. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from agents.flows.check import as_text
from agents.flows.choice import GAVE_UP, THANKS, FlowChoice, FlowGiveUp, FlowNext, FlowState
from agents.flows.fields import FlowField
from agents.flows.values import Answer, Unread, Value, read
from agents.tool_text import filled

CONFIRM = FlowField(name="confirm", type="yes_no")
RIGHT = "Is that right?"
ONCE_MORE = "Then once more."
_NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True)
class Standing:
    """Where it is. `field`: which of the state's is asked for; `failed`: how often in a row it was not understood;
    `rejected`: how often a no came to what was read back."""

    state: str
    field: int = 0
    values: Mapping[str, Value] = dataclasses.field(default_factory=lambda: _NOTHING, repr=False)
    failed: int = 0
    rejected: int = 0
    confirming: bool = False


@dataclass(frozen=True)
class End:
    """What it came to. One of the first four, or nothing: the conversation goes on."""

    tool: str = ""
    transfer: str = ""
    hang_up: bool = False
    gave_up: bool = False
    after: str = ""
    values: Mapping[str, Value] = dataclasses.field(default_factory=lambda: _NOTHING, repr=False)


@dataclass(frozen=True)
class Step:
    """`standing` is None when the flow is over; then there is `end`. `taken`: the answer was one."""

    say: str
    standing: Standing | None = None
    end: End | None = None
    taken: bool = True


def begin(flow: FlowChoice) -> Step:
    """From the first state on."""
    return _enter(flow, flow.states[0].name, _NOTHING)


def asked_for(flow: FlowChoice, at: Standing) -> FlowField:
    """What is asked just now; a yes or no while it is read back."""
    return CONFIRM if at.confirming else flow.state(at.state).fields[at.field]


def question(flow: FlowChoice, at: Standing) -> str:
    """Asked once more, in the words of the first time."""
    state = flow.state(at.state)
    if at.confirming:
        return _read_back(state, at.values)
    return _words(state.fields[at.field].ask or state.ask, at.values)


def step(flow: FlowChoice, at: Standing, answer: Answer, today: date) -> Step:
    """What an answer leads to."""
    state, asked = flow.state(at.state), asked_for(flow, at)
    found = read(asked, answer, today)
    if isinstance(found, Unread):
        return _again(flow, state, at, found.why)
    if at.confirming:
        return _follow(flow, state, at.values) if found.plain else _once_more(state, at)
    values = MappingProxyType({**at.values, asked.name: found})
    now = replace(at, values=values, failed=0)
    if at.field + 1 < len(state.fields):
        now = replace(now, field=at.field + 1)
        return Step(question(flow, now), now)
    if state.confirm:
        return Step(_read_back(state, values), replace(now, confirming=True))
    return _follow(flow, state, values)


def _again(flow: FlowChoice, state: FlowState, at: Standing, why: str) -> Step:
    now = replace(at, failed=at.failed + 1)
    if now.failed >= state.tries:
        return _given_up(state.give_up, at.values)
    asked = asked_for(flow, at)
    return Step(f"{why} {_words(asked.again, at.values) or question(flow, at)}", now, taken=False)


def _once_more(state: FlowState, at: Standing) -> Step:
    """From the state's first field; what it had is forgotten."""
    if at.rejected + 1 >= state.tries:
        return _given_up(state.give_up, at.values)
    own = {one.name for one in state.fields}
    kept = MappingProxyType({name: value for name, value in at.values.items() if name not in own})
    now = Standing(state.name, values=kept, rejected=at.rejected + 1)
    return Step(f"{ONCE_MORE} {_words(state.fields[0].ask or state.ask, kept)}", now)


def _given_up(then: FlowGiveUp, values: Mapping[str, Value]) -> Step:
    say = _words(then.say, values) or ("" if then.transfer else GAVE_UP)
    return Step(say, end=End(transfer=then.transfer, gave_up=True, values=values), taken=False)


def _follow(flow: FlowChoice, state: FlowState, values: Mapping[str, Value]) -> Step:
    """By the first rule that fits."""
    rule = next((one for one in state.then if _fits(one, values)), None) or FlowNext(done=True)
    if rule.go:
        following = _enter(flow, rule.go, values)
        return replace(following, say=_joined(_words(rule.say, values), following.say))
    say = _words(rule.say, values) or (THANKS if rule.done else "")
    after = _words(rule.after, values)
    return Step(say, end=End(rule.tool, rule.transfer, rule.hang_up, after=after, values=values))


def _enter(flow: FlowChoice, name: str, values: Mapping[str, Value]) -> Step:
    """Its words, and those of what follows while nothing is asked; the flow was checked, so it comes to an end."""
    state = flow.state(name)
    if not state.fields:
        following = _follow(flow, state, values)
        said = "" if following.say == THANKS and following.standing is None else following.say
        return replace(following, say=_joined(_words(state.ask, values), said))
    now = Standing(name, values=values)
    first = state.fields[0].ask
    return Step(_joined(_words(state.ask, values), _words(first, values)), now)


def _fits(rule: FlowNext, values: Mapping[str, Value]) -> bool:
    if not rule.field:
        return True
    value = values.get(rule.field)
    if value is None:
        return False
    if rule.one_of:
        return value.text in map(as_text, rule.one_of)
    amount = Decimal(value.text)
    return (rule.above is None or amount > rule.above) and (rule.below is None or amount < rule.below)


def _read_back(state: FlowState, values: Mapping[str, Value]) -> str:
    if state.read_back:
        return _joined(_words(state.read_back, values), RIGHT if "?" not in state.read_back else "")
    said = ". ".join(values[one.name].said for one in state.fields)
    return f"I have: {said}. {RIGHT}"


def _words(text: str, values: Mapping[str, Value]) -> str:
    """`{day}` becomes what was understood; nothing where it was not asked for."""
    return filled(text, lambda name: values[name].said if name in values else "").strip()


def _joined(*texts: str) -> str:
    return " ".join(filter(None, texts))


def arguments(end: End, parameters: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """What the tool gets: the fields that have its parameters' names, as the types that it wants. `parameters`: by
    name, each with its schema."""
    return {
        name: value.text if schema["type"] == "string" else value.plain
        for name, schema in parameters.items()
        if (value := end.values.get(name))
    }
