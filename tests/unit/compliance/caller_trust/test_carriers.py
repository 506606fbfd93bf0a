"""What each carrier writes into an INVITE, and what it means there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.caller_trust.carriers import CarrierVerdict, carrier_verdict
from compliance.caller_trust.terms import CARRIERS, Carrier

PASSED_A = CarrierVerdict("passed", "A")


def asserted(verstat: str) -> dict[str, list[str]]:
    return {"p-asserted-identity": [f'"A" <sip:+12155550121@carrier.example;user=phone;verstat={verstat}>']}


@pytest.mark.parametrize(
    ("carrier", "headers", "expected"),
    [
        ("telnyx", asserted("TN-Validation-Passed"), PASSED_A),
        ("telnyx", asserted("TN-Validation-Passed-B"), CarrierVerdict("passed", "B")),
        ("telnyx", asserted("TN-Validation-Failed"), CarrierVerdict("failed")),
        ("telnyx", asserted("No-TN-Validation"), CarrierVerdict("none")),
        ("generic", asserted("TN-Validation-Passed"), CarrierVerdict("passed", None)),
        (
            "generic",
            asserted("TN-Validation-Passed") | {"p-attestation-indicator": ["B"]},
            CarrierVerdict("passed", "B"),
        ),
        ("generic", asserted("TN-Validation-Failed") | {"attestation-info": ["A"]}, CarrierVerdict("failed")),
        (
            "generic",
            asserted("TN-Validation-Passed") | {"attestation-info": ["A"], "p-origination-id": ["0f-1"]},
            CarrierVerdict("passed", "A", origid="0f-1"),
        ),
        ("bandwidth", asserted("TN-Verification-Passed") | {"p-attestation-indicator": ["A"]}, PASSED_A),
        ("twilio", {"x-twilio-verstat": ["TN-Validation-Passed-A"]}, PASSED_A),
        (
            "twilio",
            {"x-twilio-verstat": ["TN-Validation-Passed-B-Diverted"]},
            CarrierVerdict("passed", "B", diverted=True),
        ),
        ("twilio", {"x-twilio-verstat": ["TN-Validation-Failed-A"]}, CarrierVerdict("failed")),
        ("twilio", {"x-twilio-verstat": ["No-TN-Validation"]}, CarrierVerdict("none")),
        ("plivo", {"x-plivo-stir-verification": ["Verified"]}, CarrierVerdict("passed")),
        ("plivo", {"x-plivo-stir-verification": ["Not Verified"]}, CarrierVerdict("failed")),
        ("plivo", {"x-plivo-stir-verification": ["Not Applicable"]}, CarrierVerdict("none")),
    ],
)  # fmt: skip
def test_each_carriers_words_are_read_as_that_carrier_means_them(
    carrier: Carrier, headers: dict[str, list[str]], expected: CarrierVerdict
) -> None:
    assert carrier_verdict(carrier, headers) == expected


@pytest.mark.parametrize("said", ["NULL", "", "TN-Validation-Passed-D", "passed", "TN-Validation-Passed-A;x"])
def test_what_nobody_can_read_is_no_verdict(said: str) -> None:
    assert carrier_verdict("twilio", {"x-twilio-verstat": [said]}) is None


def test_the_words_of_another_carrier_are_not_heard() -> None:
    everything: dict[str, Any] = asserted("TN-Validation-Passed") | {
        "x-twilio-verstat": ["TN-Validation-Passed-A"], "x-plivo-stir-verification": ["Verified"],
    }  # fmt: skip
    assert carrier_verdict("none", everything) is None
    assert carrier_verdict("plivo", {"x-twilio-verstat": ["TN-Validation-Passed-A"]}) is None
    assert carrier_verdict("twilio", asserted("TN-Validation-Passed")) is None


@given(carrier=st.sampled_from(CARRIERS), said=st.text(max_size=80), beside=st.text(max_size=80))
def test_no_text_breaks_the_reading(carrier: Carrier, said: str, beside: str) -> None:
    names = ("p-asserted-identity", "from", "x-twilio-verstat", "x-plivo-stir-verification", "attestation-info")
    found = carrier_verdict(carrier, {name: [f"<sip:a@b;verstat={said}>{beside}", said] for name in names})
    assert found is None or found.outcome in ("passed", "failed", "none")
