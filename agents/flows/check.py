"""Whether a flow hangs together: every state reached, every way with an end, every name known. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agents.tool_text import holes

if TYPE_CHECKING:
    from agents.flows.choice import FlowChoice, FlowNext, FlowState

Place = tuple[int | str, ...]
Fault = tuple[Place, str]
OWN_PARAMETERS: dict[str, dict[str, Any]] = {  # of tools of ours that a profile may name
    "account_balance": {"type": "object", "properties": {"digits": {"type": "string"}}, "required": ["digits"]}
}
_FITS: dict[str, tuple[str, ...]] = {  # besides a text, which all of them are
    "integer": ("integer", "number"),
    "money": ("number",),
    "yes_no": ("boolean",),
}


def faults_within(flow: FlowChoice) -> Iterator[Fault]:
    """What can be said without the rest of the profile."""
    fields = flow.fields
    for what, names in (("states", [one.name for one in flow.states]), ("fields", [one.name for one in fields])):
        for name, count in Counter(names).items():
            if count > 1:
                yield ("states",), f"two {what} have the name {name}"
    try:
        ZoneInfo(flow.zone)
    except (KeyError, ValueError, OSError):
        yield ("zone",), f"there is no time zone {flow.zone}: write Europe/London"
    for number, state in enumerate(flow.states):
        yield from _of_words(("states", number), state, {one.name for one in fields})
        yield from _of_rules(("states", number, "then"), flow, state)
    if len({one.name for one in flow.states}) == len(flow.states):
        yield from _of_ways(flow)


def _of_words(place: Place, state: FlowState, fields: Collection[str]) -> Iterator[Fault]:
    texts: list[tuple[Place, str]] = [
        ((*place, "ask"), state.ask),
        ((*place, "read_back"), state.read_back),
        ((*place, "give_up", "say"), state.give_up.say),
    ]
    for number, field in enumerate(state.fields):
        texts += [((*place, "fields", number, what), getattr(field, what)) for what in ("ask", "again")]
    for number, rule in enumerate(state.then):
        texts += [((*place, "then", number, what), getattr(rule, what)) for what in ("say", "after")]
    for where, text in texts:
        try:
            unknown = [one for one in holes(text) if one not in fields]
        except ValueError:
            yield where, "a brace stands alone; write {field}"
            continue
        if unknown:
            yield where, f"{unknown[0]} is no field of this flow"


def _of_rules(place: Place, flow: FlowChoice, state: FlowState) -> Iterator[Fault]:
    fields, states = {one.name: one for one in flow.fields}, {one.name for one in flow.states}
    for number, rule in enumerate(state.then):
        if rule.go and rule.go not in states:
            yield (*place, number, "go"), f"there is no state {rule.go}"
        last = number == len(state.then) - 1
        if not rule.field:
            if not last:
                yield (*place, number), "the rules behind it are never looked at: it has no condition"
            continue
        if last:
            yield (*place, number), "what if it does not fit? The last rule has no condition"
        field = fields.get(rule.field)
        if field is None:
            yield (*place, number, "field"), f"there is no field {rule.field}"
        elif rule.one_of and (known := _values_of(field.type, [one.value for one in field.options])):
            for one in map(as_text, rule.one_of):
                if one not in known:
                    yield (*place, number, "one_of"), f"{rule.field} is never {one}; it is one of {', '.join(known)}"
        elif not rule.one_of and field.type not in ("integer", "money"):
            yield (*place, number), f"above and below are for integer and money; {rule.field} is {field.type}"


def _values_of(kind: str, options: list[str]) -> list[str]:
    return {"yes_no": ["yes", "no"], "choice": options}.get(kind, [])


def as_text(value: bool | int | str) -> str:
    """As a field's value is compared: YAML reads `no` as false."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _of_ways(flow: FlowChoice) -> Iterator[Fault]:
    """Unreachable states, and states that no way leads out of."""
    numbers = {one.name: number for number, one in enumerate(flow.states)}
    to = {one.name: [rule.go for rule in one.then if rule.go in numbers] for one in flow.states}
    reached = _closure({flow.states[0].name}, to)
    for state in flow.states:
        if state.name not in reached:
            yield ("states", numbers[state.name]), f"nothing leads to {state.name}"
    back: dict[str, list[str]] = {name: [one for one in to if name in to[one]] for name in to}
    ends = {one.name for one in flow.states if not one.then or any(not rule.go for rule in one.then)}
    finite = _closure(ends, back)
    for name in (one.name for one in flow.states if one.name in reached and one.name not in finite):
        yield ("states", numbers[name], "then"), f"no way leads from {name} to an end"
    silent = {one.name: to[one.name] for one in flow.states if not one.fields}
    for name in silent:
        if name in _closure({go for go in silent[name] if go in silent}, silent):
            yield ("states", numbers[name], "then"), f"{name} comes round to itself without asking anything"


