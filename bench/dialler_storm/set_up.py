"""A running campaign with contacts, written straight into the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from compliance.do_not_call.models import OwnEntryRow
from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from gateway.campaigns.models import CampaignRow, ContactRow
from gateway.campaigns.terms import Terms
from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id
from trunks.models import TrunkRow

OURS, LINK, STEM = "+16145550199", "ST_storm", 1_614_200_0000
UNWANTED = 20  # each so manieth is on the do-not-call list
AT_ONCE = 40
PIECE = 10_000


def is_unwanted(number: str) -> bool:
    return (int(number[1:]) - STEM) % UNWANTED == 0


async def campaign_of(
    database: Database, key: HashKey, contacts: int, calls_per_s: float | None = None, at_once: int = AT_ONCE
) -> str:
    now = SystemClock().now()
    trunk = TrunkRow(
        id=new_id("trk"), direction="outbound", name="storm", enabled=True, numbers=[OURS], livekit_id=LINK,
        address="127.0.0.1", max_calls=at_once * 2, created_at=now, updated_at=now,
    )  # fmt: skip
    terms = Terms.model_validate(
        {"agent_id": "agt_storm", "trunk_id": trunk.id, "purpose": "emergency", "seller": "Storm", "retries": {},
         "pacing": {"at_once": at_once, "calls_per_s": calls_per_s}, "limits": {"per_day": None, "in_campaign": None}}
    )  # fmt: skip
    campaign = CampaignRow(
        id=new_id("cmp"), name="storm", state="running", why="", terms=terms.model_dump(mode="json"),
        contacts=contacts, created_at=now, updated_at=now, started_at=now,
    )  # fmt: skip
    async with database.begin() as session:
        session.add_all([trunk, campaign])
    numbers = [f"+{STEM + place}" for place in range(contacts)]
    for start in range(0, contacts, PIECE):
        piece = numbers[start : start + PIECE]
        async with database.begin() as session:
            await session.execute(
                insert(ContactRow),
                [
                    {"campaign_id": campaign.id, "state": "waiting", "next_at": now, "pii": {}, "pii_number": number,
                     "number_hash": key.of(Person(number))}
                    for number in piece
                ],
            )  # fmt: skip
            if unwanted := [_entry(number, now) for number in piece if is_unwanted(number)]:
                await session.execute(insert(OwnEntryRow), unwanted)
    return campaign.id


def _entry(number: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id("dnc"), "number": number, "subject": "", "scope": "everything", "seller": "", "reason": "",
        "heard": "web", "call_id": "", "added_by": "storm", "created_at": now,
    }  # fmt: skip
