"""The orders with which a call out begins, and what is no order."""

from __future__ import annotations

import pytest

from gateway.sip.attributes import LegIdentity, outbound_attributes
from gateway.sip.birth import OPEN, SHUT, Routes, routes_at_birth
from gateway.sip.mixer import ALL


@pytest.mark.parametrize(
    ("attributes", "routes"),
    [
        ({}, OPEN),
        ({"sip.x": "y"}, OPEN),
        ({"gateway.hears": ""}, Routes(frozenset(), speaks=True)),
        ({"gateway.hears": "agent-1"}, Routes(frozenset({"agent-1"}))),
        ({"gateway.hears": "a-1, h 2", "gateway.speaks": "false"}, Routes(frozenset({"a-1", "h 2"}), speaks=False)),
        ({"gateway.hears": "all"}, Routes(frozenset({"all"}))),  # an identity like any other
        ({"gateway.speaks": "true"}, OPEN),
        ({"gateway.speaks": "false"}, Routes(ALL, speaks=False)),
    ],
)  # fmt: skip
def test_a_call_out_begins_as_the_request_says(attributes: dict[str, str], routes: Routes) -> None:
    assert routes_at_birth(attributes) == routes


@pytest.mark.parametrize(
    "attributes",
    [
        {"gateway.hears": ","},
        {"gateway.hears": "agent-1,,agent-2"},
        {"gateway.hears": " "},
        {"gateway.hears": ",".join(f"a{n}" for n in range(101))},
        {"gateway.speaks": ""},
        {"gateway.speaks": "True"},
        {"gateway.speaks": "perhaps", "gateway.hears": "agent-1"},
    ],
)
def test_what_cannot_be_read_hears_nobody_and_is_not_heard(attributes: dict[str, str]) -> None:
    assert routes_at_birth(attributes) == SHUT


def test_the_participant_shows_the_role_and_none_of_the_orders() -> None:
    leg = LegIdentity("call_1", "SCL_1", "", "", "")
    asked = {"gateway.hears": "a", "gateway.speaks": "false", "gateway.role": "human", "gateway.callID": "other"}
    shown = outbound_attributes(leg, asked, {})
    assert {key: shown.get(key) for key in asked} == {
        "gateway.hears": None, "gateway.speaks": None, "gateway.role": "human", "gateway.callID": "call_1",
    }  # fmt: skip
    assert "gateway.role" not in outbound_attributes(leg, {"gateway.role": "agent"}, {})
