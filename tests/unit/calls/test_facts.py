"""Every fact that a process can report is one that the control plane takes."""

from __future__ import annotations

from typing import get_args

import pytest

from gateway.calls import facts, reported_facts


def reported() -> list[type[facts.Fact]]:
    return [kind for kind in facts.Fact.__subclasses__() if kind.__module__ == facts.__name__]


@pytest.mark.parametrize("kind", reported(), ids=lambda kind: kind.__name__)
def test_a_fact_can_be_reported(kind: type[facts.Fact]) -> None:
    union, _ = get_args(reported_facts.AnyFact)
    assert kind in get_args(union)
