"""A cold transfer that begins with a REFER: done without us, or gone on with as a bridge; never sent twice."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.calls import transfer_facts as t
from gateway.calls.facts import LegLeft, TransferEnded
from gateway.calls.refer_facts import ReferEnded, ReferPlaced
from gateway.transfers.moves import REFERRED_WITHIN_S, Drop, GiveBack, Park, Place, Refer, Settle
from tests.unit.transfers.test_moves import ANN, FIRST, Book


def referring(**fields: Any) -> Book:
    book = Book("cold")
    book.facts[0] = book.facts[0].model_copy(update={"refers": True})
    return book.note(ReferPlaced, target_id="tgt_x", **fields)


def told_by_node(book: Book, outcome: str, **fields: Any) -> Book:
    """The node names a transfer by itself."""
    book.note(TransferEnded, outcome=outcome, **fields)
    book.facts[-1] = book.facts[-1].model_copy(update={"transfer_id": "xfer_of_the_node"})
    return book


def test_a_refer_is_tried_before_the_caller_is_parked_and_done_is_connected_without_us() -> None:
    book = Book("cold")
    book.facts[0] = book.facts[0].model_copy(update={"refers": True})
    assert book.asks() == (Refer("tgt_x"),)
    assert book.note(ReferPlaced, target_id="tgt_x").asks() == ()
    assert book.again_at() == REFERRED_WITHIN_S
    assert told_by_node(book, "success").asks() == (Settle("connected", by="refer"),)
    assert book.note(t.TransferSettled, outcome="connected", by="refer").asks() == ()
    assert book.story.by == "refer"


def test_a_phone_that_leaves_because_it_was_transferred_has_gone_there() -> None:
    book = referring().note(LegLeft, ended_by="caller", slug="transferred")
    assert book.asks() == (Settle("connected", by="refer"),)
    assert referring().note(LegLeft, ended_by="caller", slug="completed").asks() == (Settle("caller_left"),)


@pytest.mark.parametrize(
    "told",
    [
        {"outcome": "failure", "sip_code": 405},
        {"outcome": "failure", "sip_code": 603},
        {"outcome": "failure", "sip_code": 404, "taken": True},
        {"outcome": "refused", "sip_code": 403},
        {"outcome": "unknown"},
    ],
)
def test_what_a_refer_did_not_do_is_done_by_a_bridge_and_it_is_never_sent_again(told: dict[str, Any]) -> None:
    book = told_by_node(referring(), **told)
    assert book.asks() == (Park(),)
    assert book.note(t.CallerParked).asks() == (Place(FIRST, 0, ANN),)


@pytest.mark.parametrize(("code", "outcome"), [(486, "busy"), (480, "no_answer"), (603, "declined")])
def test_a_human_who_said_no_to_the_phone_is_not_asked_again_by_us(code: int, outcome: t.TransferOutcome) -> None:
    book = told_by_node(referring(), "failure", sip_code=code, taken=True)
    assert book.asks() == (GiveBack(outcome), Settle(outcome))


def test_nobody_who_tells_in_time_means_a_bridge_and_a_late_success_ends_it() -> None:
    book = referring()
    assert book.asks(REFERRED_WITHIN_S - 0.1) == ()
    assert book.asks(REFERRED_WITHIN_S) == (Park(),)
    book.note(t.CallerParked).placed().moved("ringing")
    told_by_node(book, "success")
    assert book.asks() == (Drop(FIRST, "cancelled"), Settle("connected", by="refer"))


def test_what_livekit_tells_of_a_refer_counts_as_well_and_what_is_told_first_stands() -> None:
    assert referring().note(ReferEnded, outcome="done").asks() == (Settle("connected", by="refer"),)
    book = (
        referring().note(ReferEnded, outcome="refused", sip_code=405).note(ReferEnded, outcome="failed", sip_code=486)
    )
    assert book.asks() == (Park(),)
