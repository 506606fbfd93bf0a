"""What of a call's record is evidence: decisions to dial, transfers, consent, recording, capture; without a number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compliance.ledger.canonical import canonical
from compliance.ledger.kinds import Kind
from gateway.calls import transfer_facts as x
from gateway.calls.admission import AdmissionVerdict, Check
from gateway.calls.events import Event, Outcome, RecordingWithheld, caused, recorded
from gateway.calls.evidence import TOLD, evidence_of
from gateway.calls.own_facts import RecordedFact, TransferDecided
from tests.unit.calls.story import CALL, NUMBERS, T0, XFER, Facts

VERDICT = AdmissionVerdict(
    verdict="reject", slug="spend_cap", sip_code=403, sentence="the trunk has spent enough",
    checks=[Check(name="spend", passed=False, reason="12.00 of 10.00 to +15105550100", by="trk_1")],
)  # fmt: skip


def of(*facts: RecordedFact) -> list[Event]:
    return [recorded(fact) for fact in facts]


def test_a_decision_to_dial_has_its_reasons_and_only_commits_to_the_numbers() -> None:
    fact = Facts().admitted(direction="outbound", verdict=VERDICT, trunk_id="trk_1")
    [told] = evidence_of(3, of(fact))
    assert told.kind is Kind.DIAL and told.actor == "gateway"
    assert told.facts == {
        "event": "admission_decided", "log_seq": 4, "happened_at": "2026-11-20T09:00:00.010000Z", "trunk_id": "trk_1",
        "verdict": "reject", "slug": "spend_cap", "sip_code": 403,
        "checks": [{"name": "spend", "passed": False, "by": "trk_1"}],
    }  # fmt: skip
    assert told.personal == {"ani": NUMBERS.ani, "dnis": NUMBERS.dnis}


def test_a_decision_on_a_transfers_target_is_one_to_dial() -> None:
    decided = TransferDecided(
        id="evt_1", call_id=CALL, source="gateway", seq=0, at=T0, transfer_id=XFER, asked_by="agt_1",
        verdict=AdmissionVerdict(verdict="accept"), pii=NUMBERS,
    )  # fmt: skip
    [told] = evidence_of(0, of(decided))
    assert (told.kind, told.actor, told.facts["transfer_id"], told.facts["verdict"]) == (
        Kind.DIAL,
        "agt_1",
        XFER,
        "accept",
    )


def test_a_transfer_is_told_from_wish_to_end_and_its_note_is_not() -> None:
    facts, ring = Facts(), ((x.Ring(target_id="tgt_1", ring_s=20),),)
    story = [
        facts.transfer(
            x.TransferBegan, 1, mode="warm", target_id="tgt_1", asked_by="key_1", waves=ring, pii={"note": "Mr Smith"}
        ),
        facts.transfer(x.AttemptPlaced, 2, attempt_id="att_1", target_id="tgt_1", wave=0, ring_s=20),
        facts.transfer(x.TransferJoined, 3, attempt_id="att_1"),
        facts.transfer(x.TransferSettled, 4, outcome="connected"),
    ]
    told = evidence_of(0, of(*story))
    assert [(one.kind, one.facts["event"], one.facts["log_seq"]) for one in told] == [
        (Kind.TRANSFER, "transfer_began", 1), (Kind.TRANSFER, "attempt_placed", 2),
        (Kind.TRANSFER, "transfer_joined", 3), (Kind.TRANSFER, "transfer_settled", 4),
    ]  # fmt: skip
    assert told[0].actor == "key_1" and "Smith" not in repr(told)


def test_calls_in_words_and_digits_are_no_evidence() -> None:
    facts = Facts()
    assert evidence_of(0, of(facts.invite(), facts.admitted(), facts.joined(), facts.digit("4"), facts.left())) == []


def test_what_two_sources_report_is_told_once() -> None:
    fact = Facts().transfer(x.TransferJoined, 3, attempt_id="att_1")
    assert len(evidence_of(0, [recorded(fact), recorded(fact, repeated=True)])) == 1


def test_what_is_concluded_is_told_with_the_time_of_its_cause() -> None:
    [told] = evidence_of(0, [caused(Facts().invite(5), RecordingWithheld(reason="consent_refused"))])
    assert (told.kind, told.at, told.facts["reason"]) == (Kind.RECORDING, T0 + timedelta(seconds=5), "consent_refused")


@pytest.mark.parametrize("kind", TOLD)
def test_every_kind_that_is_told_exists_with_its_fields(kind: str) -> None:
    known = {}
    for union in (RecordedFact, Outcome):
        pending = [union]
        while pending:
            one = pending.pop()
            parts = getattr(one, "__args__", ())
            pending += parts
            if not parts and hasattr(one, "model_fields") and "kind" in one.model_fields:
                known[one.model_fields["kind"].default] = set(one.model_fields)
    assert set(TOLD[kind][1]) <= known[kind], TOLD[kind][1]
    assert canonical(list(TOLD[kind][1]))
