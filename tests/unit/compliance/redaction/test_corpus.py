"""A part of the corpus that the figures are measured on: no number is left, hardly anything else is taken."""

from __future__ import annotations

import pytest

from tests.redaction.checking import outcome
from tests.redaction.corpus import conversations

TALKS = 1500


def test_the_same_seed_gives_the_same_talks() -> None:
    assert list(conversations(50, 3)) == list(conversations(50, 3))
    assert list(conversations(50, 3)) != list(conversations(50, 4))


@pytest.mark.parametrize("seed", [1, 2])
def test_no_card_number_stays_in_what_people_say(seed: int) -> None:
    talks = conversations(TALKS, seed, innocents=0)
    left = [(talk.kind, talk.language, [turn.text for turn in talk.turns]) for talk in talks if outcome(talk).left]
    assert not left


def test_hardly_a_number_of_another_kind_is_taken() -> None:
    taken = [talk for talk in conversations(TALKS, 5, innocents=1) if outcome(talk).taken]
    assert len(taken) <= TALKS // 100
