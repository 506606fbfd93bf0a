"""What can be done with a carrier by program, as data: for the planner, and as a table for people."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Can = Literal["yes", "no", "partly", "unknown"]


@dataclass(frozen=True)
class Answer:
    """`note`: in a few words, where yes or no is not all of it."""

    can: Can
    note: str = ""

    def __str__(self) -> str:
        return f"{self.can}: {self.note}" if self.note else self.can


YES, NO = Answer("yes"), Answer("no")


@dataclass(frozen=True)
class Limits:
    """None: not published, or none. `requests_per_s`: of the API; `calls_per_s`: begun through one trunk, unless the
    carrier has raised it."""

    requests_per_s: float | None = None
    calls_per_s: float | None = None
    concurrent_calls: int | None = None
    trunks: int | None = None
    numbers_per_trunk: int | None = None


@dataclass(frozen=True)
class Capabilities:
    """One per carrier; each field but `name` and `limits` is a row of the table."""

    name: str
    limits: Limits
    search_numbers: Answer
    buy_numbers: Answer
    prices_before_purchase: Answer
    calls_in: Answer
    calls_out_by_password: Answer
    calls_out_by_address: Answer
    transports: Answer
    encrypted_audio: Answer
    refer: Answer
    caller_names: Answer
    dtmf: Answer
    records_of_calls: Answer
    signed_webhooks: Answer
    caller_verdicts: Answer
    by_people: Answer


def rows(carriers: list[Capabilities]) -> list[tuple[str, ...]]:
    """The table: a head, then one row per question, one column per carrier."""
    head = ("", *(one.name for one in carriers))
    asked = [one.name for one in fields(Capabilities) if one.name not in ("name", "limits")]
    return [head, *((name.replace("_", " "), *(str(getattr(one, name)) for one in carriers)) for name in asked)]
