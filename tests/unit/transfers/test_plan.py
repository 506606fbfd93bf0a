"""Who is rung, in which order, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.transfers.plan import MOST_ATTEMPTS, attempts
from gateway.transfers.target import Kind, Strategy, Target

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def person(name: str, **fields: Any) -> Target:
    """At an address of their own."""
    return Target(**{"id": f"tgt_{name}", "kind": "operator", "identity": name, **fields})


def team(*members: Target, strategy: Strategy = "in_order", **fields: Any) -> Target:
    return Target(
        id="tgt_team", kind="team", members=tuple(one.id for one in members), strategy=strategy, **fields
    )  # fmt: skip


def rung(*asked: Any, **named: Any) -> list[list[str]]:
    """The names of each wave."""
    return [[ring.target_id.removeprefix("tgt_") for ring in wave] for wave in attempts(*asked, **named)]


ANN, BEN, CAT = (
    person("ann", skills=("billing",)),
    person("ben", ring_s=40),
    person("cat", skills=("billing", "french")),
)


def test_a_person_is_rung_alone_for_their_own_time() -> None:
    (wave,) = attempts(BEN, (), {})
    assert [(ring.target_id, ring.ring_s) for ring in wave] == [("tgt_ben", 40)]


def test_a_team_is_rung_one_after_the_other_in_its_own_order() -> None:
    assert rung(team(CAT, ANN, BEN), (ANN, BEN, CAT), {}) == [["cat"], ["ann"], ["ben"]]


def test_a_team_that_wants_it_is_rung_all_at_once() -> None:
    everybody = team(ANN, BEN, CAT, strategy="all_at_once")
    (wave,) = attempts(everybody, (CAT, BEN, ANN), {})
    assert [(ring.target_id, ring.ring_s) for ring in wave] == [("tgt_ann", 25), ("tgt_ben", 40), ("tgt_cat", 25)]


def test_who_has_waited_longest_is_rung_first_and_who_never_had_a_call_before_all() -> None:
    dan = person("dan")
    waiting = team(ANN, BEN, CAT, dan, strategy="longest_idle")
    idle_since = {"tgt_ann": NINE, "tgt_ben": NINE - timedelta(hours=1), "tgt_cat": None}
    assert rung(waiting, (ANN, BEN, CAT, dan), idle_since) == [["cat"], ["dan"], ["ben"], ["ann"]]


def test_equally_idle_ones_keep_the_order_of_the_team() -> None:
    waiting = team(CAT, ANN, BEN, strategy="longest_idle")
    assert rung(waiting, (ANN, BEN, CAT), dict.fromkeys(("tgt_ann", "tgt_ben", "tgt_cat"), NINE)) == [
        ["cat"], ["ann"], ["ben"],
    ]  # fmt: skip


def test_idleness_does_not_change_the_order_of_a_team_that_has_one() -> None:
    assert rung(team(ANN, BEN), (ANN, BEN), {"tgt_ann": NINE}) == [["ann"], ["ben"]]


@pytest.mark.parametrize("strategy", ["in_order", "all_at_once", "longest_idle"])
def test_only_who_has_the_wanted_skill_is_rung(strategy: Strategy) -> None:
    everybody = team(ANN, BEN, CAT, strategy=strategy)
    names = [name for wave in rung(everybody, (ANN, BEN, CAT), {}, "billing") for name in wave]
    assert names == ["ann", "cat"]
    assert rung(everybody, (ANN, BEN, CAT), {}, "french") == [["cat"]]
    assert rung(everybody, (ANN, BEN, CAT), {}, "plumbing") == []


def test_a_person_without_the_wanted_skill_is_not_rung() -> None:
    assert rung(ANN, (), {}, "billing") == [["ann"]]
    assert rung(BEN, (), {}, "billing") == []


@pytest.mark.parametrize("strategy", ["in_order", "all_at_once", "longest_idle"])
def test_who_is_switched_off_is_left_out(strategy: Strategy) -> None:
    off = person("off", enabled=False)
    everybody = team(off, BEN, strategy=strategy)
    assert rung(everybody, (off, BEN), {}) == [["ben"]]
    assert rung(off, (), {}) == []
    assert rung(team(off, strategy=strategy), (off,), {}) == []


def test_a_team_that_is_switched_off_rings_nobody() -> None:
    assert rung(team(ANN, BEN, enabled=False), (ANN, BEN), {}) == []


def test_a_member_that_is_gone_or_a_team_is_left_out() -> None:
    inner = Target(id="tgt_inner", kind="team", members=("tgt_ann",))
    assert rung(team(CAT, inner, ANN), (inner, ANN), {}) == [["ann"]]


def test_who_is_no_member_is_never_rung() -> None:
    assert rung(team(ANN), (ANN, BEN), {}) == [["ann"]]


def test_one_phone_under_two_names_is_rung_once() -> None:
    desk = person("desk", kind="phone", identity="", number="+15105550100")
    again = person("again", kind="phone", identity="", number="+15105550100")
    other = person("other", kind="phone", identity="", number="+15105550101")
    both = team(desk, again, other, strategy="all_at_once")
    assert rung(both, (desk, again, other), {}) == [["desk", "other"]]


@pytest.mark.parametrize("strategy", ["in_order", "all_at_once", "longest_idle"])
def test_no_more_than_the_most_attempts_are_made(strategy: Strategy) -> None:
    off = person("off", enabled=False)
    many = [person(f"p{n}") for n in range(MOST_ATTEMPTS + 5)]
    names = [name for wave in rung(team(off, *many, strategy=strategy), (off, *many), {}) for name in wave]
    assert names == [f"p{n}" for n in range(MOST_ATTEMPTS)]


@pytest.mark.parametrize(("kind", "detects"), [("operator", False), ("phone", True)])
def test_nobody_at_a_browser_is_taken_for_a_machine(kind: Kind, detects: bool) -> None:
    person = Target("tgt_1", kind, number="+15105550100" if kind == "phone" else "", identity="ana")
    assert attempts(person, (), {})[0][0].voicemail_detection is detects
