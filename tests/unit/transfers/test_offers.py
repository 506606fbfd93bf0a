"""Offers as the record tells them: open or not, and what it means that somebody is in the room, or is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.calls import transfer_facts as t
from gateway.calls.call import Call
from gateway.calls.facts import Fact
from gateway.calls.offer_facts import OfferMade, OfferPii, OfferTaken
from gateway.kernel.errors import Conflict, NotAllowed
from gateway.transfers.offers import Offer, check_consulted, check_open, check_yours, is_busy, meaning_of, offers_of
from tests.unit.transfers.test_moves import FIRST, T0, XFER, Book, ready

CALL = Call(id="call_1", created_at=T0, transfer=XFER)


def offered(book: Book | None = None, at: float = 0.0) -> Book:
    book = (book or ready()).placed()
    book.now = at
    book.note(OfferMade, attempt_id=FIRST, pii=OfferPii(identity="ana"))
    return book.moved("ringing")


def taken() -> Book:
    return offered().note(OfferTaken, attempt_id=FIRST, key_id="key_1")


def of(book: Book, **call: Any) -> Offer:
    return offers_of(CALL.model_copy(update=call), book.facts)[0]


def opens(offer: Offer, at: float) -> bool:
    return offer.is_open(T0 + timedelta(seconds=at))


def test_an_offer_is_open_for_its_ring_time() -> None:
    offer = of(offered(at=2.0))
    assert opens(offer, 2) and opens(offer, 21.9) and not opens(offer, 22)
    check_open(offer, T0 + timedelta(seconds=5))
    check_yours(offer, "ana")
    with pytest.raises(NotAllowed):
        check_yours(offer, "ben")


OVER: list[tuple[type[Fact], dict[str, Any]]] = [
    (OfferTaken, {"attempt_id": FIRST, "key_id": "key_1"}),
    (t.AttemptEnded, {"attempt_id": FIRST, "outcome": "cancelled"}),
    (t.AttemptMoved, {"attempt_id": FIRST, "stage": "answered"}),
    (t.TransferCancelled, {"asked_by": "key_1"}),
    (t.TransferJoined, {"attempt_id": f"{XFER}-0-1"}),
    (t.TransferSettled, {"outcome": "no_answer"}),
]


@pytest.mark.parametrize(("kind", "fields"), OVER)
def test_what_was_taken_or_is_over_cannot_be_taken(kind: type[Fact], fields: dict[str, Any]) -> None:
    offer = of(offered().note(kind, **fields))
    assert not opens(offer, 1)
    with pytest.raises(Conflict):
        check_open(offer, T0)


def test_a_call_without_offers_has_none_and_what_names_no_transfer_is_passed_over() -> None:
    assert offers_of(CALL, ready().placed().facts) == []
    assert offers_of(CALL, offered().facts[-2:]) == []


@pytest.mark.parametrize(
    ("book", "call", "there", "gone"),
    [
        (offered(), {}, "stranger", None),
        (taken(), {}, "answered", None),
        (taken().moved("answered"), {}, None, "left"),
        (taken().moved("answered").moved("briefed"), {}, None, "left"),
        (taken().moved("answered").note(t.TransferJoined, attempt_id=FIRST), {"human": XFER}, None, "human_left"),
        (taken().moved("answered").note(t.TransferJoined, attempt_id=FIRST), {"human": ""}, "stranger", None),
        (taken().moved("answered").note(t.TransferJoined, attempt_id=FIRST), {"human": "xfer_2"}, "stranger", None),
        (taken().note(t.AttemptEnded, attempt_id=FIRST, outcome="no_answer"), {}, "stranger", None),
        (taken().note(t.TransferCancelled, asked_by="key_1"), {}, "stranger", None),
    ],
)
def test_what_it_means_that_somebody_is_there_or_not(
    book: Book, call: dict[str, Any], there: str | None, gone: str | None
) -> None:
    offer = of(book, **call)
    assert (meaning_of(offer, present=True), meaning_of(offer, present=False)) == (there, gone)


def test_who_has_no_offer_is_a_stranger() -> None:
    assert (meaning_of(None, present=True), meaning_of(None, present=False)) == ("stranger", None)


def test_busy_is_who_is_on_the_way_to_a_call_or_on_it() -> None:
    assert not is_busy("ana", [of(offered())])
    assert is_busy("ana", [of(taken())]) and not is_busy("ben", [of(taken())])
    joined = taken().moved("answered").note(t.TransferJoined, attempt_id=FIRST)
    assert is_busy("ana", [of(joined, human=XFER)]) and not is_busy("ana", [of(joined)])


def test_only_a_warm_transfer_asks_and_only_who_is_there() -> None:
    check_consulted(of(taken().moved("answered")))
    check_consulted(of(taken().moved("answered").moved("briefed")))
    for book in (taken(), taken().moved("answered").note(t.ConsultAnswered, attempt_id=FIRST, answer="accepted")):
        with pytest.raises(Conflict):
            check_consulted(of(book))
    with pytest.raises(Conflict) as cold:
        check_consulted(of(offered(ready("cold")).note(OfferTaken, attempt_id=FIRST, key_id="k").moved("answered")))
    assert cold.value.code == "offer.cold"
