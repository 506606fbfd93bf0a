"""What is different between two versions: by field path, and by name in lists of things that have one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.demo_profile import DEMO_PROFILE
from agents.drafting import filled
from agents.version_changes import changes

HOURS: dict[str, Any] = {"intent": "opening_hours", "phrases": ["are you open"], "say": "From nine to five."}
BILL: dict[str, Any] = {"intent": "pay_bill", "phrases": ["pay"], "say": "Which account?"}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [(one.field, one.kind, one.before, one.after) for one in changes(before, after)]


def test_a_field_is_changed_added_and_removed_with_both_values() -> None:
    before, after = {"greeting": "Hello", "gone": 1, "same": []}, {"greeting": "Good day", "same": [], "new": None}
    assert told(before, after) == [
        ("greeting", "changed", "Hello", "Good day"), ("gone", "removed", 1, None), ("new", "added", None, None),
    ]  # fmt: skip


def test_an_entry_is_compared_with_the_one_of_its_name_and_not_with_its_neighbour() -> None:
    later = HOURS | {"say": "From ten to five."}
    assert told({"dialogue": [BILL, HOURS]}, {"dialogue": [later]}) == [
        ("dialogue.pay_bill", "removed", BILL, None),
        ("dialogue.opening_hours.say", "changed", "From nine to five.", "From ten to five."),
    ]
    assert told({"dialogue": []}, {"dialogue": [BILL]}) == [("dialogue.pay_bill", "added", None, BILL)]


def test_another_order_is_told_once_by_names() -> None:
    assert told({"dialogue": [BILL, HOURS]}, {"dialogue": [HOURS, BILL]}) == [
        ("dialogue", "moved", ["pay_bill", "opening_hours"], ["opening_hours", "pay_bill"])
    ]


def test_what_came_or_went_between_two_entries_has_not_moved_them() -> None:
    new = HOURS | {"intent": "parking"}
    assert [one.kind for one in changes({"dialogue": [BILL, HOURS]}, {"dialogue": [BILL, new, HOURS]})] == ["added"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["pay"], ["pay", "bill"]),
        ([BILL], [BILL, BILL]),
        ([BILL], [BILL | {"intent": 5}]),
        ([HOURS], "none"),
        (True, 1),
        (1, 2),
    ],
)
def test_what_has_no_names_of_its_own_is_compared_as_a_whole(before: Any, after: Any) -> None:
    assert told({"x": before}, {"x": after}) == [("x", "changed", before, after)]


def test_objects_are_gone_into() -> None:
    before = {"tools": [{"name": "crm", "http": {"method": "GET", "query": {"a": "1"}}}]}
    after = {"tools": [{"name": "crm", "http": {"method": "GET", "query": {"a": "2"}}}]}
    assert told(before, after) == [("tools.crm.http.query.a", "changed", "1", "2")]


def test_what_is_left_out_and_what_is_written_as_it_would_be_anyway_are_the_same() -> None:
    whole = filled(DEMO_PROFILE)
    assert changes(filled(DEMO_PROFILE), whole) == [] and "max_turn_wait_s" in whole


def test_one_fault_in_a_draft_does_not_make_all_of_it_look_different() -> None:
    """A draft that is no agent yet is filled entry by entry."""
    entries = [entry for entry in DEMO_PROFILE["dialogue"] if entry["intent"] != "pay_bill"]
    wrong = DEMO_PROFILE | {"greeting": "", "dialogue": [{"intent": "pay_bill"}, *entries]}
    found = changes(filled(DEMO_PROFILE), filled(wrong))
    assert {one.field for one in found if one.kind != "removed"} == {"greeting"}
    assert {one.field for one in found if one.kind == "removed"} == {
        f"dialogue.pay_bill.{name}" for name in ("phrases", "say", "tool", "ask_digits", "personal")
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "intent", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)
CONTENT = st.dictionaries(st.sampled_from(["dialogue", "greeting", "x"]), JSON, max_size=3)


@given(CONTENT, CONTENT)
def test_nothing_is_told_of_what_is_the_same_and_something_of_what_is_not(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert changes(before, before) == []
    if before != after:
        assert changes(before, after)


@given(CONTENT, CONTENT)
def test_the_way_back_is_the_same_way(before: dict[str, Any], after: dict[str, Any]) -> None:
    there, back = changes(before, after), changes(after, before)
    turned = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    assert sorted((one.field, one.kind) for one in there) == sorted((one.field, turned[one.kind]) for one in back)
