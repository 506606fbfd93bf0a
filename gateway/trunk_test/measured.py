"""What a test leaves with the trunks it went by: facts that hold until the next test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.transfers.refer_capability import TAKES_NONE, keep
from gateway.trunk_test.seen import Seen
from gateway.trunk_test.verdicts import Item, arrives, delay_of, loss_of
from trunks.models import TrunkRow


class Measured(BaseModel):
    """`dtmf`: methods by which keys arrive. `delay_ms`: there and back. Losses are percent of the packets, out and in
    as seen from us; null is what could not be measured."""

    at: datetime
    test_id: str
    dtmf: list[str] = Field(default=[])
    codec: str = ""
    delay_ms: float | None = None
    loss_out_percent: float | None = None
    loss_in_percent: float | None = None
    hold: bool | None = None


def measured_of(seen: Seen, items: list[Item], test_id: str, at: datetime) -> Measured | None:
    """None when no call was answered: then nothing was measured. Pure."""
    if seen.answered_ms is None:
        return None
    came = seen.incoming
    return Measured(
        at=at, test_id=test_id, dtmf=arrives(items, came), codec=seen.codec,
        delay_ms=delay_of(seen.chirps_back) if seen.chirps_back else None,
        loss_out_percent=loss_of(came.rtp) if came and came.rtp.get("received") else None,
        loss_in_percent=loss_of(seen.rtp) if seen.rtp.get("received") else None,
        hold=None if seen.hold_status is None else seen.hold_status < 300,
    )  # fmt: skip


def refer_of(seen: Seen) -> tuple[str, str] | None:
    """As the trunk keeps it (`refer`, `refer_how`); None when the test says nothing about it. Pure."""
    how = seen.refer
    if how is not None and how.kind == "success":
        return "works", "a trunk test's REFER was carried out"
    if how is not None and how.kind == "failure" and not how.taken and how.code in TAKES_NONE:
        return "refused", f"a trunk test's REFER was answered with {how.code}"
    return None


async def store(session: AsyncSession, trunk_id: str, seen: Seen, measured: Measured | None) -> None:
    """On the trunk that was tested, and, but for REFER, which went the other way, on that by which the call came in."""
    if measured is None:
        return
    told: dict[str, Any] = measured.model_dump(mode="json")
    for name in {trunk_id, seen.incoming.trunk_id if seen.incoming and seen.incoming.answered else ""}:
        if name and (row := await session.get(TrunkRow, name)) is not None:
            row.measured = told
    await session.flush()
    if refer := refer_of(seen):
        await keep(session, trunk_id, *refer, measured.at)
