"""What must not reach a log, does not; what helps to find a fault, does."""

from __future__ import annotations

import pytest

from gateway.kernel.ids import new_id
from gateway.kernel.pii import mask, mask_event


@pytest.mark.parametrize(
    "text",
    [
        "+15105550100", "15105550100", "tel:+15105550100", "sip:+15105550100@10.0.0.1", "sip_+15105550100",
        "call-_+15105550100_Ab12", "(510) 555-0100", "4111 1111 1111 1111", "identity=sip_15105550100",
    ],
)  # fmt: skip
def test_numbers_are_masked(text: str) -> None:
    masked = mask(f"before {text} after")
    assert "555" not in masked
    assert "1111" not in masked
    assert masked.startswith("before")
    assert masked.endswith("after")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T01:02:03.123456Z", "port 24810", "127.0.0.1:20998", "b3f7d2c4-9f1e-4b0a-8c3d-1234567890ab",
        "SCL_7hGk29sLqPzX", "took 1234567 us"[:9], "z9hG4bK8f3a2b1c",
    ],
)  # fmt: skip
def test_what_is_no_number_stays(text: str) -> None:
    assert mask(text) == text


def test_ids_stay_readable() -> None:
    for _ in range(200):
        identifier = new_id("call")
        assert mask(f"call {identifier} ended") == f"call {identifier} ended"


def test_the_pii_field_is_dropped_and_the_rest_masked() -> None:
    event = mask_event(None, "info", {"event": "call +15105550100", "pii": {"ani": "+15105550100"}, "seconds": 3})
    assert event == {"event": "call ‹number›", "seconds": 3}
