"""The name that a provider has signed (RFC 9795)."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.stir_shaken.caller_name import CallerName, read_caller_name
from compliance.stir_shaken.faults import Fault


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"nam": "Bürgeramt"}, CallerName("Bürgeramt")),
        (
            {"nam": "A", "apn": "12155550100", "icn": "https://a.example/i.png", "jcl": "https://a.example/c.json"},
            CallerName("A", "12155550100", "https://a.example/i.png", "https://a.example/c.json"),
        ),
        ({"nam": "", "jcd": ["vcard", []]}, CallerName("")),
        ({"jcl": "https://a.example/"}, CallerName("", jcl="https://a.example/")),
        ({"nam": "A", "unknown": {"x": 1}}, CallerName("A")),
    ],
)
def test_a_name_is_read_and_what_it_points_at_stays_text(claim: Any, expected: CallerName) -> None:
    assert read_caller_name(claim) == expected


@pytest.mark.parametrize(
    "claim",
    [None, "A", [], {}, {"nam": ""}, {"nam": 1}, {"nam": None}, {"nam": "x" * 65}, {"nam": "a\nb"}, {"nam": "a\x00"},
     {"nam": "a\u202eb"}, {"nam": "A", "apn": 1}, {"nam": "A", "icn": "x" * 513}, {"nam": "A", "jcd": {}, "jcl": "x"}],
)  # fmt: skip
def test_what_is_no_name_is_refused(claim: Any) -> None:
    with pytest.raises(Fault) as fault:
        read_caller_name(claim)
    assert (fault.value.sip_code, fault.value.slug) == (438, "rcd")
