"""What the gate says: every reason, the strictest of all places, and when it may be tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from compliance.dialling.asked import (
    Caps,
    Destination,
    Listed,
    OwnLimits,
    Revocation,
)
from compliance.dialling.decide import decide
from compliance.dialling.decision import GateDecision
from compliance.dialling.places import spots_of
from compliance.dialling.rulebook import shipped
from tests.unit.compliance.dialling.story import (
    CONSENT,
    NOON,
    OHIO,
    REGISTERS,
    SELLER,
    against,
    asked,
    copy,
    facts,
    gate,
    utc,
)

CHECKS = [
    "destination", "country", "own_list", "revocation", "register", "ban", "consent", "attempts", "hours", "own_window",
    "caps",
]  # fmt: skip
FLORIDA, SEATTLE = "+13055550100", "+12065550100"


def test_a_call_that_nothing_stands_against_is_allowed_and_says_what_it_rests_on() -> None:
    found = gate()
    assert (found.verdict, found.reasons, found.next_at, found.consent) == ("allow", (), None, "dcon_1")
    assert [one.name for one in found.checks] == CHECKS and {one.result for one in found.checks} == {"passed"}
    assert {"us-hours@1", "us-consent-marketing@1", "us-register@1"} <= set(found.rules)


def test_every_reason_is_told_and_not_only_the_first() -> None:
    night = asked(number=FLORIDA, at=utc("2026-11-18T05:00"), limits=OwnLimits(in_campaign=1), duration_s=7200)
    known = facts(
        FLORIDA,
        destination=Destination(("premium",), ("GB",), ("US",)),
        consents=(),
        listed=(Listed("dnc_1", "everything", "", NOON),),
        revocations=(Revocation("drev_1", "everything", "", NOON),),
        lists=(copy(has_number=True),),
        attempts=(night.at - timedelta(hours=1),) * 3,
        in_campaign=3,
        caps=Caps(minutes_left=0, open_calls=2, max_calls=2, max_duration_s=3600),
    )
    found = gate(night, known)
    assert found.verdict == "refuse" and found.next_at is None
    assert {one.name for one in found.checks if one.result != "passed"} == {
        "destination", "country", "own_list", "revocation", "register", "consent", "attempts", "hours", "caps",
    }  # fmt: skip
    assert against(found) >= {
        ("hours", "us-hours"), ("hours", "us-fl-hours"), ("consent", "us-consent-marketing"),
        ("consent", "us-fl-consent"), ("attempts", "us-fl-attempts"), ("attempts", "own-attempts"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"destination": Destination(("emergency",), (), ("US",))}, ("destination", "emergency-number")),
        ({"destination": Destination(("ordinary", "premium"), ("US",), ("US",))}, ("destination", "number-class")),
        ({"destination": Destination(("satellite",), (), ("US",))}, ("destination", "number-class")),
        ({"destination": Destination((), ("US",), ("US",))}, ("destination", "number-class")),
        ({"destination": Destination(("ordinary",), ("US",), ("US",), "irsf")}, ("destination", "number-class")),
        ({"destination": Destination(("ordinary",), ("JM",), ("US",))}, ("country", "country-list")),
        ({"destination": Destination(("ordinary",), ("US", "JM"), ("US",))}, ("country", "country-list")),
        ({"destination": Destination(("ordinary",), ("US",), ())}, ("country", "country-list")),
        ({"listed": (Listed("dnc_1", "marketing", "", NOON),)}, ("own_list", "own-list")),
        ({"revocations": (Revocation("drev_1", "marketing", SELLER, NOON),)}, ("revocation", "revocation")),
        ({"lists": (copy(has_number=True),)}, ("register", "us-register")),
        ({"lists": (*REGISTERS, copy("bought", has_number=True))}, ("register", "imported-list")),
        ({"lists": ()}, ("register", "us-register")),
        ({"consents": ()}, ("consent", "us-consent-marketing")),
        ({"caps": Caps(max_duration_s=30)}, ("caps", "own-caps")),
    ],
)
def test_one_thing_that_no_time_mends_refuses(change: dict[str, Any], reason: tuple[str, str]) -> None:
    found = gate(asked(duration_s=60), facts(**change))
    assert (found.verdict, found.next_at) == ("refuse", None)
    assert reason in against(found) and all(one.source and one.version for one in found.reasons)


@pytest.mark.parametrize("number", ["+870773112345", "+881612345678", "+88216123456", "+19005550100", "+15005550100"])
def test_a_range_that_is_not_dialled_is_not_whatever_its_class_was_taken_for(number: str) -> None:
    taken_for_a_mobile = facts(number, spots=spots_of(OHIO, line="fixed"))
    assert any(rule.startswith("range-") for _, rule in against(gate(asked(number=number), taken_for_a_mobile)))


@pytest.mark.parametrize(
    ("age", "verdict"), [(0, "allow"), (31, "allow"), (32, "refuse"), (400, "refuse"), (-1, "allow"), (-2, "refuse")]
)
def test_a_list_that_is_older_than_the_law_allows_refuses(age: int, verdict: str) -> None:
    known = facts(lists=(copy(dated=NOON.date() - timedelta(days=age)),))
    assert gate(asked(), known).verdict == verdict


def test_of_a_register_in_parts_every_part_has_to_be_young_enough() -> None:
    old = copy(name="ftc-212", dated=NOON.date() - timedelta(days=40))
    found = gate(asked(), facts(lists=(copy(name="ftc-614"), old)))
    assert found.verdict == "refuse" and "ftc-212" in found.reasons[0].says
    destination = Destination(("ordinary",), ("DE",), ("DE",))
    german = facts(
        "+4930901820", destination=destination, lists=(copy("a", "DE"), replace(old, place="DE", register="b"))
    )
    assert ("register", "unknown-place") not in against(gate(asked(number="+4930901820"), german))


def test_the_same_instant_in_another_zone_is_the_same() -> None:
    spent = facts(caps=Caps(minutes_left=0))
    elsewhere = asked(at=NOON.astimezone(timezone(timedelta(hours=-5))))
    assert gate(elsewhere, spent) == gate(asked(), spent)


def test_the_national_list_does_not_bind_information_and_the_own_list_binds_what_it_says() -> None:
    information = asked(purpose="informational")
    assert gate(information, facts(lists=())).verdict == "allow"
    assert gate(information, facts(listed=(Listed("dnc_1", "marketing", "", NOON),))).verdict == "allow"
    assert gate(information, facts(listed=(Listed("dnc_1", "everything", "", NOON),))).verdict == "refuse"
    assert gate(asked(), facts(listed=(Listed("dnc_1", "everything", "Another", NOON),))).verdict == "allow"
    assert gate(asked(seller=""), facts(listed=(Listed("dnc_1", "everything", "Another", NOON),))).verdict == "refuse"


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"kind": "express"}, False),
        ({"seller": "Another"}, False),
        ({"seller": "ACME"}, True),
        ({"purposes": frozenset({"informational"})}, False),
        ({"evidence": ""}, False),
        ({"given_at": NOON + timedelta(seconds=1)}, False),
        ({"withdrawn_at": NOON}, False),
        ({"withdrawn_at": NOON + timedelta(seconds=1)}, True),
    ],
)
def test_a_consent_counts_for_its_seller_purpose_kind_and_time(change: dict[str, Any], counts: bool) -> None:
    found = gate(asked(), facts(consents=(replace(CONSENT, **change),)))
    assert (found.verdict == "allow") is counts


@pytest.mark.parametrize(
    ("purpose", "ai_voice", "kind", "number", "verdict"),
    [
        ("informational", True, "express", OHIO, "allow"),
        ("informational", True, None, OHIO, "refuse"),
        ("informational", False, None, OHIO, "allow"),
        ("marketing", True, "express", OHIO, "refuse"),
        ("marketing", False, None, OHIO, "allow"),
        ("marketing", False, None, FLORIDA, "refuse"),
        ("marketing", False, "written", FLORIDA, "allow"),
        ("marketing", True, "written", SEATTLE, "refuse"),  # no machine sells there
        ("marketing", False, "written", SEATTLE, "allow"),
        ("emergency", True, None, SEATTLE, "allow"),
    ],
)
def test_what_has_to_be_agreed_to_depends_on_purpose_voice_and_place(
    purpose: Any, ai_voice: bool, kind: Any, number: str, verdict: str
) -> None:
    consents = (replace(CONSENT, kind=kind),) if kind else ()
    question = asked(number=number, purpose=purpose, ai_voice=ai_voice, at=utc("2026-11-18T19:00"))
    assert gate(question, facts(number, consents=consents)).verdict == verdict


def test_a_revocation_ends_every_consent_before_it_and_a_newer_consent_lifts_it() -> None:
    taken_back = (Revocation("drev_1", "everything", "", NOON - timedelta(days=5)),)
    found = gate(asked(), facts(revocations=taken_back))
    assert {check for check, _ in against(found)} == {"revocation", "consent"}
    newer = replace(CONSENT, id="dcon_2", given_at=NOON - timedelta(days=1))
    assert gate(asked(), facts(revocations=taken_back, consents=(CONSENT, newer))).consent == "dcon_2"
    of_sales = (Revocation("drev_1", "marketing", "", NOON),)
    assert gate(asked(purpose="informational"), facts(revocations=of_sales)).verdict == "allow"


def test_an_emergency_is_bound_by_the_number_the_own_list_and_the_trunk_alone() -> None:
    night = asked(purpose="emergency", at=utc("2026-11-18T08:00"))
    assert gate(night, facts(consents=(), lists=())).verdict == "allow"
    assert gate(night, facts(listed=(Listed("dnc_1", "everything", "", NOON),))).verdict == "refuse"
    assert gate(night, facts(destination=Destination(("emergency",), (), ("US",)))).verdict == "refuse"


def test_a_declared_emergency_stops_sales_in_that_state() -> None:
    new_york = facts("+12125550100", declared=frozenset({"US-NY"}))
    assert against(gate(asked(number="+12125550100"), new_york)) == {("ban", "us-ny-emergency-ban")}
    assert gate(asked(number="+12125550100"), facts("+12125550100")).verdict == "allow"


@pytest.mark.parametrize(
    ("number", "country", "voice", "consent", "rule"),
    [
        ("+4930901820", "DE", False, None, "de-consent"),
        ("+442071838750", "GB", True, None, "gb-consent"),
        ("+14165550100", "CA", True, None, "ca-consent"),
        ("+61291234567", "AU", True, "express", "unknown-place"),  # no row says what consent is there
        ("+33142685300", "FR", False, None, "unknown-place"),
    ],
)
def test_other_countries_ask_for_their_own_and_unknown_ones_for_the_strictest(
    number: str, country: str, voice: bool, consent: Any, rule: str
) -> None:
    destination = Destination(("ordinary",), (country,), (country,))
    consents = (replace(CONSENT, kind=consent),) if consent else ()
    found = gate(asked(number=number, ai_voice=voice), facts(number, destination=destination, consents=consents))
    assert ("consent", rule) in against(found)


def test_the_form_that_is_kept_is_stable_and_reads_back_the_same() -> None:
    found = gate(asked(number=FLORIDA, at=utc("2026-11-19T01:30")))
    kept = found.model_dump_json()
    assert GateDecision.model_validate_json(kept) == found
    assert set(found.model_dump()) == {
        "v", "verdict", "at", "next_at", "purpose", "ai_voice", "places", "zones", "evidence", "consent", "reasons",
        "checks", "rules",
    }  # fmt: skip
    assert found.model_dump(mode="json")["reasons"][0] == {
        "check": "hours",
        "result": "not_now",
        "rule": "us-fl-hours",
        "version": 1,
        "effective": "2021-07-01",
        "standing": "read",
        "source": "Fla. Stat. § 501.616(6)",
        "says": "it is 20:30 on Wednesday in America/New_York; from 8 to 20",
        "places": ["US-FL"],
        "zones": ["America/New_York"],
        "until": "2026-11-19T13:00:00Z",
    }
    assert FLORIDA not in kept and FLORIDA[2:] not in kept


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide(asked(at=datetime(2026, 11, 18, 12)), facts(), shipped())  # noqa: DTZ001 - that is the point
