"""`/v1/transfer-offers`: calls that are offered to people at browsers; taken, declined, and decided upon."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from gateway.calls.access import ControlCalls, MaySeePersonal
from gateway.rest.problems import PROBLEMS
from gateway.transfers.offer_desk import OfferDesk
from gateway.transfers.offer_schemas import (
    ConsultAnswer,
    ConsultTaken,
    OfferAnswer,
    OfferAnswered,
    Offers,
    show_offer,
)

router = APIRouter(prefix="/v1/transfer-offers", tags=["transfer-offers"], responses=PROBLEMS)


def desk_of(request: Request) -> OfferDesk:
    return request.app.state.offers


Desk = Annotated[OfferDesk, Depends(desk_of)]
AttemptId = Annotated[str, Path(max_length=64)]


@router.get("")
async def list_offers(
    desk: Desk, _: ControlCalls, with_pii: MaySeePersonal, identity: Annotated[str, Query(max_length=64)] = ""
) -> Offers:
    """What is open now: for one person, or for all."""
    return Offers(data=[show_offer(one, with_pii=with_pii) for one in await desk.open(identity)])


@router.post("/{attempt_id}/answer")
async def answer(attempt_id: AttemptId, body: OfferAnswer, desk: Desk, caller: ControlCalls) -> OfferAnswered:
    """Take the call, and get a token for the caller's room; or leave it to the next one. The first answer stands."""
    if body.answer == "declined":
        await desk.decline(attempt_id, body.identity, caller.key_id)
        return OfferAnswered(attempt_id=attempt_id, answer="declined")
    offer, by = await desk.take(attempt_id, body.identity, caller.key_id)
    return OfferAnswered(
        attempt_id=attempt_id, answer="taken", identity_in_room=offer.attempt.human, url=by.url, token=by.token,
        expires_at=by.expires_at,
    )  # fmt: skip


@router.post("/{attempt_id}/consult")
async def consult(attempt_id: AttemptId, body: ConsultAnswer, desk: Desk, caller: ControlCalls) -> ConsultTaken:
    """Say yes or no to the caller whom the agent tells about; by voice does as well."""
    await desk.consult(attempt_id, body.identity, caller.key_id, body.answer)
    return ConsultTaken(attempt_id=attempt_id, answer=body.answer)
