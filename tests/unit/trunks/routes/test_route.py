"""By which trunks a number is called: the order, and a reason for each route."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunks.routes.route import Choice, Route, Way, choices

LONDON = "+442071234567"
ALL, GB, LON = (
    Route("rte_1", "everything", "", "trk_a", 100),
    Route("rte_2", "Britain", "44", "trk_b", 100),
    Route("rte_3", "London", "4420", "trk_c", 100),
)
WAYS = {name: Way(f"trk_{name[-1]}", f"carrier {name[-1]}") for name in ("trk_a", "trk_b", "trk_c")}


def used(found: tuple[Choice, ...]) -> list[str]:
    return [one.way.trunk_id for one in found if one.used]


def why_not(found: tuple[Choice, ...], route: Route) -> str:
    return next(one.reason for one in found if one.route.id == route.id and not one.used)


def test_the_longest_prefix_comes_first_and_shorter_ones_stand_behind_it() -> None:
    found = choices(LONDON, [ALL, GB, LON], WAYS)
    assert used(found) == ["trk_c", "trk_b", "trk_a"]
    assert "+4420" in found[0].reason and "every number" in found[2].reason


def test_of_one_prefix_the_lower_priority_comes_first_then_the_older_route() -> None:
    first, second = replace(GB, id="rte_9", trunk_id="trk_c", priority=1), GB
    assert used(choices(LONDON, [second, first], WAYS)) == ["trk_c", "trk_b"]
    older = replace(GB, id="rte_0", trunk_id="trk_a")
    assert used(choices(LONDON, [second, older], WAYS)) == ["trk_a", "trk_b"]


def test_a_prefix_counts_before_a_priority() -> None:
    assert used(choices(LONDON, [replace(ALL, priority=0), GB], WAYS)) == ["trk_b", "trk_a"]


def test_a_route_for_other_numbers_says_so() -> None:
    found = choices("+4930123456", [GB, ALL], WAYS)
    assert used(found) == ["trk_a"]
    assert why_not(found, GB) == "the number does not begin with +44"


def test_a_trunk_has_one_turn() -> None:
    again = replace(ALL, trunk_id="trk_b")
    found = choices(LONDON, [GB, again], WAYS)
    assert used(found) == ["trk_b"]
    assert "its turn already" in why_not(found, again)


@pytest.mark.parametrize(
    ("route", "way", "words"),
    [
        (replace(GB, enabled=False), WAYS["trk_b"], "route is switched off"),
        (GB, replace(WAYS["trk_b"], enabled=False), "trunk is switched off"),
        (GB, replace(WAYS["trk_b"], provisioned=False), "not in LiveKit"),
        (GB, replace(WAYS["trk_b"], circuit="open", why="the carrier takes no calls now (503)"), "(503)"),
    ],
)
def test_what_stands_against_a_trunk_is_said_and_the_next_one_takes_its_turn(
    route: Route, way: Way, words: str
) -> None:
    found = choices(LONDON, [route, ALL], WAYS | {"trk_b": way})
    assert used(found) == ["trk_a"]
    assert words in why_not(found, route)


def test_a_trunk_whose_route_is_off_keeps_its_turn_for_another_route() -> None:
    assert used(choices(LONDON, [replace(LON, trunk_id="trk_b", enabled=False), GB], WAYS)) == ["trk_b"]


def test_what_was_tried_is_not_tried_again() -> None:
    found = choices(LONDON, [ALL, GB, LON], WAYS, tried=("trk_c",))
    assert used(found) == ["trk_b", "trk_a"]
    assert "already" in why_not(found, LON)


def test_a_half_open_trunk_keeps_its_place_and_is_said_to_be_tried() -> None:
    found = choices(LONDON, [GB, ALL], WAYS | {"trk_b": replace(WAYS["trk_b"], circuit="half_open")})
    assert used(found) == ["trk_b", "trk_a"] and "tries whether it works" in found[0].reason


@given(
    st.lists(st.tuples(st.text("0123456789", max_size=4), st.sampled_from(sorted(WAYS)), st.integers(0, 3)), max_size=8)
)
def test_every_route_is_told_once_and_every_trunk_is_used_at_most_once(raw: list[tuple[str, str, int]]) -> None:
    routes = [Route(f"rte_{n}", "r", prefix, trunk, priority) for n, (prefix, trunk, priority) in enumerate(raw)]
    found = choices(LONDON, routes, WAYS)
    assert sorted(one.route.id for one in found) == sorted(one.id for one in routes)
    assert len(used(found)) == len(set(used(found)))
    assert all(one.reason for one in found)
    prefixes = [len(one.route.prefix) for one in found if one.used]
    assert prefixes == sorted(prefixes, reverse=True)
    assert [one.used for one in found] == sorted((one.used for one in found), reverse=True)
