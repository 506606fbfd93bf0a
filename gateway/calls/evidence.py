"""Which events of a call are entries of the ledger, and what of them is told. Pure.

Ids, times and outcomes are facts; numbers are personal, and so only committed to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from compliance.ledger.kinds import Kind
from compliance.ledger.leaf import iso
from gateway.calls.events import Event
from gateway.calls.own_facts import AdmissionDecided, TransferDecided


@dataclass(frozen=True)
class Evidence:
    """`at`: when it happened, by the clock of whoever reported it."""

    kind: Kind
    at: datetime
    actor: str
    facts: dict[str, Any]
    personal: dict[str, Any] = field(default_factory=dict)


# kind of event → kind of entry, and which fields are its facts. A kind of event that is not here is no entry.
TOLD: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "transfer_began": (Kind.TRANSFER, ("transfer_id", "mode", "target_id", "last_resort")),
    "attempt_placed": (Kind.TRANSFER, ("transfer_id", "attempt_id", "target_id")),
    "attempt_ended": (Kind.TRANSFER, ("transfer_id", "attempt_id", "outcome", "sip_code")),
    "transfer_joined": (Kind.TRANSFER, ("transfer_id", "attempt_id")),
    "transfer_cancelled": (Kind.TRANSFER, ("transfer_id",)),
    "transfer_settled": (Kind.TRANSFER, ("transfer_id", "outcome", "by", "callback_wanted")),
    "human_left": (Kind.TRANSFER, ("transfer_id", "by", "handed_back")),
    "disclosure_played": (
        Kind.DISCLOSURE,
        ("saying", "text", "language", "version", "audio_sha256", "offset_ms", "played_ms", "whole", "rules"),
    ),
    "consent_given": (Kind.CONSENT, ("method", "offset_ms", "rules")),
    "consent_refused": (Kind.CONSENT, ("method", "offset_ms", "rules")),
    "consent_revoked": (Kind.CONSENT, ("method", "offset_ms", "rules")),
    "recording_asked": (Kind.RECORDING, ("do",)),
    "recording_ordered": (Kind.RECORDING, ("do", "by")),
    "recording_withheld": (Kind.RECORDING, ("reason",)),
    "recording_started": (Kind.RECORDING, ("recording_id", "paused")),
    "recording_not_started": (Kind.RECORDING, ("recording_id", "reason")),
    "recording_paused": (Kind.RECORDING, ("recording_id", "at_ms")),
    "recording_resumed": (Kind.RECORDING, ("recording_id", "at_ms")),
    "recording_trimmed": (Kind.RECORDING, ("recording_id", "from_ms", "to_ms")),
    "recording_stopped": (Kind.RECORDING, ("recording_id", "reason", "chunks", "size", "duration_ms")),
    "recording_failed": (Kind.RECORDING, ("recording_id", "reason")),
    "recording_ready": (Kind.RECORDING, ("recording_id", "silenced", "complete", "chunks", "size", "duration_ms")),
    "capture_asked": (Kind.CAPTURE, ("capture_id", "name")),
    "capture_began": (Kind.CAPTURE, ("capture_id", "fields", "talk")),
    "capture_cancelled": (Kind.CAPTURE, ("capture_id",)),
    "capture_ended": (Kind.CAPTURE, ("capture_id", "outcome", "field", "problem")),
}
# of these, what is personal: by field of the event's `pii`
PERSONAL: Mapping[Kind, tuple[str, ...]] = {
    Kind.DIAL: ("ani", "dnis"),
    Kind.CONSENT: ("text",),  # what the caller answered
}


def evidence_of(after: int, events: Sequence[Event]) -> list[Evidence]:
    """What `events` are as entries, in their order. They follow the entry `after` of the call's log. What two sources
    reported is told once."""
    found: list[Evidence] = []
    for seq, event in enumerate(events, start=after + 1):
        if not event.repeated and (told := _told(event)) is not None:
            kind, facts, personal = told
            common = {"event": event.what.kind, "log_seq": seq, "happened_at": iso(event.at)}
            found.append(Evidence(kind, event.at, _actor(event), common | facts, personal))
    return found


def _actor(event: Event) -> str:
    """Who wanted it, where that is said; else who reported it."""
    names = (getattr(event.what, field, "") for field in ("asked_by", "key_id"))
    return next((name for name in names if name), event.source)


def _told(event: Event) -> tuple[Kind, dict[str, Any], dict[str, Any]] | None:
    what = event.what
    if isinstance(what, AdmissionDecided) and what.direction == "outbound":
        return Kind.DIAL, {"trunk_id": what.trunk_id} | _verdict(what), _personal(Kind.DIAL, what)
    if isinstance(what, TransferDecided):
        return Kind.DIAL, {"transfer_id": what.transfer_id} | _verdict(what), _personal(Kind.DIAL, what)
    if (known := TOLD.get(what.kind)) is None:
        return None
    kind, fields = known
    return kind, what.model_dump(mode="json", include=set(fields)), _personal(kind, what)


def _personal(kind: Kind, what: BaseModel) -> dict[str, Any]:
    said = {name: getattr(getattr(what, "pii", None), name, "") for name in PERSONAL.get(kind, ())}
    return {name: value for name, value in said.items() if value}


def _verdict(what: AdmissionDecided | TransferDecided) -> dict[str, Any]:
    verdict = what.verdict
    return {
        "verdict": verdict.verdict,
        "slug": verdict.slug,
        "sip_code": verdict.sip_code,
        "checks": [{"name": check.name, "passed": check.passed, "by": check.by} for check in verdict.checks],
    }
