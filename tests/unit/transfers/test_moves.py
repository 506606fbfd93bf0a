"""Transfers as playbooks: what was recorded so far, and what is to be done next; and a thousand of them at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.calls import transfer_facts as t
from gateway.calls.facts import AgentLost, Fact, LegLeft, TransferEnded
from gateway.calls.refer_facts import ReferPlaced
from gateway.transfers.moves import (
    ANSWERED_WITHIN_S,
    BRIEFED_WITHIN_S,
    RING_GRACE_S,
    WHOLE_S,
    Brief,
    Drop,
    GiveBack,
    Join,
    Move,
    Park,
    Place,
    Refer,
    Settle,
    next_moves,
)
from gateway.transfers.story import Story, tell

T0 = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
XFER = "xfer_1"
ANN, BEN, CAT = (t.Ring(target_id=f"tgt_{name}", ring_s=20) for name in ("ann", "ben", "cat"))
FIRST, SECOND = f"{XFER}-0-0", f"{XFER}-1-0"


class Book:
    """Facts of one transfer; `at` is seconds since it began."""

    def __init__(self, mode: t.Mode = "warm", waves: tuple[tuple[t.Ring, ...], ...] = ((ANN,),)) -> None:
        self.facts: list[Any] = []
        self.now = 0.0
        self.note(t.TransferBegan, mode=mode, target_id="tgt_x", asked_by="agt_1", waves=waves)

    def note(self, kind: type[Fact], at: float | None = None, **fields: Any) -> Book:
        self.now = self.now if at is None else at
        number = len(self.facts)
        given = {"id": f"evt_{number}", "call_id": "call_1", "source": "test", "seq": number}
        own = {} if kind in (LegLeft, AgentLost) else {"transfer_id": XFER}
        self.facts.append(kind(**given, at=T0 + timedelta(seconds=self.now), **own, **fields))
        return self

    def placed(self, name: str = FIRST, ring: t.Ring = ANN, wave: int = 0) -> Book:
        return self.note(t.AttemptPlaced, attempt_id=name, target_id=ring.target_id, wave=wave, ring_s=ring.ring_s)

    def moved(self, stage: str, name: str = FIRST) -> Book:
        return self.note(t.AttemptMoved, attempt_id=name, stage=stage)

    @property
    def story(self) -> Story:
        story = tell(self.facts, XFER)
        assert story is not None
        return story

    def asks(self, at: float | None = None) -> tuple[Move, ...]:
        self.now = self.now if at is None else at
        return next_moves(self.story, T0 + timedelta(seconds=self.now)).moves

    def again_at(self) -> float | None:
        again = next_moves(self.story, T0 + timedelta(seconds=self.now)).again_at
        return again and (again - T0).total_seconds()


def ready(mode: t.Mode = "warm", waves: tuple[tuple[t.Ring, ...], ...] = ((ANN,),)) -> Book:
    return Book(mode, waves).note(t.CallerParked)


def test_nobody_is_dialled_before_the_caller_hears_something_and_is_heard_by_nobody() -> None:
    book = Book()
    assert book.asks() == (Park(),)
    assert book.note(t.CallerParked).asks() == (Place(FIRST, 0, ANN),)


def test_a_warm_transfer_briefs_the_human_and_joins_on_yes_only() -> None:
    book = ready().placed()
    assert book.asks() == ()
    assert book.moved("ringing").asks() == ()
    assert book.moved("answered").asks() == (Brief(FIRST),)
    assert book.moved("briefed").asks() == ()
    assert book.note(t.ConsultAnswered, attempt_id=FIRST, answer="accepted", by="key").asks() == (Join(FIRST),)
    assert book.note(t.TransferJoined, attempt_id=FIRST).asks() == (Settle("connected"),)
    assert book.note(t.TransferSettled, outcome="connected").asks() == ()


def test_a_cold_transfer_joins_whoever_answers() -> None:
    assert ready("cold").placed().moved("answered").asks() == (Join(FIRST),)


@pytest.mark.parametrize("answer", ["declined", "silent", "machine"])
def test_after_a_no_the_next_one_is_rung_and_after_the_last_the_caller_is_told(answer: str) -> None:
    book = ready(waves=((ANN,), (BEN,))).placed().moved("answered").moved("briefed")
    book.note(t.ConsultAnswered, attempt_id=FIRST, answer=answer)
    assert book.asks() == (Drop(FIRST, answer),)  # still on the line
    book.note(t.AttemptEnded, attempt_id=FIRST, outcome=answer)
    assert book.asks() == (Place(SECOND, 1, BEN),)
    book.placed(SECOND, BEN, 1).note(t.AttemptEnded, attempt_id=SECOND, outcome="busy", sip_code=486)
    assert book.asks() == (GiveBack("busy"), Settle("busy"))


def test_all_at_once_are_rung_together_and_the_first_who_answers_is_told() -> None:
    book = ready(waves=((ANN, BEN),))
    assert book.asks() == (Place(FIRST, 0, ANN), Place(f"{XFER}-0-1", 0, BEN))
    book.placed()
    assert book.asks() == (Place(f"{XFER}-0-1", 0, BEN),)  # the other one was not recorded before a crash
    book.placed(f"{XFER}-0-1", BEN).moved("answered", f"{XFER}-0-1")
    assert book.asks() == (Drop(FIRST, "cancelled"), Brief(f"{XFER}-0-1"))


@pytest.mark.parametrize(
    ("stages", "wait_s", "outcome"),
    [
        ((), 20 + RING_GRACE_S, "unknown"),
        (("ringing",), 20 + RING_GRACE_S, "no_answer"),
        (("answered",), BRIEFED_WITHIN_S, "agent_lost"),
        (("answered", "briefed"), ANSWERED_WITHIN_S, "silent"),
    ],
)
def test_what_does_not_go_on_is_dropped_in_time(stages: tuple[str, ...], wait_s: float, outcome: str) -> None:
    book = ready().placed()
    for stage in stages:
        book.moved(stage)
    assert book.again_at() == wait_s
    assert all(not isinstance(move, Drop) for move in book.asks(wait_s - 0.1))
    assert book.asks(wait_s) == (Drop(FIRST, outcome),)


def test_a_yes_after_the_end_is_too_late() -> None:
    book = ready().placed().moved("answered").moved("briefed")
    book.note(t.AttemptEnded, attempt_id=FIRST, outcome="silent")
    book.note(t.ConsultAnswered, attempt_id=FIRST, answer="accepted", by="key")
    assert book.asks() == (GiveBack("silent"), Settle("silent"))


@pytest.mark.parametrize("later", ["silent", "declined", "machine"])
def test_the_first_answer_stands_a_click_that_the_agent_did_not_hear(later: t.Answer) -> None:
    book = ready().placed().moved("answered").moved("briefed")
    book.note(t.ConsultAnswered, attempt_id=FIRST, answer="accepted", by="screen")
    assert book.note(t.ConsultAnswered, attempt_id=FIRST, answer=later).asks() == (Join(FIRST),)


@pytest.mark.parametrize("stage", ["ringing", "answered", "briefed"])
def test_a_caller_who_leaves_ends_it_all(stage: str) -> None:
    book = ready().placed().moved(stage).note(LegLeft, ended_by="caller", slug="completed")
    assert book.asks() == (Drop(FIRST, "cancelled"), Settle("caller_left"))


def test_a_transfer_that_is_taken_back_gives_the_caller_back() -> None:
    book = ready().placed().moved("ringing").note(t.TransferCancelled, asked_by="key_1")
    assert book.asks() == (Drop(FIRST, "cancelled"), GiveBack("cancelled"), Settle("cancelled"))


def test_an_agent_who_goes_while_it_tells_the_human_is_followed_by_one_that_begins_again() -> None:
    book = ready().placed().moved("answered").moved("briefed").note(AgentLost, identity="agent-1", reason="left")
    assert book.asks() == (Brief(FIRST),)
    assert book.moved("briefed").note(t.ConsultAnswered, attempt_id=FIRST, answer="accepted").asks() == (Join(FIRST),)


def test_what_is_told_of_another_transfer_changes_nothing() -> None:
    book = ready().placed()
    before = book.story
    book.note(t.AttemptMoved, attempt_id=FIRST, stage="ringing")
    book.facts[-1] = book.facts[-1].model_copy(update={"transfer_id": "xfer_2"})
    assert book.story == before


def test_it_ends_though_nothing_is_ever_reported() -> None:
    book = ready(waves=tuple((ring,) for ring in (ANN, BEN, CAT) * 20))
    assert book.asks(WHOLE_S)[-1] == Settle("no_answer")


class World:
    """Carries out moves, forgets some of them as a crash would, and lets humans do anything."""

    def __init__(self, book: Book, draw: st.DrawFn) -> None:
        self.book, self.draw = book, draw
        self.dialled: list[str] = []
        self.given_back = self.referred = False
        self.crashes = 20

    def run(self) -> None:
        for _ in range(1000):
            if self.book.story.settled:
                return
            moves = self.book.asks()
            for move in moves:
                self.carry_out(move)
                if self.crashes and self.draw(st.integers(0, 9)) == 0:
                    self.crashes -= 1
                    break  # killed here; whoever comes next asks again
            if not moves:
                self.something_happens()
        raise AssertionError("the transfer never ends")

    def carry_out(self, move: Move) -> None:
        book = self.book
        match move:
            case Refer(target):
                assert not self.referred and not book.story.parked
                self.referred = True
                book.note(ReferPlaced, target_id=target)
            case Park():
                book.note(t.CallerParked)
            case Place(name, wave, ring):
                assert name not in self.dialled
                self.dialled.append(name)
                book.placed(name, ring, wave)
            case Brief(name):
                book.moved("briefed", name)
            case Join(name):
                assert not book.story.joined
                book.note(t.TransferJoined, attempt_id=name)
            case Drop(name, outcome):
                book.note(t.AttemptEnded, attempt_id=name, outcome=outcome)
            case GiveBack():
                self.given_back = True
            case Settle(outcome, by):
                book.note(t.TransferSettled, outcome=outcome, by=by)

    def something_happens(self) -> None:
        """A human, the network, the caller or only time; in any order, sensible or not."""
        book, draw = self.book, self.draw
        book.now += draw(st.integers(1, 30))
        name = draw(st.sampled_from([one.id for one in book.story.attempts] or ["xfer_1-9-9"]))
        match draw(st.integers(0, 9)):
            case 0 | 1:
                book.moved(draw(st.sampled_from(["ringing", "answered", "briefed"])), name)
            case 2:
                answer = draw(st.sampled_from(["accepted", "declined", "silent", "machine"]))
                if book.story.attempt(name) and book.story.attempt(name).stage == "briefed":  # type: ignore[union-attr]
                    book.note(t.ConsultAnswered, attempt_id=name, answer=answer)
            case 3:
                book.note(
                    t.AttemptEnded, attempt_id=name, outcome=draw(st.sampled_from(["busy", "left", "unreachable"]))
                )
            case 4 if draw(st.integers(0, 4)) == 0:
                book.note(LegLeft, ended_by="caller", slug="completed")
            case 5 if draw(st.integers(0, 4)) == 0:
                book.note(t.TransferCancelled, asked_by="key_1")
            case 6 if self.referred:
                outcome = draw(st.sampled_from(["success", "failure", "unknown", "refused"]))
                book.note(
                    TransferEnded,
                    outcome=outcome,
                    taken=draw(st.booleans()),
                    sip_code=draw(st.sampled_from([405, 486])),
                )
            case _:
                book.now = max(book.now, book.again_at() or 0.0)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    mode = draw(st.sampled_from(["cold", "warm"]))
    waves = draw(st.lists(st.lists(st.sampled_from([ANN, BEN, CAT]), min_size=1, max_size=3), min_size=1, max_size=4))
    world = World(Book(mode, tuple(tuple(wave) for wave in waves)), draw)
    refers = {"refers": mode == "cold" and draw(st.booleans())}
    world.book.facts[0] = world.book.facts[0].model_copy(update=refers)
    world.run()
    return world


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_whatever_happens_it_ends_nobody_is_dialled_twice_and_one_human_at_most_is_joined(world: World) -> None:
    story = world.book.story
    assert len(world.dialled) == len(set(world.dialled))
    joined = [one for one in story.attempts if one.stage == "joined"]
    if story.by == "refer":
        assert world.referred and story.outcome == "connected" and len(joined) <= 1
    else:
        assert len(joined) == (1 if story.outcome == "connected" else 0)
    assert all(not one.is_open for one in story.attempts)
    if story.outcome not in ("connected", "caller_left"):
        assert world.given_back
