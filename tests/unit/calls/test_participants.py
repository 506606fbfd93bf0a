"""Whoever speaks may say who may hear it; what cannot be read is heard by nobody."""

from __future__ import annotations

import pytest

from gateway.calls.participants import HEARD_BY, may_hear


def test_who_says_nothing_is_heard_by_all() -> None:
    assert may_hear({}, "sip_1")
    assert may_hear({"gateway.role": "supervisor"}, "")


@pytest.mark.parametrize("named", ["human-1", " human-1 ", "human-2,human-1", "human-1, human-2"])
def test_who_is_named_hears(named: str) -> None:
    assert may_hear({HEARD_BY: named}, "human-1")


@pytest.mark.parametrize(
    ("named", "listener"),
    [
        ("human-1", "sip_1"),
        ("human-1", "human-10"),
        ("human-1", "HUMAN-1"),
        ("all", "sip_1"),
        ("*", "sip_1"),
        ("", "sip_1"),
        ("", ""),
        (",", "sip_1"),
        ("sip_1,", "sip_1"),
        ("sip_1,,human-1", "sip_1"),
        (",".join(["sip_1", *(f"human-{n}" for n in range(100))]), "sip_1"),
    ],
)
def test_nobody_else_does_and_what_cannot_be_read_names_nobody(named: str, listener: str) -> None:
    assert not may_hear({HEARD_BY: named}, listener)
