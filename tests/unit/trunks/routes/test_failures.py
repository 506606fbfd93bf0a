"""What a final response says about the trunk, for every status that an RFC defines."""

from __future__ import annotations

import pytest

from trunks.routes.failures import CLASSES, FailureClass, class_of, words_for


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((408, 429, 430, 481, 482, 483, 500, 501, 502, 503, 504, 580), "next"),
        ((400, 401, 402, 403, 405, 407, 415, 416, 420, 421, 428, 436, 437, 438, 488, 493, 494, 505, 513), "ours"),
        ((404, 410, 480, 484, 485, 486, 487, 600, 603, 604, 606, 607, 608), "final"),
    ],
)
def test_each_status_has_its_class(codes: tuple[int, ...], expected: FailureClass) -> None:
    assert {code: class_of(code) for code in codes} == dict.fromkeys(codes, expected)


@pytest.mark.parametrize(
    ("code", "like"), [(302, 300), (380, 300), (499, 400), (418, 400), (555, 500), (599, 500), (699, 600)]
)
def test_a_status_that_nobody_knows_counts_as_the_first_of_its_class(code: int, like: int) -> None:
    assert code not in CLASSES and class_of(code) == class_of(like)


def test_no_answer_of_a_callee_sends_a_call_elsewhere() -> None:
    """6xx is everybody's answer (RFC 3261 §21.6); busy, gone and cancelled are the callee's."""
    assert {class_of(code) for code in range(600, 700)} == {"final"}


@pytest.mark.parametrize("code", sorted(code for code, kind in CLASSES.items() if kind != "final"))
def test_what_failed_is_said_in_words_with_the_status(code: int) -> None:
    words = words_for(code)
    assert words.endswith(f"({code})") and len(words) < 200
    if class_of(code) == "ours" and code not in (401, 402, 403, 407, 488):
        assert "set up wrongly" in words
