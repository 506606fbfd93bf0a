"""Whatever order facts come in, and however often: one termination, no exception, nothing lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calls.cdr import cdr_of
from gateway.calls.events import CallEnded
from gateway.calls.own_facts import RecordedFact
from gateway.calls.timeline import timeline_of, transcript_of
from gateway.calls.watchdog import next_due
from tests.unit.calls.story import Facts, Playbook

_F = Facts()
ENDINGS: list[RecordedFact] = [
    _F.left(),
    _F.left(11, "gateway", "media_timeout"),
    _F.left(12, "agent", "a_slug_nobody_knows"),
    _F.refused("no_codec", 488),
    _F.refused("caller_cancelled", 487, ended_by="caller"),
    _F.gone(20),
    _F.turned_away("no_rule", 404),
]
OTHERS: list[RecordedFact] = [
    _F.invite(),
    _F.admitted(),
    _F.joined(),
    _F.joined(source="webhook"),
    _F.agent(),
    _F.agent(9, "agent-AJ_two", resumed=True),
    _F.agent(10, "agent-AJ_three"),
    _F.answered(),
    _F.first_audio(),
    _F.digit("5"),
    _F.said("caller", "hello"),
    _F.turn(1, stt=100.0, total=500.0),
    _F.tool("look_up"),
    _F.missing(3),
    _F.missing(5.5),
    _F.missing(8),
    _F.lost(6),
    _F.lost(7, "agent-AJ_two", "left"),
    _F.hangup(8),
    _F.hangup(8.5, "human"),
    _F.fallback(),
]


@st.composite
def orders(draw: st.DrawFn) -> list[RecordedFact]:
    some = draw(st.lists(st.sampled_from(OTHERS + ENDINGS), max_size=30))
    return draw(st.permutations([*some, draw(st.sampled_from(ENDINGS))]))


@settings(max_examples=300, deadline=None)
@given(orders())
def test_every_order_ends_in_exactly_one_termination(facts: list[RecordedFact]) -> None:
    book = Playbook().play(*facts)
    endings = [event.what for event in book.events if isinstance(event.what, CallEnded)]
    assert len(endings) == 1
    assert book.call and book.call.termination == endings[0].termination
    assert next_due(book.call) is None
    kept = [event.what for event in book.events]
    assert [what for what in kept if what in facts] == facts, "every fact leaves an event"
    record = cdr_of(book.events)
    assert record and record.termination == endings[0].termination
    assert all(entry.sentence for entry in timeline_of(book.events))
    assert len(transcript_of(book.events)) == sum(fact.kind == "utterance" for fact in facts)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(OTHERS), max_size=30))
def test_a_call_that_nothing_ended_stays_open(facts: list[RecordedFact]) -> None:
    book = Playbook().play(*facts)
    assert not any(isinstance(event.what, CallEnded) for event in book.events)
