"""The captures of one call, folded from its log. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as part
from datetime import datetime
from typing import Literal

from compliance.capture.spec import Kind
from gateway.calls.capture_facts import (
    CaptureAsked,
    CaptureBegan,
    CaptureEnded,
    CaptureProgress,
    OfCapture,
    Outcome,
)
from gateway.calls.events import CallEnded, Event


@dataclass(frozen=True)
class Story:
    """One capture. `token` and `last4` are personal; `problem` says why it failed."""

    id: str
    asked_by: str
    name: str
    fields: tuple[Kind, ...]
    talk: bool
    asked_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    field: Kind | None = None
    keys: int = 0
    of: int | None = None
    attempt: int = 1
    outcome: Outcome | None = None
    problem: str = ""
    brand: str = ""
    expiry_month: int | None = None
    expiry_year: int | None = None
    token: str = part(default="", repr=False)
    last4: str = part(default="", repr=False)

    @property
    def state(self) -> Literal["asked", "running", "over"]:
        if self.outcome is not None:
            return "over"
        return "running" if self.began_at else "asked"


def stories_of(log: Iterable[Event]) -> list[Story]:
    """The first one first. The first end of each stands; one that the end of the call cut off was hung up on."""
    told: dict[str, Story] = {}
    for event in log:
        what = event.what
        if isinstance(what, CaptureAsked):
            told[what.capture_id] = _begun(what)
        elif isinstance(what, OfCapture) and (known := told.get(what.capture_id)):
            told[what.capture_id] = _after(known, what)
        elif isinstance(what, CallEnded):
            told = {name: _cut_off(one, event.at) for name, one in told.items()}
    return list(told.values())


def _begun(asked: CaptureAsked) -> Story:
    kinds: tuple[Kind, ...] = tuple(one.kind for one in asked.spec.fields)
    return Story(asked.capture_id, asked.asked_by, asked.name, kinds, asked.spec.talk, asked.at)


def _after(one: Story, what: OfCapture) -> Story:
    if one.outcome is not None:
        return one
    match what:
        case CaptureBegan():
            return replace(one, began_at=what.at)
        case CaptureProgress():
            return replace(one, field=what.field, keys=what.keys, of=what.of, attempt=what.attempt)
        case CaptureEnded():
            return replace(
                one, ended_at=what.at, outcome=what.outcome, problem=what.problem, field=what.field or one.field,
                brand=what.brand, expiry_month=what.expiry_month, expiry_year=what.expiry_year, token=what.pii.token,
                last4=what.pii.last4,
            )  # fmt: skip
        case _:
            return one


def _cut_off(one: Story, at: datetime) -> Story:
    return one if one.outcome is not None else replace(one, outcome="hung_up", ended_at=at)
