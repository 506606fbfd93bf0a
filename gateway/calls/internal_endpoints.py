"""What our own processes and LiveKit say to the control plane; served on the internal address only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, Field

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.calls.reported_facts import FactBatch
from gateway.calls.repository import CallRepository
from gateway.calls.service import Calls
from gateway.calls.stored import read_call, read_event
from gateway.calls.takeover import Standing, resort_of, standing_of
from gateway.calls.timeline import transcript_of
from gateway.calls.transfer_facts import LastResort
from gateway.kernel.errors import BadInput, NotAuthenticated, NotFound
from gateway.kernel.role_tokens import Audience

router = APIRouter(prefix="/internal/v1", tags=["internal"])
LONGEST_WEBHOOK = 256 * 1024  # bytes
MOST_CALLS_LISTED = 10_000


def calls_of(request: Request) -> Calls:
    return request.app.state.calls


CallsService = Annotated[Calls, Depends(calls_of)]


class ForRole:
    """Dependency: the process name of a good internal token for this endpoint group."""

    def __init__(self, audience: Audience) -> None:
        self._audience: Audience = audience

    def __call__(self, calls: CallsService, authorization: Annotated[str, Header()] = "") -> str:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated("an internal token is needed", todo="send Authorization: Bearer …")
        return calls.tokens.verify(token, self._audience)


class FactsTaken(BaseModel):
    """`repeated`: recorded before. `unknown_call`: named no well-formed call id and were dropped."""

    stored: int
    repeated: int
    unknown_call: int


class CallsCarried(BaseModel):
    calls: list[str] = Field(max_length=MOST_CALLS_LISTED)
    dropped: dict[str, int] = Field(default={}, max_length=200, description="requests not answered, by source address")


class NodeHeard(BaseModel):
    """`ended`: calls the node listed whose record is closed; the node hangs them up."""

    ended: list[str]


class Said(BaseModel):
    speaker: str
    text: str
    at: str


class Conversation(BaseModel):
    """What a new agent has to know to take over."""

    call_id: str
    turns: list[Said]
    agents_so_far: int
    transfer: Standing
    last_resort: LastResort
    consent: str = Field(description='how it stands with being recorded, told: by a sentence at least; "": not yet')


@router.post("/admissions")
async def admissions(
    asked: AdmissionAsked, calls: CallsService, _: Annotated[str, Depends(ForRole("admissions"))]
) -> AdmissionVerdict:
    """May this call go on?"""
    return await calls.admissions.verdict_on(asked)


@router.post("/facts", status_code=202)
async def facts(batch: FactBatch, calls: CallsService, _: Annotated[str, Depends(ForRole("facts"))]) -> FactsTaken:
    """Records a batch; the answer comes when it is safe."""
    taken = await calls.runner.take(batch.facts)
    return FactsTaken(stored=taken.stored, repeated=taken.repeated, unknown_call=taken.unknown_call)


@router.post("/nodes/{node_id}/alive")
async def alive(
    node_id: Annotated[str, Path(max_length=100)],
    carried: CallsCarried,
    calls: CallsService,
    process: Annotated[str, Depends(ForRole("facts"))],
) -> NodeHeard:
    """A SIP node's sign of life, every 2 s, with every call it has."""
    if process != node_id:
        raise NotAuthenticated("a node speaks for itself only")
    return NodeHeard(ended=await calls.node_is_alive(node_id, carried.calls, carried.dropped))


@router.get("/calls/{call_id}/conversation")
async def conversation(
    call_id: str, calls: CallsService, _: Annotated[str, Depends(ForRole("profiles"))]
) -> Conversation:
    """What was said so far, for an agent that takes over."""
    async with calls.begin() as session:
        repository = CallRepository(session)
        row = await repository.get(call_id)
        if row is None:
            raise NotFound("there is no such call")
        log = [read_event(entry) for entry in await repository.log(call_id)]
    turns = [Said(speaker=one.speaker, text=one.text, at=one.at.isoformat()) for one in transcript_of(log)]
    call = read_call(row)
    return Conversation(
        call_id=call_id, turns=turns, agents_so_far=call.agents_so_far,
        transfer=standing_of(log), last_resort=resort_of(log),
        consent=call.consent.standing or ("told" if call.consent.told else ""),
    )  # fmt: skip


@router.post("/livekit-webhooks", status_code=204)
async def livekit_webhooks(
    request: Request, calls: CallsService, authorization: Annotated[str, Header()] = ""
) -> Response:
    """LiveKit's room events, signed by LiveKit."""
    body = await request.body()
    if len(body) > LONGEST_WEBHOOK:
        raise BadInput("the webhook is too long")
    event = calls.verify_webhook(body, authorization)
    if event is not None:
        await calls.heed_room(event)
    return Response(status_code=204)
