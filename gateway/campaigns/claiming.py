"""Takes the next contact of a campaign and writes its attempt, if the gate has nothing against it at this moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.decision import GateDecision
from compliance.privacy.hash_key import HashKey
from gateway.campaigns.contacts import Contacts
from gateway.campaigns.following import follows
from gateway.campaigns.gate import ask_gate, first_refusal
from gateway.campaigns.models import AttemptRow, ContactRow, RefusedRow
from gateway.campaigns.terms import Terms
from gateway.kernel.ids import new_id

IN_ANOTHER_CALL = timedelta(minutes=5)
# nobody: no contact is due; passed: one was, and may not be dialled now
Taken = AttemptRow | Literal["nobody", "passed"]


async def claim(
    session: AsyncSession, key: HashKey, campaign_id: str, terms: Terms, dialler: str, now: datetime
) -> Taken:
    """An attempt in state `claimed`; it is committed before anybody dials. Raises NotFound when the trunk is gone."""
    contact = await Contacts(session).take_next(campaign_id, now)
    if contact is None:
        return "nobody"
    decision = await ask_gate(session, key, terms, contact, terms.trunk_id, now)
    if decision.verdict != "allow":
        refuse(session, contact, decision, now)
        return "passed"
    attempt = AttemptRow(
        id=new_id("att"), campaign_id=campaign_id, position=contact.position, n=contact.attempts + 1, state="claimed",
        dialler=dialler, agent_id=terms.agent_id, gate={}, claimed_at=now, number_hash=contact.number_hash,
        pii={"number": contact.pii_number},
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(attempt)
    except IntegrityError:  # the same number is being dialled for somebody else
        contact.state, contact.next_at = "waiting", now + IN_ANOTHER_CALL
        return "passed"
    contact.attempts += 1
    return attempt


def refuse(session: AsyncSession, contact: ContactRow, decision: GateDecision, now: datetime) -> None:
    """Keeps what the gate said with every reason, and when to ask it again."""
    outcome = "refused" if decision.verdict == "refuse" else "not_now"
    after = follows(Terms(agent_id=""), outcome, (), now, gate_next_at=decision.next_at)
    contact.state, contact.next_at = after.state, after.next_at
    contact.outcome, contact.why = outcome, first_refusal(decision)
    session.add(
        RefusedRow(
            campaign_id=contact.campaign_id, position=contact.position, at=now, verdict=decision.verdict,
            gate=decision.model_dump(mode="json"),
        )
    )  # fmt: skip
