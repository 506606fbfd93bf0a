"""Outbound verdicts: what is denied, with which code and reason, and how long an admitted call may last."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit_outbound import WayOut, admit_outbound
from gateway.calls.facts import NumbersPii
from gateway.calls.slugs import SENTENCES
from tests.unit.calls.story import CALL

OWN = "+15105550111"
WAY = WayOut(trunk_id="trk_1", numbers=(OWN,), home=("US",), max_calls=2, max_duration_s=1800)
ORDINARY = "+15105550100"


def asked(dialled: str = ORDINARY, *, to_user: str = "", **fields: Any) -> AdmissionAsked:
    given: dict[str, Any] = {
        "call_id": CALL,
        "direction": "outbound",
        "sip_call_id": "",
        "node": "node-1",
        "livekit_trunk_id": "ST_1",
        "asked_by": "livekit",
        "pii": NumbersPii(ani=OWN, dnis=dialled, to_user=to_user),
    }
    return AdmissionAsked(**(given | fields))


def test_an_ordinary_number_is_admitted_with_every_check_and_the_trunks_length() -> None:
    verdict = admit_outbound(asked(), WAY)
    assert verdict.verdict == "accept"
    names = [check.name for check in verdict.checks]
    assert names == ["trunk_known", "trunk_enabled", "number_class", "country", "caller_id", "capacity", "spend"]
    assert all(check.passed and check.reason for check in verdict.checks)
    assert verdict.policy.max_duration_s == 1800
    assert verdict.attributes == {"gateway.callID": CALL, "gateway.trunkID": "trk_1"}


@pytest.mark.parametrize(
    ("dialled", "code", "slug"),
    [
        ("911", 403, "emergency_number"),
        ("+112", 403, "emergency_number"),
        ("999", 403, "emergency_number"),
        ("411", 403, "short_code"),
        ("+19005550100", 403, "premium_number"),
        ("+449012345678", 403, "premium_number"),
        ("+447012345678", 403, "premium_number"),
        ("+870773111111", 403, "satellite_number"),
        ("+881612345678", 403, "satellite_number"),
        ("+88216112345", 403, "satellite_number"),
        ("+442079460018", 403, "country_not_allowed"),
        ("+18765550100", 403, "country_not_allowed"),
        ("+14165550100", 403, "country_not_allowed"),
        ("2000", 403, "extension_not_allowed"),
        ("alice", 403, "extension_not_allowed"),
        ("+1510555", 484, "unreadable_number"),
        ("*72", 484, "unreadable_number"),
    ],
)
def test_a_denied_number_says_why(dialled: str, code: int, slug: str) -> None:
    verdict = admit_outbound(asked(dialled), WAY)
    assert (verdict.verdict, verdict.sip_code, verdict.slug) == ("reject", code, slug)
    assert verdict.sentence == SENTENCES[slug]
    assert not verdict.checks[-1].passed
    assert dialled.lstrip("+") not in verdict.model_dump_json().replace(CALL, "")


@pytest.mark.parametrize("shown", [OWN, OWN.lstrip("+"), "", "anonymous", "Anonymous"])
def test_a_number_of_the_trunk_may_be_shown_or_none(shown: str) -> None:
    assert admit_outbound(asked(pii=NumbersPii(ani=shown, dnis=ORDINARY)), WAY).verdict == "accept"


@pytest.mark.parametrize("shown", ["+15105550112", "+1510555011", "5105550111", "alice", "911"])
def test_any_other_caller_id_needs_a_trunk_that_says_so(shown: str) -> None:
    verdict = admit_outbound(asked(pii=NumbersPii(ani=shown, dnis=ORDINARY)), WAY)
    assert (verdict.sip_code, verdict.slug) == (403, "caller_id_not_allowed")
    assert shown not in verdict.model_dump_json().replace(CALL, "").replace(OWN, "")
    free = replace(WAY, any_caller_id=True)
    assert admit_outbound(asked(pii=NumbersPii(ani=shown, dnis=ORDINARY)), free).verdict == "accept"


@pytest.mark.parametrize("dialled", ["911", "+19005550100", "+870773111111", "+112"])
def test_no_list_of_countries_opens_a_class_that_is_denied(dialled: str) -> None:
    way = replace(WAY, allowed_countries=("US", "GB", "JM"), allow_extensions=True)
    assert admit_outbound(asked(dialled), way).verdict == "reject"


def test_a_country_is_allowed_by_the_trunk_and_then_only_those_it_names() -> None:
    way = replace(WAY, allowed_countries=("GB",))
    assert admit_outbound(asked("+442079460018"), way).verdict == "accept"
    assert admit_outbound(asked(), way).slug == "country_not_allowed"


def test_a_trunk_for_a_pbx_calls_extensions() -> None:
    way = replace(WAY, allow_extensions=True)
    assert admit_outbound(asked("2000"), way).verdict == "accept"
    assert admit_outbound(asked("alice"), way).verdict == "accept"


def test_a_number_of_two_readings_needs_both_of_them_allowed() -> None:
    """With + it is Dutch, as it stands it is German."""
    way = replace(WAY, home=("DE", "US"))
    assert admit_outbound(asked("3069123456"), way).slug == "country_not_allowed"


def test_the_to_header_cannot_smuggle_a_number_past_the_checks() -> None:
    assert admit_outbound(asked(to_user="+19005550100"), WAY).slug == "premium_number"
    assert admit_outbound(asked(to_user="911"), WAY).slug == "emergency_number"
    assert admit_outbound(asked(to_user=ORDINARY), WAY).verdict == "accept"


def test_no_trunk_of_ours_and_a_trunk_that_is_switched_off() -> None:
    assert admit_outbound(asked(), None).slug == "outbound_not_allowed"
    assert admit_outbound(asked(), replace(WAY, enabled=False)).slug == "outbound_not_allowed"


def test_a_full_trunk_says_when_to_try_again() -> None:
    verdict = admit_outbound(asked(), replace(WAY, open_calls=2))
    assert (verdict.sip_code, verdict.slug, verdict.retry_after_s) == (503, "over_capacity", 5)
    assert admit_outbound(asked(), replace(WAY, open_calls=1)).verdict == "accept"


@pytest.mark.parametrize(
    ("wanted", "minutes_today", "length"),
    [(None, 0, 1800), (60.0, 0, 60), (99_999.0, 0, 1800), (None, 995, 300), (60.0, 995, 60), (0.2, 0, 1)],
)
def test_the_shortest_of_what_is_wanted_allowed_and_paid_for(
    wanted: float | None, minutes_today: int, length: int
) -> None:
    way = replace(
        WAY, price_per_minute=Decimal("0.01"), max_spend_per_day=Decimal("10"), minutes_today=minutes_today
    )  # fmt: skip
    assert admit_outbound(asked(max_duration_s=wanted), way).policy.max_duration_s == length


def test_a_trunk_that_has_spent_its_money_calls_no_more() -> None:
    way = replace(
        WAY, price_per_minute=Decimal("0.03"), max_spend_per_day=Decimal("1"), currency="EUR", minutes_today=33
    )  # fmt: skip
    verdict = admit_outbound(asked(), way)
    assert (verdict.sip_code, verdict.slug) == (402, "spend_cap")
    assert admit_outbound(asked(), replace(way, minutes_today=32)).verdict == "accept"


def test_a_transfer_is_bound_by_the_number_and_not_by_the_caps() -> None:
    full = replace(WAY, open_calls=2, price_per_minute=Decimal(1), max_spend_per_day=Decimal(1), minutes_today=9)
    transfer = {"purpose": "transfer", "direction": "inbound", "transfer_id": "xfer_1"}
    assert admit_outbound(asked(**transfer), full).verdict == "accept"
    assert admit_outbound(asked("911", **transfer), full).slug == "emergency_number"
    assert admit_outbound(asked("+442079460018", **transfer), full).slug == "country_not_allowed"
