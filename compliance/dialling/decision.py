"""What the gate says, with every reason: the form in which it is told, and kept. Pure.

The form is stable: fields are added, and none changes what it means; `v` goes up when that cannot be kept. No number,
no name and no word of anybody is in it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.dialling.rows import Row
from compliance.dialling.terms import CheckName, Purpose, Result, Verdict


class Reason(BaseModel):
    """What stands against the call. `places` and `zones`: where it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: CheckName
    result: Result
    rule: str = Field(description="its id")
    version: int
    effective: date | None = Field(description="since when the rule holds; null: older than any call")
    standing: Literal["read", "to_check", "secondary"] = Field(description="how well the rule's figure is known")
    source: str
    says: str = Field(description="one sentence, of this case")
    places: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    until: datetime | None = Field(default=None, description="when this alone no longer stands against it")


class Checked(BaseModel):
    """A check that was made; every one is, whatever those before it found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: CheckName
    result: Result
    says: str


class GateDecision(BaseModel):
    """`next_at`: of not_now, the first instant at which nothing that is known today stands against the call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1] = 1
    verdict: Verdict
    at: datetime
    next_at: datetime | None = None
    purpose: Purpose
    ai_voice: bool
    places: tuple[str, ...] = Field(description="where whoever has the number may be")
    zones: tuple[str, ...]
    evidence: tuple[str, ...] = Field(description="what the places are known by")
    consent: str = Field(default="", description="id of the consent that the call rests on, if it needs one")
    reasons: tuple[Reason, ...] = ()
    checks: tuple[Checked, ...] = ()
    rules: tuple[str, ...] = Field(description="rows that were looked at, with their versions")


def reason(
    check: CheckName, row: Row, says: str, result: Result = "refused", *, places: tuple[str, ...] = (),
    zones: tuple[str, ...] = (), until: datetime | None = None,
) -> Reason:  # fmt: skip
    """With the rule, its version and its source."""
    return Reason.model_construct(
        check=check, result=result, rule=row.id, version=row.version, effective=row.effective, standing=row.standing,
        source=row.source, says=says, places=places, zones=zones, until=until,
    )  # fmt: skip
