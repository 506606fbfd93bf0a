"""`/internal/v1/recorders/{name}/…`: recorders give signs of life, get orders, and tell of passes they have made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from compliance.recordings.orders import Orders, PassDone, PassJournalled, RecorderReport
from gateway.calls.internal_endpoints import ForRole
from gateway.kernel.errors import NotAuthenticated
from gateway.recording.office import RecordingOffice

router = APIRouter(prefix="/internal/v1/recorders/{name}")


def office_of(
    request: Request, name: Annotated[str, Path(max_length=100)],
    process: Annotated[str, Depends(ForRole("recordings"))],
) -> RecordingOffice:  # fmt: skip
    if process != name:
        raise NotAuthenticated("a recorder speaks for itself only")
    return request.app.state.recording_office


Office = Annotated[RecordingOffice, Depends(office_of)]


@router.post("/work")
async def work(name: str, report: RecorderReport, office: Office) -> Orders:
    """A sign of life, and what there is to do; the answer comes within some two seconds."""
    return await office.work(name, report)


@router.post("/passes/{recording_id}")
async def journal_pass(name: str, recording_id: str, done: PassDone, office: Office) -> PassJournalled:
    """The redaction pass is made: from now on the recording may be played."""
    return await office.journal(name, recording_id, done)
