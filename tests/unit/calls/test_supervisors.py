"""Supervisors in the record of a call: who is there, who is sent away, and what a look into the room adds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.calls import supervisor_facts as s
from gateway.calls.call import Call
from gateway.calls.effects import RemoveParticipant
from gateway.calls.events import recorded
from gateway.calls.ports import RoomEvent, RoomParticipant
from gateway.calls.supervisors import KEPT, news_of_room
from gateway.calls.timeline import sentence_of
from gateway.calls.webhook_facts import supervisor_fact_of
from gateway.kernel.ids import new_id
from tests.unit.calls.story import CALL, ROOM, T0, Facts, Playbook

ANA, BEN = new_id("sup"), new_id("sup")


def fact(kind: type[s.OfSupervisor], t: float, identity: str = ANA, **fields: Any) -> Any:
    given = {"id": new_id("evt"), "call_id": CALL, "source": "test", "seq": 0, "at": T0 + timedelta(seconds=t)}
    return kind(**given, identity=identity, key_id="key_1", **fields)


def supervised(*facts: s.OfSupervisor) -> Playbook:
    f = Facts()
    return Playbook().play(f.admitted(), f.joined(), f.answered(), fact(s.SupervisorInvited, 5, mode="listen"), *facts)


def call_of(book: Playbook) -> Call:
    assert book.call is not None
    return book.call


def test_a_supervisor_comes_goes_and_comes_back() -> None:
    book = supervised()
    assert not call_of(book).supervisors[0].is_there
    book.play(fact(s.SupervisorJoined, 6, mode="listen"))
    assert call_of(book).supervisors[0].is_there
    book.play(fact(s.SupervisorLeft, 7, mode="listen"))
    assert not call_of(book).supervisors[0].is_there
    book.play(fact(s.SupervisorJoined, 8, mode="listen"))
    assert call_of(book).supervisors[0].is_there
    assert not book.effects


def test_who_is_dismissed_is_taken_out_and_so_is_whoever_comes_back_by_that_token() -> None:
    book = supervised(fact(s.SupervisorJoined, 6, mode="listen"), fact(s.SupervisorDismissed, 7))
    out = RemoveParticipant(room=ROOM, identity=ANA)
    assert book.effects == [out] and not call_of(book).supervisors
    book.play(fact(s.SupervisorJoined, 8))
    assert book.effects == [out, out] and not call_of(book).supervisors


def test_what_is_told_twice_changes_nothing() -> None:
    book = supervised(fact(s.SupervisorJoined, 6, mode="listen"), fact(s.SupervisorJoined, 6.5, mode="listen"))
    assert [event.repeated for event in book.events[-2:]] == [False, True]
    assert call_of(book).supervisors[0].joined_at == T0 + timedelta(seconds=6)
    book.play(fact(s.SupervisorLeft, 7), fact(s.SupervisorLeft, 7.5))
    assert [event.repeated for event in book.events[-2:]] == [False, True]


def test_only_so_many_of_the_past_are_kept() -> None:
    book = supervised(*(fact(s.SupervisorInvited, 6, new_id("sup"), mode="barge") for _ in range(KEPT + 5)))
    assert len(call_of(book).supervisors) == KEPT


@pytest.mark.parametrize(("present", "told"), [({ANA: T0}, s.SupervisorJoined), ({}, None)])
def test_a_look_into_the_room_tells_of_who_came(present: dict[str, Any], told: type | None) -> None:
    found = news_of_room([call_of(supervised())], present, T0)
    assert [type(one) for one in found] == ([told] if told else [])


def test_a_look_into_the_room_tells_of_who_left_once() -> None:
    call = call_of(supervised(fact(s.SupervisorJoined, 6, mode="listen")))
    looks = [news_of_room([call], {}, T0)[0] for _ in range(2)]
    assert isinstance(looks[0], s.SupervisorLeft) and looks[0].mode == "listen"
    assert looks[0].id == looks[1].id


def test_a_supervisor_of_the_other_call_of_a_room_is_no_stranger_and_a_stranger_is_found() -> None:
    mine = call_of(supervised(fact(s.SupervisorJoined, 6, mode="listen")))
    other = mine.model_copy(update={"id": new_id("call"), "supervisors": ()})
    assert news_of_room([other, mine], {ANA: T0, "agent-1": T0}, T0) == []
    strange = news_of_room([other, mine], {ANA: T0, BEN: T0}, T0)
    assert [(one.identity, one.call_id, one.mode) for one in strange] == [(BEN, other.id, "")]


def webhook(name: str, identity: str) -> RoomEvent:
    return RoomEvent("EV_1", name, ROOM, T0, RoomParticipant(identity, "standard"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("participant_joined", s.SupervisorJoined),
        ("participant_left", s.SupervisorLeft),
        ("participant_connection_aborted", s.SupervisorLeft),
    ],
)
def test_a_webhook_about_a_supervisor_is_told_to_the_call_that_knows_it(name: str, kind: type) -> None:
    mine = call_of(supervised())
    other = mine.model_copy(update={"id": new_id("call"), "supervisors": ()})
    told = supervisor_fact_of(webhook(name, ANA), [other, mine])
    assert told is not None and type(told) is kind
    assert (told.call_id, told.key_id, told.mode) == (mine.id, "key_1", "listen")


@pytest.mark.parametrize("event", [webhook("track_published", ANA), webhook("participant_joined", "agent-1")])
def test_other_webhooks_tell_nothing_of_supervisors(event: RoomEvent) -> None:
    assert supervisor_fact_of(event, [call_of(supervised())]) is None


def test_the_timeline_has_words_for_each() -> None:
    told = [
        fact(s.SupervisorInvited, 1, mode="whisper", whom="human-1"), fact(s.SupervisorJoined, 1, mode="barge"),
        fact(s.SupervisorJoined, 1), fact(s.SupervisorLeft, 1), fact(s.SupervisorDismissed, 1),
        s.AgentNoted(id="evt_1", call_id=CALL, source="rest", seq=0, at=T0, key_id="key_1", command_id="cmd_1"),
    ]  # fmt: skip
    sentences = [sentence_of(recorded(one)) for one in told]
    assert len(set(sentences)) == len(sentences)
    assert not any(name in sentence for sentence in sentences for name in (ANA, "human-1", "key_1"))
