"""Refer-To targets: what is checked is what is sent."""

from __future__ import annotations

import pytest

from gateway.kernel.errors import BadInput
from gateway.sip.transfer_target import target_of


@pytest.mark.parametrize(
    ("text", "uri", "dialled"),
    [
        ("tel:+15105550100", "tel:+15105550100", "+15105550100"),
        ("tel:+1-510-555-0100", "tel:+15105550100", "+15105550100"),
        ("<sip:+15105550100@carrier.example>", "sip:+15105550100@carrier.example", "+15105550100"),
        ("sip:2000@192.0.2.1:5070;transport=tcp", "sip:2000@192.0.2.1:5070;transport=tcp", "2000"),
        ("sips:alice@pbx.example", "sips:alice@pbx.example", "alice"),
        ("sip:2000@[2001:db8::1]", "sip:2000@[2001:db8::1]", "2000"),
        ("sip:+15105550100@h;user=phone;x=y", "sip:+15105550100@h", "+15105550100"),
    ],
)
def test_a_target_as_it_is_sent(text: str, uri: str, dialled: str) -> None:
    assert (target_of(text).uri, target_of(text).dialled) == (uri, dialled)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "15105550100",
        "http://x",
        "sip:carrier.example",
        "sip:2000@",
        "sip:2000@h?Replaces=a",
        "tel:5550100;phone-context=+1510",
        "sip:1\r\nX: y@h",
        "sip:a%0d%0ab@h",
        "sip:1;x=y@h",
        "mailto:a@b",
    ],
)
def test_what_is_no_target_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        target_of(text)
    assert refused.value.field == "transfer_to"


@pytest.mark.parametrize("text", ["nonsense", "sip:2000@", "sip:a b@h", "sip:1;x=y@h"])
def test_the_field_that_is_named_is_the_one_it_was_written_in(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        target_of(text, "uri")
    assert refused.value.field == "uri"
    assert "uri" in refused.value.detail and "transfer_to" not in refused.value.detail
