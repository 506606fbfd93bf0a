"""Who may send a caller where; and nobody is sent to their own phone."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.auth.scopes import Role
from gateway.transfers.permission import may_send, same_party
from gateway.transfers.target import Target

AGENT = "agt_reception"


def target(**fields: Any) -> Target:
    return Target(**{"id": "tgt_ann", "kind": "phone", "name": "Ann", "number": "+15105550100", **fields})


def code(refusal: Any) -> str | None:
    return refusal.code if refusal else None


def test_no_agent_may_send_until_it_is_named() -> None:
    assert code(may_send(target(), by_agent=AGENT)) == "forbidden"
    assert code(may_send(target(allowed_agents=("agt_other",)), by_agent=AGENT)) == "forbidden"
    assert may_send(target(allowed_agents=("agt_other", AGENT)), by_agent=AGENT) is None


@pytest.mark.parametrize(("role", "expected"), [(Role.VIEWER, "forbidden"), (Role.OPERATOR, None), (Role.ADMIN, None)])
def test_operators_and_administrators_may_send_and_viewers_may_not(role: Role, expected: str | None) -> None:
    assert code(may_send(target(), by_role=role)) == expected


@pytest.mark.parametrize("role", list(Role))
def test_a_target_for_agents_only_takes_nothing_from_people(role: Role) -> None:
    assert code(may_send(target(operators_may_send=False), by_role=role)) == "forbidden"


def test_the_permission_of_people_is_none_for_agents_nor_the_other_way_round() -> None:
    assert code(may_send(target(operators_may_send=True), by_agent=AGENT)) == "forbidden"
    open_to_agent = target(operators_may_send=False, allowed_agents=(AGENT,))
    assert code(may_send(open_to_agent, by_role=Role.ADMIN)) == "forbidden"
    assert code(may_send(open_to_agent, by_agent=AGENT, by_role=Role.VIEWER)) == "forbidden"


def test_nobody_at_all_may_not_send() -> None:
    assert code(may_send(target(allowed_agents=(AGENT,)))) == "forbidden"
    assert code(may_send(target(allowed_agents=("",)), by_agent=AGENT)) == "forbidden"


def test_a_target_that_is_not_there_is_unknown() -> None:
    assert code(may_send(None, by_agent=AGENT)) == "unknown"
    assert code(may_send(None, by_role=Role.ADMIN)) == "unknown"


def test_who_may_is_told_that_it_is_switched_off_and_who_may_not_is_not() -> None:
    off = target(enabled=False, allowed_agents=(AGENT,))
    assert code(may_send(off, by_agent=AGENT)) == "disabled"
    assert code(may_send(off, by_role=Role.OPERATOR)) == "disabled"
    assert code(may_send(off, by_agent="agt_other")) == "forbidden"


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        ("+15105550100", {}),
        ("15105550100", {}),
        ("+1 (510) 555-0100", {}),
        ("+15105550100", {"kind": "sip", "number": "", "uri": "sip:+15105550100@carrier.example"}),
        ("2000", {"kind": "sip", "number": "", "uri": "sip:2000@pbx.example"}),
        ("alice", {"kind": "sip", "number": "", "uri": "sip:alice@pbx.example;transport=tcp"}),
    ],
)
def test_a_caller_is_not_sent_to_their_own_phone(number: str, fields: dict[str, Any]) -> None:
    assert code(same_party(number, target(**fields))) == "same_party"


@pytest.mark.parametrize(
    ("number", "fields"),
    [
        ("+15105550101", {}),
        ("anonymous", {}),
        ("", {}),
        ("2001", {"kind": "sip", "number": "", "uri": "sip:2000@pbx.example"}),
        ("", {"kind": "operator", "number": "", "identity": "ann"}),
        ("ann", {"kind": "operator", "number": "", "identity": "ann"}),
        ("", {"kind": "team", "number": "", "members": ("tgt_ben",)}),
    ],
)
def test_everybody_else_is(number: str, fields: dict[str, Any]) -> None:
    assert same_party(number, target(**fields)) is None


def test_a_refusal_tells_neither_name_nor_number() -> None:
    off = target(enabled=False, allowed_agents=(AGENT,))
    refusals = [
        may_send(None, by_agent=AGENT), may_send(off, by_agent="agt_other"), may_send(off, by_agent=AGENT),
        may_send(off, by_role=Role.VIEWER), may_send(off), same_party("+15105550100", off),
    ]  # fmt: skip
    for refusal in refusals:
        assert refusal is not None
        assert refusal.sentence.endswith(".")
        assert "Ann" not in refusal.sentence and "555" not in refusal.sentence
    assert "Ann" not in repr(off) and "555" not in repr(off)
