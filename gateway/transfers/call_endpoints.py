"""`/v1/calls/{id}/transfers`: a live call goes on with a human, and comes back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from gateway.calls.access import ControlCalls, ReadCalls
from gateway.rest.problems import PROBLEMS
from gateway.transfers import call_schemas as shown
from gateway.transfers.call_schemas import TransferAsked, TransferShown, show
from gateway.transfers.service import Transfers
from gateway.transfers.wish import Wish

router = APIRouter(prefix="/v1/calls", tags=["transfers"], responses=PROBLEMS)
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=255)]


def transfers_of(request: Request) -> Transfers:
    return request.app.state.transfers


TransferService = Annotated[Transfers, Depends(transfers_of)]


@router.post("/{call_id}/transfers", status_code=202)
async def begin(
    call_id: str,
    body: TransferAsked,
    transfers: TransferService,
    caller: ControlCalls,
    idempotency_key: IdempotencyKey = None,
) -> TransferShown:
    """The caller hears music or ringback from now on, and humans are rung; the record tells what comes of it."""
    wish = Wish(
        target_id=body.to, mode="cold" if body.mode == "refer" else body.mode, by=caller.key_id, by_role=caller.role,
        note=body.note, skill=body.skill, last_resort=body.last_resort, refer=body.mode == "refer",
    )  # fmt: skip
    return show(await transfers.begin(call_id, wish, request=idempotency_key or ""), call_id)


@router.get("/{call_id}/transfers")
async def list_transfers(call_id: str, transfers: TransferService, _: ReadCalls) -> shown.Transfers:
    """Each with its attempts; the whole story is the call's timeline."""
    return shown.Transfers(data=[show(story, call_id) for story in await transfers.stories(call_id)])


@router.get("/{call_id}/transfers/{transfer_id}")
async def get(call_id: str, transfer_id: str, transfers: TransferService, _: ReadCalls) -> TransferShown:
    return show(await transfers.story(call_id, transfer_id), call_id)


@router.post("/{call_id}/transfers/{transfer_id}/cancel", status_code=202)
async def cancel(call_id: str, transfer_id: str, transfers: TransferService, caller: ControlCalls) -> TransferShown:
    """Takes it back: whoever rings is hung up on, the caller is with the agent again."""
    return show(await transfers.cancel(call_id, transfer_id, caller.key_id), call_id)


@router.post("/{call_id}/hand-back", status_code=202)
async def hand_back(call_id: str, transfers: TransferService, caller: ControlCalls) -> TransferShown:
    """The human is let go, and the caller goes on with an agent that knows the conversation."""
    return show(await transfers.hand_back(call_id, caller.key_id), call_id)
