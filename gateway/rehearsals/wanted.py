"""A rehearsal with the agent that it is of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agents.profile import AgentContent
from gateway.kernel.errors import BadInput
from gateway.rehearsals.document import Rehearsal

PLACE = "tgt_rehearsal"  # stands for wherever a rehearsed agent puts callers through to


@dataclass(frozen=True)
class Wanted:
    rehearsal: Rehearsal
    agent: AgentContent


def wanted(rehearsal: Rehearsal, profile: Mapping[str, Any]) -> Wanted:
    """`profile` as it is written. Raises BadInput: `field` is of the profile, or `change.…` of the rehearsal."""
    try:
        agent = AgentContent.model_validate(_without_places({**profile, **rehearsal.change}))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        field = f"change.{place}" if place.split(".")[0] in rehearsal.change else place
        what = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{place or 'agent'}: {what}", field=field, todo="see docs/agents.md") from error
    for fault, step in _unknown_names(rehearsal, agent):
        raise BadInput(fault, field=f"steps.{step}.expect", todo="see the agent's profile")
    return Wanted(rehearsal, agent)


def _without_places(profile: dict[str, Any]) -> dict[str, Any]:
    """Nobody real is called in a rehearsal: `target` and `target_id` of a transfer do not count."""
    transfers = profile.get("transfers")
    if not isinstance(transfers, list):
        return profile
    kept = [
        {name: value for name, value in one.items() if name != "target"} | {"target_id": PLACE}
        if isinstance(one, dict)
        else one
        for one in transfers
    ]
    return profile | {"transfers": kept}


def _unknown_names(rehearsal: Rehearsal, agent: AgentContent) -> Iterator[tuple[str, int]]:
    known = {"transfer": [one.name for one in agent.transfers], "capture": [one.name for one in agent.captures]}
    for number, step in enumerate(rehearsal.steps):
        for what, names in known.items():
            name = getattr(step.expect, what)
            if name and name not in names:
                yield f"the agent has no {what} {name}; it has: {', '.join(names) or 'none'}", number
