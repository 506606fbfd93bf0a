"""What a person types about a call is kept without card numbers, and never longer than it may be."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from compliance.redaction.typed import LONGEST, Typed
from gateway.supervision.schemas import NoteAsked
from gateway.transfers.call_schemas import TransferAsked

CARD = "4111 1111 1111 1111"
typed = TypeAdapter(Typed)


@pytest.mark.parametrize("asked", [NoteAsked(text=f"take {CARD}"), TransferAsked(to="tgt_1", note=f"take {CARD}")])
def test_a_card_number_in_a_note_goes(asked: NoteAsked | TransferAsked) -> None:
    assert "1111" not in asked.model_dump_json()


def test_labels_do_not_make_it_longer_than_it_may_be() -> None:
    assert len(typed.validate_python("cvv 123 " * (LONGEST // 8))) == LONGEST


def test_what_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValidationError, match="at most 2000 characters"):
        typed.validate_python("4111 " * LONGEST)
