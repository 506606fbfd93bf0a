"""`GET /v1/privacy/egress/{call_id}`: every host that got sound, text or outcomes of a call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from compliance.privacy.endpoints import Officer
from gateway.privacy.egress import Egress, read
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestSettings, Session

router = APIRouter(prefix="/v1/privacy", tags=["privacy"], responses=PROBLEMS)


@router.get("/egress/{call_id}")
async def egress(
    call_id: Annotated[str, Path(max_length=64, pattern=r"^[^\x00]*$")],
    caller: Officer,
    session: Session,
    settings: RequestSettings,
) -> Egress:
    """With the embedded ears, brain and mouth, without webhooks and on local disks: none."""
    return await read(session, call_id, settings)
