"""The dry run: of every contact that waits, whether it would be dialled at an instant, and else when and why not.

Nothing is dialled, and nothing is kept. The gate is asked as it is before a dial, a few contacts in one transaction,
then a pause: calls have to get their turn at the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.decision import GateDecision
from compliance.dialling.terms import Verdict
from compliance.privacy.hash_key import HashKey
from compliance.screening.turns import Begin, in_turn
from gateway.campaigns.gate import ask_gate, first_refusal
from gateway.campaigns.models import ContactRow
from gateway.campaigns.terms import Terms
from gateway.db.base import UtcDateTime
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError

AT_ONCE = 20
_NOT_DUE, _TOO_LATE = "not_due", "campaign_over"


class CheckedContact(BaseModel):
    """`next_at`: of not_now, when; null: at no time within the campaign's, as far as that is known today."""

    position: int
    ref: str
    verdict: Verdict
    next_at: datetime | None
    reasons: list[str] = Field(description="a sentence each; none for allow")


class CheckSummary(BaseModel):
    """The last line. `broken`: why the check has ended before all were looked at; empty: it has not."""

    at: datetime
    contacts: int
    verdicts: dict[Verdict, int]
    against: dict[str, int] = Field(description="by the first check that stands against a contact")
    never: int = Field(description="of not_now: no time is known at which they may be called")
    first_at: datetime | None = Field(description="when the first of them may be called")
    to_do: list[str] = Field(description="what stands against its start")
    broken: str


@dataclass
class Sums:
    contacts: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    against: Counter[str] = field(default_factory=Counter)
    never: int = 0
    first_at: datetime | None = None

    def add(self, one: CheckedContact, check: str, at: datetime) -> None:
        self.contacts += 1
        self.verdicts[one.verdict] += 1
        if check:
            self.against[check] += 1
        when = at if one.verdict == "allow" else one.next_at
        self.never += one.verdict == "not_now" and when is None
        if when is not None:
            self.first_at = min(when, self.first_at) if self.first_at else when


@dataclass(frozen=True)
class DryRun:
    """`at`: as if it were then; `to_do`: what stands against the start of the campaign."""

    begin: Begin
    clock: Clock
    key: HashKey
    campaign_id: str
    terms: Terms
    at: datetime
    to_do: Sequence[str] = ()

    async def lines(self, most: int | None = None) -> AsyncIterator[str]:
        """JSON, a line for each contact in the order in which they are due, and the summary."""
        sums, broken = Sums(), ""
        try:
            async for one, check in self._contacts(most):
                sums.add(one, check, self.at)
                yield one.model_dump_json() + "\n"
        except GatewayError as error:  # the answer has begun: it cannot become a problem any more
            broken = error.detail
        summary = CheckSummary(
            at=self.at, contacts=sums.contacts, verdicts=dict(sums.verdicts), against=dict(sums.against),
            never=sums.never, first_at=sums.first_at, to_do=list(self.to_do), broken=broken,
        )  # fmt: skip
        yield f'{{"summary":{summary.model_dump_json()}}}\n'

    async def _contacts(self, most: int | None) -> AsyncIterator[tuple[CheckedContact, str]]:
        after, left = None, most
        while left is None or left > 0:
            async with in_turn(self.begin, self.clock) as session:
                rows = await _waiting(session, self.campaign_id, after, min(AT_ONCE, left or AT_ONCE))
                checked = [await self._checked(session, row) for row in rows]
            for one in checked:
                yield one
            if len(rows) < AT_ONCE:
                return
            after, left = rows[-1], None if left is None else left - len(rows)

    async def _checked(self, session: AsyncSession, row: ContactRow) -> tuple[CheckedContact, str]:
        starts_at = self.terms.starts_at
        due = max(self.at, row.next_at, starts_at) if starts_at else max(self.at, row.next_at)
        decision = await ask_gate(session, self.key, self.terms, row, self.terms.trunk_id, due)
        return _judged(row, decision, self.at, due, self.terms.ends_at)


def _judged(
    row: ContactRow, decision: GateDecision, at: datetime, due: datetime, ends_at: datetime | None
) -> tuple[CheckedContact, str]:  # fmt: skip
    verdict, reasons, check = decision.verdict, [one.says for one in decision.reasons], first_refusal(decision)
    next_at = due if verdict == "allow" else decision.next_at
    if verdict == "allow" and due > at:
        verdict, check = "not_now", _NOT_DUE
        reasons = [f"it is not due before {due:%Y-%m-%d %H:%M} UTC"]
    if verdict != "refuse" and next_at is not None and ends_at is not None and next_at >= ends_at:
        verdict, check = "not_now", check or _TOO_LATE
        reasons, next_at = [*reasons, f"the campaign ends at {ends_at:%Y-%m-%d %H:%M} UTC, before that"], None
    shown_at = None if verdict in ("allow", "refuse") else next_at
    return CheckedContact(position=row.position, ref=row.ref, verdict=verdict, next_at=shown_at, reasons=reasons), check


async def _waiting(
    session: AsyncSession, campaign_id: str, after: ContactRow | None, limit: int
) -> Sequence[ContactRow]:  # fmt: skip
    query = select(ContactRow).where(ContactRow.campaign_id == campaign_id, ContactRow.state == "waiting")
    if after is not None:
        place = tuple_(literal(after.next_at, UtcDateTime()), literal(after.position, BigInteger()))
        query = query.where(tuple_(ContactRow.next_at, ContactRow.position) > place)
    return (await session.scalars(query.order_by(ContactRow.next_at, ContactRow.position).limit(limit))).all()
