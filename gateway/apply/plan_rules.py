"""Agents, accounts of kind own, rules. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch_rules.conflicts import conflict
from dispatch_rules.match import Terms
from gateway.apply.document import Document, RuleWanted
from gateway.apply.names import differing
from gateway.apply.observed import Observed
from gateway.apply.step import Step
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import BadInput, Conflict


def carrier_steps(document: Document, observed: Observed) -> Iterator[Step]:
    for place, want in enumerate(document.carriers):
        seen = observed.carriers.get(want.name)
        given = {"name": want.name, "keys": want.keys}
        if seen is None or not seen.id:
            words = f"remember {want.name}, a trunk or PBX of your own at {want.host}"
            yield Step("carrier.create", f"carrier:{want.name}", words, given=given)
        elif seen.kind != "own":
            raise Conflict(
                f"carriers.{place}: {want.name} is an account at {seen.kind}", code="apply.other_carrier",
                field=f"document.carriers.{place}.name", todo="choose another name",
            )  # fmt: skip
        elif changed := differing(want.keys, seen.keys):
            words = f"change {want.name}: {', '.join(changed)}"
            yield Step("carrier.update", f"carrier:{want.name}", words, risk="calls", given=given)


def agent_steps(document: Document, observed: Observed) -> Iterator[Step]:
    for place, want in enumerate(document.agents):
        alone(observed, "agent", want.name, f"document.agents.{place}.name")
        seen, given = observed.agents.get(want.name), {"name": want.name, "profile": want.profile}
        if seen is None:
            yield Step("agent.create", f"agent:{want.name}", f"make the agent {want.name}", given=given)
        elif changed := differing(want.profile, seen.fields):
            words = f"change the agent {want.name}: {', '.join(changed)}"
            yield Step("agent.update", f"agent:{want.name}", words, risk="calls", given=given)


def rule_steps(document: Document, observed: Observed) -> Iterator[Step]:
    names = {name for one in document.numbers for name in one.names} | {one.name for one in observed.numbers}
    trunks = {one.name for one in document.trunks} | set(observed.trunks)
    agents = {one.name for one in document.agents} | set(observed.agents)
    terms = _terms(document, observed)
    for place, want in enumerate(document.rules):
        field = f"document.rules.{place}"
        alone(observed, "rule", want.name, f"{field}.name")
        alone(observed, "agent", want.agent, f"{field}.agent")
        if unknown := next((one for one in want.trunks if one not in trunks), None):
            raise _unknown(f"{field}.trunks", f"there is no trunk named {unknown}")
        if want.agent not in agents:
            raise _unknown(f"{field}.agent", f"there is no agent named {want.agent}")
        for one in want.numbers:
            if one not in names:
                _number(one, f"{field}.numbers")
        if other := conflict(terms[want.name], [one for name, one in terms.items() if name != want.name]):
            raise Conflict(
                f"the rule {other.name} would take the same calls as {want.name}", code="rule.conflict", field=field,
                todo="give one of them numbers, or terms.inbound_numbers",
            )  # fmt: skip
        seen = observed.rules.get(want.name)
        given = {
            "name": want.name, "trunks": want.trunks, "agent": want.agent, "numbers": want.numbers, "terms": want.terms,
        }  # fmt: skip
        needs = (
            *(f"trunk:{one}" for one in want.trunks), *(f"inbound:{one}" for one in want.trunks),
            f"agent:{want.agent}", *(f"number:{one}" for one in want.numbers),
        )  # fmt: skip
        if seen is None:
            words = f"let the agent {want.agent} answer {', '.join(want.numbers) or ', '.join(want.trunks)}"
            yield Step("rule.create", f"rule:{want.name}", words, needs=needs, given=given)
        elif changed := _changed(want, observed):
            words = f"change the rule {want.name}: {', '.join(changed)}"
            yield Step("rule.update", f"rule:{want.name}", words, risk="calls", needs=needs, given=given)


def _terms(document: Document, observed: Observed) -> dict[str, Terms]:
    """Of every rule as it will be, by name. What has no id or number yet goes by its name."""
    sides = {name: one.inbound["id"] for name, one in observed.trunks.items() if one.inbound}
    numbers = {one.name: one.number for one in observed.numbers}
    found = {
        name: Terms(
            name, name, one.fields["trunk_ids"], one.fields["numbers"], one.fields["inbound_numbers"],
            one.fields["enabled"],
        )
        for name, one in observed.rules.items()
    }  # fmt: skip
    for want in document.rules:
        there = observed.rules[want.name].fields if want.name in observed.rules else {}
        callers = want.terms.get("inbound_numbers", there.get("inbound_numbers", []))
        enabled = want.terms.get("enabled", there.get("enabled", True))
        trunk_ids = [sides.get(one, one) for one in want.trunks]
        called = [numbers.get(one, one) for one in want.numbers]
        found[want.name] = Terms(want.name, want.name, trunk_ids, called, callers, enabled)
    return found


def alone(observed: Observed, kind: str, name: str, field: str) -> None:
    """Raises Conflict for a name that two of them have."""
    if f"{kind} {name}" in observed.twice:
        raise Conflict(
            f"more than one {kind} is named {name}", code="apply.name_twice", field=field,
            todo=f"rename all but one of them (PATCH /v1/{'agents' if kind == 'agent' else 'dispatch-rules'}/…)",
        )  # fmt: skip


def _changed(want: RuleWanted, observed: Observed) -> list[str]:
    """Fields that are otherwise; what is only made by this plan counts as otherwise."""
    seen = observed.rules[want.name].fields
    agent = observed.agents.get(want.agent)
    sides = [observed.trunks[one].inbound if one in observed.trunks else None for one in want.trunks]
    known = {one.name: one.number for one in observed.numbers}
    fields = {
        "trunk_ids": [side["id"] if side else None for side in sides],
        "agent_id": agent.id if agent else None,
        "numbers": [known.get(one) or _number(one, "numbers") for one in want.numbers]
        if all(one in known or one.startswith("+") for one in want.numbers) else None,
        **want.terms,
    }  # fmt: skip
    return list(differing(fields, seen))


def _number(text: str, field: str) -> str:
    try:
        return parse_e164(text)
    except BadInput as error:
        raise _unknown(field, f"{text} is neither the name of a number nor a number") from error


def _unknown(field: str, words: str) -> BadInput:
    return BadInput(words, code="apply.unknown", field=field, todo="write it down in this file, or correct the name")
