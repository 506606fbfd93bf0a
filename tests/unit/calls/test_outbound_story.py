"""A call out as facts: how it opens, ends once and what it uses; nobody is sent into a room that is not ours."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.calls import facts as f
from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.calls.cdr import cdr_of
from gateway.calls.spend import minutes_of
from gateway.calls.timeline import timeline_of
from tests.unit.calls.story import Facts, Playbook


class OutboundFacts(Facts):
    def asked_for(self, t: float = 0.0) -> f.InviteReceived:
        return self.invite(t, direction="outbound", asked_by="livekit")

    def allowed(self, max_duration_s: int = 600) -> Any:
        verdict = AdmissionVerdict(verdict="accept", policy=LegPolicy(max_duration_s=max_duration_s))
        return self.admitted(direction="outbound", verdict=verdict, rule_id="", agent_id="")

    def failed(self, slug: str = "busy", code: int | None = 486, t: float = 5.0, **fields: Any) -> f.DialFailed:
        given: dict[str, Any] = {"ended_by": "callee", "slug": slug, "sip_code": code, "carrier": "Busy Here"}
        return f.DialFailed(**self._env(t, "node:1"), **(given | fields))

    def progress(self, code: int = 180, t: float = 1.0) -> f.DialProgress:
        return f.DialProgress(**self._env(t, "node:1"), sip_code=code, early_media=code == 183)


def test_a_busy_number_ends_the_call_with_the_carriers_words_and_leaves_the_room_alone() -> None:
    o = OutboundFacts()
    book = Playbook().play(o.asked_for(), o.allowed(), o.joined(), o.progress(), o.failed())
    book.expect(
        """
        >> invite_received
        << invite_received
        >> admission_decided
        << admission_decided
        >> leg_joined
        << leg_joined
        >> dial_progress
        << dial_progress
        >> dial_failed
        << dial_failed
        << call_ended callee:busy:486
        """
    )
    cdr = cdr_of(book.events)
    assert cdr is not None and cdr.termination is not None
    assert (cdr.direction, cdr.duration_s, cdr.termination.carrier) == ("outbound", None, "Busy Here")


def test_an_answered_call_ended_by_the_callee() -> None:
    o = OutboundFacts()
    book = Playbook().play(o.asked_for(), o.allowed(), o.joined(), o.answered(8.0), o.left(70.0, ended_by="callee"))
    cdr = cdr_of(book.events)
    assert cdr is not None and cdr.termination is not None
    assert (cdr.duration_s, cdr.termination.ended_by, cdr.termination.slug) == (62.0, "callee", "completed")
    assert book.effects == []


def test_no_agent_is_sent_into_the_room_of_a_call_out_nor_after_one_that_left_it() -> None:
    o = OutboundFacts()
    book = Playbook().play(o.asked_for(), o.allowed(), o.joined(), o.answered(1.0), o.agent(2.0), o.lost(9.0))
    assert book.effects == []
    assert book.call is not None and book.call.agent_gone_since is None


def test_somebody_hangs_up_while_it_rings() -> None:
    o = OutboundFacts()
    book = Playbook().play(o.asked_for(), o.allowed(), o.joined(), o.hangup(2.0, asked_by="human"))
    assert book.lines[-1].startswith("!! remove_participant")
    book.play(o.failed("dial_cancelled", None, ended_by="gateway", carrier=""))
    assert book.call is not None and book.call.termination is not None
    assert (book.call.termination.ended_by, book.call.termination.slug) == ("human", "dial_cancelled")


def test_a_leg_that_joins_after_the_end_is_taken_out_and_the_room_stays() -> None:
    o = OutboundFacts()
    book = Playbook().play(o.asked_for(), o.allowed(), o.gone(7.0), o.joined(8.0))
    assert [effect.kind for effect in book.effects] == ["remove_participant"]


@pytest.mark.parametrize(
    ("played", "minutes"),
    [
        (lambda o: [o.asked_for(), o.allowed(600)], 10),
        (lambda o: [o.asked_for(), o.allowed(601), o.joined(), o.answered(5.0)], 11),
        (lambda o: [o.asked_for(), o.allowed(), o.failed()], 0),
        (lambda o: [o.asked_for(), o.allowed(), o.answered(5.0), o.left(6.0)], 1),
        (lambda o: [o.asked_for(), o.allowed(), o.answered(5.0), o.left(126.0)], 3),
        (lambda o: [o.invite(), o.admitted(), o.answered(5.0), o.left(126.0)], 0),
    ],
)
def test_an_open_call_counts_with_all_it_may_last_and_an_ended_one_with_begun_minutes(
    played: Any, minutes: int
) -> None:
    call = Playbook().play(*played(OutboundFacts())).call
    assert call is not None
    assert minutes_of(call) == minutes


def test_the_story_is_told_in_words_without_numbers() -> None:
    o = OutboundFacts()
    asked = f.TransferAsked(**o._env(6.0, "node:1"), transfer_id="x", pii=f.TransferPii(target="+15105550100"))
    ended = f.TransferEnded(**o._env(9.0, "node:1"), transfer_id="x", outcome="failure", sip_code=486)
    played = (o.asked_for(), o.allowed(), o.progress(), o.progress(183), o.answered(5.0), asked, ended, o.failed())
    told = [entry.sentence for entry in timeline_of(Playbook().play(*played).events)]
    assert told[0] == "A call out was asked for."
    assert "The far end rings." in told
    assert "The far end sends sound before it answers." in told
    assert "The transfer failed with 486; the call went on." in told
    assert not any("+1510" in sentence for sentence in told)
