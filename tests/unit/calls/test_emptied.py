"""Every fact can be read from the log after its personal part was emptied: no field of one asks for a text."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from compliance.privacy.person import emptied
from gateway.calls.call import CallPii
from gateway.calls.facts import Fact
from gateway.calls.own_facts import AdmissionDecided


def subclasses(kind: type[Fact]) -> set[type[Fact]]:
    return {kind, *(deeper for one in kind.__subclasses__() for deeper in subclasses(one))}


def personal_parts() -> list[type[BaseModel]]:
    kinds = {one.model_fields["pii"].annotation for one in subclasses(Fact) if "pii" in one.model_fields}
    models = {one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)}
    return sorted({*models, CallPii}, key=lambda one: one.__name__)


@pytest.mark.parametrize("part", personal_parts(), ids=lambda one: one.__name__)
def test_an_emptied_part_is_read_and_says_nothing(part: type[BaseModel]) -> None:
    kept = emptied(dict.fromkeys(part.model_fields, "+15105550111"))
    read = part.model_validate(kept)
    assert set(read.model_dump().values()) == {""}


def test_the_parts_of_admissions_and_words_are_among_them() -> None:
    names = {one.__name__ for one in personal_parts()}
    assert {"NumbersPii", "WordsPii", "DigitPii", "AnswerPii"} <= names
    assert AdmissionDecided in subclasses(Fact)
