"""What was written for an agent, as it would be published, and what is wrong with it: field by field, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from agents.profile import AgentContent
from agents.tool_secrets.repository import SecretRepository
from dispatch_rules.repository import RuleRepository
from gateway.kernel.errors import BadInput
from gateway.kernel.ids import is_id
from gateway.transfers.repository import TargetRepository

MOST_FAULTS = 100
DEEPEST = 40
LONGEST_FIELD = 200
_TOLD = 10  # faults in one sentence
_PAGE = "see docs/agents.md for the fields"
_WORDS = {
    "missing": ("it is missing", "write it"),
    "extra_forbidden": ("there is no such field", f"take it out; {_PAGE}"),
}


class Fault(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="where: dialogue.2.say; empty: all of it")
    what: str
    todo: str = Field(description="the next step")


def storable(content: Mapping[str, Any]) -> None:
    """Raises BadInput for what no database and no answer could carry, however wrong a draft may be."""
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    if level:
        raise BadInput(f"it is nested more than {DEEPEST} deep", todo="write it flatter")
    try:
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        raise BadInput("it holds what JSON cannot say", todo="write finite numbers, and text as UTF-8") from error


def schema_faults(content: Mapping[str, Any]) -> list[Fault]:
    """What AgentContent says of it. Pure."""
    try:
        AgentContent.model_validate(content)
    except ValidationError as error:
        found = (_fault(content, one["loc"], one["type"], one["msg"]) for one in error.errors(include_url=False))
        return list({(one.field, one.what): one for one in found}.values())
    return []


async def places_missing(session: AsyncSession, content: Mapping[str, Any]) -> list[Fault]:
    """Transfer targets that do not exist."""
    found, targets = list(_each(content, "transfers", "target_id")), TargetRepository(session)
    gone = {named for _, named in found if not is_id("tgt", named) or await targets.find(named) is None}
    return [
        Fault(
            field=f"transfers.{number}.target_id",
            what=f"there is no transfer target {named[:40]}",
            todo="GET /v1/transfer-targets",
        )
        for number, named in found
        if named in gone
    ]


async def captures_missing(session: AsyncSession, content: Mapping[str, Any], agent_id: str) -> list[Fault]:
    """Captures that a rule has callers of this agent key in, and that would be gone."""
    names = {name for _, name in _each(content, "captures", "name")}
    rules = await RuleRepository(session).all()
    return [
        Fault(field="captures", what=f"{rule.id} has callers key in {rule.capture}", todo=f"change {rule.id} first")
        for rule in rules
        if rule.agent_id == agent_id and rule.capture and rule.capture not in names
    ]


async def secrets_missing(session: AsyncSession, content: Mapping[str, Any]) -> list[Fault]:
    """Secrets that tools name and nobody has stored. Of content that its schema allows."""
    return [
        Fault(field="tools", what=f"there is no secret {name}", todo=f"store it: PUT /v1/agent-secrets/{name}")
        for name in await SecretRepository(session).missing(content)
    ]


async def faults_of(session: AsyncSession, content: Mapping[str, Any], agent_id: str = "") -> list[Fault]:
    """All of them; `agent_id`: whose it is to be, "" for a new agent."""
    found = schema_faults(content) or await secrets_missing(session, content)
    found += await places_missing(session, content)
    if agent_id:
        found += await captures_missing(session, content, agent_id)
    return found[:MOST_FAULTS]


async def checked(session: AsyncSession, content: Mapping[str, Any], agent_id: str, what: str) -> AgentContent:
    """`what`: the draft, version 3. Raises BadInput with the first field and all faults in words."""
    faults = await faults_of(session, content, agent_id)
    if faults:
        told = "; ".join(f"{one.field}: {one.what}" if one.field else one.what for one in faults[:_TOLD])
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        raise BadInput(
            f"{what} cannot be published: {told}{more}", code="agent.invalid", field=faults[0].field or None,
            todo=faults[0].todo,
        )  # fmt: skip
    return AgentContent.model_validate(content)


def filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """With what may be left out; what is wrong stays as it was written. Pure."""
    try:
        return AgentContent.model_validate(content).model_dump(mode="json")
    except ValidationError:
        pass
    known = AgentContent.model_fields
    given = {
        name: _entries(value, known[name].annotation) if name in known else value for name, value in content.items()
    }
    left_out = (name for name, field in known.items() if name not in content and not field.is_required())
    return {**{name: known[name].get_default(call_default_factory=True) for name in left_out}, **given}


def _entries(value: Any, annotation: Any) -> Any:
    """Entries of a list of objects, each filled by itself."""
    model = next(iter(get_args(annotation)), None)
    if not isinstance(value, list) or not isclass(model) or not issubclass(model, BaseModel):
        return value
    return [_entry(one, model) for one in value]


def _entry(given: Any, model: type[BaseModel]) -> Any:
    try:
        return model.model_validate(given).model_dump(mode="json")
    except ValidationError:
        return given


def _inside(one: Any) -> Sequence[Any]:
    if isinstance(one, Mapping):
        return list(one.values())
    return one if isinstance(one, list) else ()


def _each(content: Mapping[str, Any], field: str, name: str) -> Iterator[tuple[int, str]]:
    """What the entries of a list have under `name`, with their places; of what is no list of objects, nothing."""
    entries = content.get(field)
    for number, one in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(one, Mapping) and isinstance(named := one.get(name), str):
            yield number, named


def _fault(content: Mapping[str, Any], loc: Sequence[int | str], kind: str, said: str) -> Fault:
    what, todo = _WORDS.get(kind, (said.removeprefix("Value error, "), _PAGE))
    return Fault(field=_place(content, loc, missing=kind == "missing")[:LONGEST_FIELD], what=what, todo=todo)


def _place(content: Any, loc: Sequence[int | str], *, missing: bool) -> str:
    """The way to it in what was written: steps that only the schema knows (which of several shapes) are left out."""
    there, parts = content, []
    for number, part in enumerate(loc):
        last = missing and number == len(loc) - 1
        if isinstance(there, Mapping) and (part in there or last):
            there = there.get(part)
        elif isinstance(there, list) and isinstance(part, int) and part < len(there):
            there = there[part]
        else:
            continue
        parts.append(str(part))
    return ".".join(parts)
