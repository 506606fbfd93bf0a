"""Admission verdicts: each refusal with its code, and the reasons that are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit import KnownRule, KnownTrunk, Route, admit, source_allowed
from gateway.calls.facts import NumbersPii
from tests.unit.calls.story import CALL, NUMBERS

TRUNK = KnownTrunk(id="trk_1", allowed_addresses=("192.0.2.0/24",), max_calls=2, on_control_plane_loss="accept")
ROUTE = Route(
    trunk=TRUNK,
    number_id="num_1",
    owner=TRUNK,
    rule=KnownRule(id="rule_1", agent_id="agt_1", fallback_prompt="closed", max_duration_s=600),
)


def asked(**fields: Any) -> AdmissionAsked:
    given: dict[str, Any] = {
        "call_id": CALL,
        "direction": "inbound",
        "sip_call_id": "abc@phone",
        "node": "node-1",
        "livekit_trunk_id": "ST_1",
        "pii": NUMBERS,
    }
    return AdmissionAsked(**(given | fields))


def test_an_admitted_call_carries_attributes_and_policy() -> None:
    verdict = admit(asked(), ROUTE)
    assert verdict.verdict == "accept"
    assert verdict.attributes == {
        "gateway.callID": CALL,
        "gateway.trunkID": "trk_1",
        "gateway.numberID": "num_1",
        "gateway.ruleID": "rule_1",
        "gateway.agentID": "agt_1",
    }
    assert verdict.policy.fallback_prompt == "closed"
    assert verdict.policy.max_duration_s == 600
    assert verdict.policy.on_control_plane_loss == "accept"
    assert all(check.passed and check.reason for check in verdict.checks)


def test_what_is_keyed_in_first_goes_along_with_the_call() -> None:
    rule = replace(ROUTE.rule or KnownRule("", ""), capture="card")
    assert admit(asked(), replace(ROUTE, rule=rule)).attributes["gateway.captureFirst"] == "card"


@pytest.mark.parametrize(
    ("route", "code", "slug", "last_check"),
    [
        (Route(), 404, "unknown_number", "number_known"),
        (replace(ROUTE, number_id="", owner=None), 404, "unknown_number", "number_known"),
        (Route(number_id="num_1"), 404, "no_trunk", "trunk_enabled"),
        (replace(ROUTE, trunk=replace(TRUNK, enabled=False)), 404, "no_trunk", "trunk_enabled"),
        (
            replace(ROUTE, trunk=None, owner=replace(TRUNK, allowed_addresses=("203.0.113.9",))),
            403,
            "source_not_allowed",
            "source_allowed",
        ),
        (
            replace(ROUTE, trunk=None, owner=replace(TRUNK, allowed_numbers=("+1",))),
            403,
            "caller_not_allowed",
            "caller_allowed",
        ),
        (replace(ROUTE, trunk=None), 503, "no_trunk", "trunk_in_switchboard"),
        (replace(ROUTE, rule=None), 404, "no_rule", "rule_exists"),
        (replace(ROUTE, trunk=replace(TRUNK, open_calls=2)), 503, "over_capacity", "capacity"),
    ],
)
def test_a_refusal_says_why(route: Route, code: int, slug: str, last_check: str) -> None:
    verdict = admit(asked(), route)
    assert (verdict.verdict, verdict.sip_code, verdict.slug) == ("reject", code, slug)
    assert verdict.sentence
    assert verdict.checks[-1].name == last_check
    assert not verdict.checks[-1].passed
    assert (verdict.retry_after_s is not None) == (code == 503)


def test_a_wildcard_trunk_takes_a_number_that_is_not_listed() -> None:
    route = replace(ROUTE, number_id="", owner=None, trunk=replace(TRUNK, any_number=True))
    assert admit(asked(), route).verdict == "accept"


def test_no_reason_and_no_attribute_carries_a_number() -> None:
    for route in (ROUTE, Route(), replace(ROUTE, rule=None)):
        told = admit(asked(), route).model_dump_json()
        assert NUMBERS.ani not in told
        assert NUMBERS.dnis not in told
        assert NUMBERS.source_address not in told


@pytest.mark.parametrize(
    ("address", "allowed", "passed"),
    [
        ("192.0.2.7", (), True),
        ("192.0.2.7", ("192.0.2.7",), True),
        ("192.0.2.7", ("198.51.100.1", "192.0.2.0/29"), True),
        ("192.0.2.9", ("192.0.2.0/29",), False),
        ("2001:db8::1", ("2001:db8::/32",), True),
        ("192.0.2.7", ("2001:db8::/32",), False),
        ("not an address", ("0.0.0.0/0",), False),
        ("192.0.2.7", ("sip.example.com",), False),
    ],
)
def test_source_addresses(address: str, allowed: tuple[str, ...], passed: bool) -> None:
    assert source_allowed(address, allowed) is passed
    known = replace(ROUTE, trunk=replace(TRUNK, allowed_addresses=allowed))
    verdict = admit(asked(pii=NumbersPii(ani="+1", dnis="+1", source_address=address)), known)
    assert (verdict.verdict == "accept") is passed
