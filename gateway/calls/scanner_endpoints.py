"""`/v1/scanners`: who tried numbers and passwords from outside, and got nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from gateway.calls.access import SeePersonal
from gateway.calls.internal_endpoints import CallsService
from gateway.calls.scanners import RefusedSources
from gateway.rest.problems import PROBLEMS

router = APIRouter(prefix="/v1/scanners", tags=["calls"], responses=PROBLEMS)


class ScannerShown(BaseModel):
    """A source address of the last 24 hours; `refused` counts answered refusals and silently dropped requests."""

    model_config = ConfigDict(from_attributes=True)

    source_address: str
    first_seen: datetime
    last_seen: datetime
    refused: int


class Scanners(BaseModel):
    data: list[ScannerShown]


@router.get("")
async def scanners(calls: CallsService, _: SeePersonal, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Scanners:
    """Those that tried most come first."""
    async with calls.begin() as session:
        found = await RefusedSources(session).seen(calls.clock.now(), limit)
    return Scanners(data=[ScannerShown.model_validate(one) for one in found])
