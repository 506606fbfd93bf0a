"""From what is wanted and what there is to the steps between. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.apply.document import Document
from gateway.apply.names import is_ours
from gateway.apply.observed import Observed, Offers
from gateway.apply.plan_numbers import NumberSteps
from gateway.apply.plan_rules import agent_steps, carrier_steps, rule_steps
from gateway.apply.plan_trunks import Ours, outbound_steps, trunk_notes, trunk_steps
from gateway.apply.step import Note, PlanFound, Step


def plan(document: Document, observed: Observed, offers: dict[str, Offers], ours: Ours, installation: str) -> PlanFound:
    """`offers`: by carrier, for what `plan_numbers.missing` asked. Raises BadInput or Conflict, which name the place in
    the document."""
    steps = [
        *carrier_steps(document, observed),
        *agent_steps(document, observed),
        *trunk_steps(document, observed, ours),
        *NumberSteps(document, observed, offers, installation).steps(),
        *outbound_steps(document, observed),
        *rule_steps(document, observed),
    ]
    if steps or not observed.in_livekit:
        everything = tuple(step.key for step in steps)
        steps.append(Step("livekit.sync", "livekit", "tell LiveKit, and see that it has it", needs=everything))
    return PlanFound(tuple(_ordered(steps)), (*trunk_notes(document, observed), *orphans(observed, installation)))


def orphans(observed: Observed, installation: str) -> Iterator[Note]:
    """What is paid for and of no use."""
    known = {one.number: one for one in observed.numbers}
    ruled = {number for rule in observed.rules.values() for number in rule.fields.get("numbers", ())}
    by_trunk = {
        trunk_id
        for rule in observed.rules.values() if not rule.fields.get("numbers")
        for trunk_id in rule.fields.get("trunk_ids", ())
    }  # fmt: skip
    for carrier in observed.carriers.values():
        for number, own in sorted(carrier.owned.items()):
            seen = known.get(number)
            if seen is None and is_ours(installation, own.tag):
                words = f"{number} was bought at {carrier.name} and is not used: take it in again, or release it there"
                yield Note("orphan", f"number {number}", words)
            elif seen is not None and not _answered(observed, seen.trunk, number, ruled, by_trunk):
                yield Note("orphan", f"number {number}", f"{number} is paid for, and no rule answers it")
    for one in observed.numbers:
        there = observed.carriers.get(one.carrier)
        if there and there.sells and one.standing == "active" and one.number not in there.owned:
            yield Note("drift", f"number {one.number}", f"{one.number} is not at {one.carrier} any more")


def _answered(observed: Observed, trunk: str, number: str, ruled: set[str], by_trunk: set[str]) -> bool:
    side = observed.trunks[trunk].inbound if trunk in observed.trunks else None
    return number in ruled or (side is not None and side["id"] in by_trunk)


def _ordered(steps: list[Step]) -> list[Step]:
    """Needs that are no steps of this plan are met already."""
    keys = {step.key for step in steps}
    return [
        Step(
            **{
                **vars(step),
                "needs": tuple(dict.fromkeys(one for one in step.needs if one in keys and one != step.key)),
            }
        )
        for step in steps
    ]