def _closure(begin: Collection[str], to: Mapping[str, list[str]]) -> set[str]:
    """All that can be reached, those included; only names that `to` knows."""
    found, open_ones = set[str](), [one for one in begin if one in to]
    while open_ones:
        one = open_ones.pop()
        if one not in found:
            found.add(one)
            open_ones += [other for other in to[one] if other in to]
    return found


def sure_fields(flow: FlowChoice) -> dict[str, set[str]]:
    """By state, the fields that are filled in on every way to its rules, its own included."""
    own = {one.name: {field.name for field in one.fields} for one in flow.states}
    every = {field for fields in own.values() for field in fields}
    sure = {name: set(every) for name in own}
    changed = True
    while changed:
        changed = False
        for place, state in enumerate(flow.states):
            ways = [sure[one.name] for one in flow.states for rule in one.then if rule.go == state.name]
            before = set[str]() if place == 0 else set[str].intersection(*ways) if ways else every
            if (now := before | own[state.name]) != sure[state.name]:
                sure[state.name], changed = now, True
    return sure


def faults_in_profile(
    flows: list[FlowChoice], tools: Mapping[str, Mapping[str, Any]], unsaid: Collection[str],
    transfers: Collection[str], hangs_up: bool,
) -> Iterator[Fault]:  # fmt: skip
    """`tools`: JSON Schemas of their parameters by name; `unsaid`: of those, names whose answer is no sentence;
    `transfers`: names."""
    for number, flow in enumerate(flows):
        sure = sure_fields(flow)
        for at, state in enumerate(flow.states):
            place: Place = ("flows", number, "states", at)
            if state.give_up.transfer and state.give_up.transfer not in transfers:
                yield (*place, "give_up", "transfer"), f"the agent has no transfer {state.give_up.transfer}"
            for rule_number, rule in enumerate(state.then):
                where: Place = (*place, "then", rule_number)
                if rule.transfer and rule.transfer not in transfers:
                    yield (*where, "transfer"), f"the agent has no transfer {rule.transfer}"
                if rule.hang_up and not hangs_up:
                    yield (*where, "hang_up"), "the agent may not hang up: allow_hangup is false"
                if rule.tool:
                    yield from _of_tool((*where, "tool"), flow, rule, sure[state.name], tools)
                if rule.tool in unsaid and not rule.after:
                    yield (*where, "after"), f"what is said when {rule.tool} has worked? Its http has no answer_path"


def _of_tool(
    place: Place, flow: FlowChoice, rule: FlowNext, sure: set[str], tools: Mapping[str, Mapping[str, Any]]
) -> Iterator[Fault]:
    schema = tools.get(rule.tool)
    if schema is None:
        yield place, f"the agent has no tool {rule.tool}"
        return
    fields = {one.name: one for one in flow.fields}
    for name in schema.get("required", []):
        if name not in fields:
            yield place, f"{rule.tool} needs {name}, which is no field of this flow"
        elif name not in sure:
            yield place, f"{rule.tool} needs {name}, and not every way there asks for it"
    for name, parameter in schema.get("properties", {}).items():
        if (field := fields.get(name)) and parameter["type"] not in ("string", *_FITS.get(field.type, ())):
            yield place, f"{rule.tool} wants {name} as {parameter['type']}, and the field is {field.type}"
