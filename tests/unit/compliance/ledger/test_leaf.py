"""An entry as it is hashed: nothing personal is in it, and it says when the clock went back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compliance.ledger.commitments import Kept, commitment, opens
from compliance.ledger.leaf import Leaf, behind_ms, leaf_text, read_leaf, without_digits

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_it_reads_as_it_was_written() -> None:
    leaf = Leaf(
        7, "evt_1", NOON, "dial", "agt_1", None, {"verdict": "accept", "n": [1]}, {"dnis": "00"}, behind_ms=1500
    )
    assert read_leaf(leaf_text(leaf)) == leaf
    assert '"at":"2026-11-20T12:00:00.000000Z"' in leaf_text(leaf)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "7", '{"v":2}', leaf_text(Leaf(7, "e", NOON, "k", "a", None, {}, {}, v=9))]
)
def test_what_is_no_entry_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_leaf(text)


def test_what_looks_like_a_number_does_not_get_in() -> None:
    facts = {
        "a": "+15105550100", "b": ["call 5105550100 now"], "c": {"d": "4111111111111111"},
        "at": "2026-11-20T12:00:00.123456Z", "rule": "us-ca 2026-01-01", "id": "key_1234567890123456", "n": 12345678,
    }  # fmt: skip
    masked = without_digits(facts)
    assert masked == facts | {"a": "‹number›", "b": ["call ‹number› now"], "c": {"d": "‹number›"}}


@pytest.mark.parametrize(("step", "told"), [(5.0, 0), (0.0, 0), (-0.999, 0), (-1.0, 1000), (-3600.0, 3_600_000)])
def test_a_step_back_of_a_second_is_told(step: float, told: int) -> None:
    assert behind_ms(NOON, NOON + timedelta(seconds=step)) == told
    assert behind_ms(None, NOON) == 0


def test_a_commitment_opens_with_its_salt_value_and_name_alone() -> None:
    kept = Kept("ab" * 32, '"+15105550100"')
    committed = commitment("dnis", kept)
    assert opens("dnis", kept, committed)
    assert not opens("ani", kept, committed)
    assert not opens("dnis", Kept("ac" * 32, kept.value), committed)
    assert not opens("dnis", Kept(kept.salt, '"+15105550101"'), committed)
    assert not opens("dnis", Kept("no hex", kept.value), committed)
