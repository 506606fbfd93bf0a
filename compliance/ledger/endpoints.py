"""`/v1/audit`: what was done, and the proof of it. Who exports it is in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from compliance.ledger.checkpoint import Signed
from compliance.ledger.checkpointer import Checkpointer
from compliance.ledger.exporting import Exporting
from compliance.ledger.kinds import Kind
from compliance.ledger.leaf import iso
from compliance.ledger.ledger import Ledger
from compliance.ledger.merkle import leaf_hash
from compliance.ledger.proofs import consistency_ranges, inclusion_ranges
from compliance.ledger.repository import LedgerRepository, Wanted, damaged
from compliance.ledger.schemas import CheckpointShown, EntryProof, LedgerEntryShown, Seq, shown
from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.db.session import Database
from gateway.kernel.errors import BadInput, NotAllowed, NotFound
from gateway.rest.moments import Moment
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS, Problem
from gateway.rest.requests import RequestClock, Session

LINES = "application/x-ndjson"
router = APIRouter(
    prefix="/v1/audit", tags=["audit"],
    responses=PROBLEMS | {503: {"model": Problem, "description": "The ledger is damaged"}},
)  # fmt: skip
Auditor = Annotated[Caller, Needs(Scope.AUDIT_READ)]
AS_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {LINES: {"schema": {"type": "string"}}}}}


def wanted(
    call_id: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")] = None,
    kind: Kind | None = None,
    since: Annotated[Moment | None, Query(description="appended then or later")] = None,
) -> Wanted:
    return Wanted(call_id, kind, since)


def checkpointer_of(request: Request) -> Checkpointer:
    return request.app.state.ledger


def database_of(request: Request) -> Database:
    return request.app.state.database


Narrowed = Annotated[Wanted, Depends(wanted)]
Checkpoints = Annotated[Checkpointer, Depends(checkpointer_of)]
# For what signs: it reads in transactions of its own, and SQLite has one at a time.
Own = Annotated[Database, Depends(database_of)]


@router.get("/entries")
async def list_entries(
    caller: Auditor, session: Session, page: WantedPage, narrowed: Narrowed
) -> Page[LedgerEntryShown]:  # fmt: skip
    """The newest first."""
    repository, may = LedgerRepository(session), caller.may(Scope.CALLS_PII)
    rows, cursor = await repository.page(page, narrowed)
    kept = await repository.personal([row.seq for row in rows]) if may else {}
    return Page(data=[shown(row, kept.get(row.seq, {}) if may else None) for row in rows], next_cursor=cursor)


@router.get("/entries/{seq}/proof")
async def prove_entry(seq: Seq, caller: Auditor, checkpoints: Checkpoints, database: Own) -> EntryProof:
    """The proof that the entry is in the ledger, under the newest checkpoint."""
    async with database.begin() as session:
        row = await LedgerRepository(session).get(seq)
    signed = await _signed(checkpoints)
    if seq > signed.checkpoint.size:
        raise damaged(f"the entry is not signed: {checkpoints.problem}")
    async with database.begin() as session:
        proof = await LedgerRepository(session).roots(inclusion_ranges(seq - 1, signed.checkpoint.size))
    return EntryProof(
        seq=seq, leaf=row.leaf, leaf_hash=leaf_hash(row.leaf.encode()).hex(), proof=[one.hex() for one in proof],
        checkpoint=signed.note, key=checkpoints.key.text(),
    )  # fmt: skip


@router.get("/checkpoint")
async def newest_checkpoint(
    caller: Auditor,
    checkpoints: Checkpoints,
    database: Own,
    since: Annotated[
        int | None, Query(ge=0, le=2**63 - 1, description="size of an older checkpoint that this one goes on from")
    ] = None,
) -> CheckpointShown:
    """Signs what is not signed yet. Keep it elsewhere: what it covers cannot be taken back any more."""
    signed = await _signed(checkpoints)
    proof: list[bytes] | None = None
    if since is not None:
        if since > signed.checkpoint.size:
            words = f"the ledger has {signed.checkpoint.size} signed entries"
            raise BadInput(words, field="since", todo="GET /v1/audit/checkpoint")
        async with database.begin() as session:
            proof = await LedgerRepository(session).roots(consistency_ranges(since, signed.checkpoint.size))
    return CheckpointShown(
        note=signed.note, key=checkpoints.key.text(), size=signed.checkpoint.size, root=signed.checkpoint.root.hex(),
        consistency=None if proof is None else [one.hex() for one in proof], problem=checkpoints.problem,
    )  # fmt: skip


@router.get("/export", response_class=StreamingResponse, responses=AS_LINES)
async def export(
    caller: Auditor,
    checkpoints: Checkpoints,
    database: Own,
    clock: RequestClock,
    narrowed: Narrowed,
    personal: Annotated[bool, Query(description="with personal values; needs the scope calls:pii")] = False,
) -> StreamingResponse:
    """Everything, for `gateway audit verify`: JSON on lines. Of some entries each comes with the proof of it."""
    if personal and not caller.may(Scope.CALLS_PII):
        raise NotAllowed("personal values need the scope calls:pii", field="personal", todo="use a key that has it")
    facts = {
        "what": "ledger", "personal": personal, "kind": narrowed.kind.value if narrowed.kind else None,
        "since": iso(narrowed.since) if narrowed.since else None,
    }  # fmt: skip
    async with database.begin() as session:
        await Ledger(session).append(
            Kind.EXPORT, at=clock.now(), actor=caller.key_id, call_id=narrowed.call_id, facts=facts
        )
    lines = await Exporting(database.begin, clock, checkpoints, narrowed, personal=personal).begin()
    return StreamingResponse(lines, media_type=LINES)


async def _signed(checkpoints: Checkpointer) -> Signed:
    signed = await checkpoints.sign()
    if signed is None and checkpoints.problem:
        raise damaged(checkpoints.problem)
    if signed is None:
        raise NotFound("the ledger is empty", todo="GET /v1/audit/entries")
    return signed
