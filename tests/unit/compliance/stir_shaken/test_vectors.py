"""The vectors made for this verifier: each comes to the verdict that was written down for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance.stir_shaken.vectors import Outcome, run_vectors, without_profile
from tests import stir

FILE = json.loads((Path(stir.__file__).parent / "vectors" / "made-here.json").read_text())
OUTCOMES = list(run_vectors(FILE))


@pytest.mark.parametrize("outcome", OUTCOMES, ids=[f"{one.name}-{one.profile}" for one in OUTCOMES])
def test_a_vector_comes_to_the_verdict_that_was_written_down(outcome: Outcome) -> None:
    assert outcome.found == outcome.expected, outcome.sentence
    assert not outcome.fetched_wrongly


def test_every_vector_is_run_for_each_profile_that_this_verifier_has() -> None:
    assert {one.name for one in OUTCOMES} == {one["id"] for one in FILE["vectors"]}
    assert (len(FILE["vectors"]), len(OUTCOMES)) == (65, 66)
    assert without_profile(FILE) == ["compact-form (rfc8224)"]


def test_a_verdict_that_is_not_the_expected_one_differs() -> None:
    vector = next(one for one in FILE["vectors"] if one["id"] == "valid-A")
    wrong = vector | {"expect": vector["expect"] | {"verstat": "TN-Validation-Failed"}}
    assert [one.matches for one in run_vectors(FILE | {"vectors": [vector, wrong]})] == [True, False]


def test_an_address_that_must_not_be_asked_and_is_differs_although_the_verdict_fits() -> None:
    vector = next(one for one in FILE["vectors"] if one["id"] == "valid-A")
    (outcome,) = run_vectors(FILE | {"vectors": [vector | {"must_not_fetch": True}]})
    assert outcome.found == outcome.expected and not outcome.matches
