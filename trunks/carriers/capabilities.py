"""What can be done with a carrier by program, as data: for the planner, and as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
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

    def words(self) -> dict[str, str]:
        """Each answer by its question."""
        return {one.name: str(getattr(self, one.name)) for one in fields(self) if one.name not in ("name", "limits")}


_LIMITS = {
    "requests_per_s": "requests a second, at most; our pace",
    "calls_per_s": "calls begun a second",
    "concurrent_calls": "calls at once",
    "trunks": "trunks of an account",
    "numbers_per_trunk": "numbers of a trunk",
}


def rows(carriers: Sequence[Capabilities]) -> list[tuple[str, ...]]:
    """The table: a head, then one row per question, one column per carrier; limits last, "–" for one that is not
    published or not there."""
    head = ("", *(one.name for one in carriers))
    words = [one.words() for one in carriers]
    asked = [one.name for one in fields(Capabilities) if one.name not in ("name", "limits")]
    questions = [(name.replace("_", " "), *(told[name] for told in words)) for name in asked]
    limits = [(told, *(_limit(getattr(one.limits, name)) for one in carriers)) for name, told in _LIMITS.items()]
    return [head, *questions, *limits]


def _limit(most: float | None) -> str:
    return "–" if most is None else f"{most:g}"
