"""How long what is kept: rows of a dated file, which the settings may change within the file's bounds.

Pure but for `shipped`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from gateway.kernel.errors import SetupError

_FILE = Path(__file__).parent / "rules" / "retention.toml"


class Rule(BaseModel):
    """`days` from the INVITE on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z]{2,40}$")
    version: int = Field(ge=1)
    days: int
    least: int = Field(ge=1)
    most: int
    checked: date
    source: str = Field(min_length=4)
    says: str = Field(min_length=4)

    @model_validator(mode="after")
    def _within(self) -> Rule:
        if not self.least <= self.days <= self.most:
            raise ValueError("days is not within least and most")
        return self


@dataclass(frozen=True)
class Retention:
    """What holds here."""

    rule: Rule
    days: int

    def before(self, now: datetime) -> datetime:
        """What came in before then is to go."""
        return now - timedelta(days=self.days)


def retentions(rules: Iterable[Rule], chosen: Mapping[str, int]) -> tuple[Retention, ...]:
    """`chosen`: days by kind. Raises SetupError for a kind that there is not, and for days beyond its bounds."""
    known = {rule.name: rule for rule in rules}
    for name, days in chosen.items():
        rule = known.get(name)
        if rule is None:
            raise SetupError(
                f"retention knows no kind {name}", field="GATEWAY_RETENTION__DAYS", todo=f"use: {', '.join(known)}"
            )
        if not rule.least <= days <= rule.most:
            raise SetupError(
                f"{name} are kept for {rule.least} to {rule.most} days, and not for {days}",
                field="GATEWAY_RETENTION__DAYS", todo="choose within these bounds",
            )  # fmt: skip
    return tuple(Retention(rule, chosen.get(rule.name, rule.days)) for rule in known.values())


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules of this package. Raises ValueError for a row that is none."""
    with _FILE.open("rb") as file:
        return TypeAdapter(tuple[Rule, ...]).validate_python(tomllib.load(file)["kind"])
