"""What a request for a call out may change of its trunk's media terms."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.protocol.sip import SIPCodec, SIPMediaConfig, SIPMediaEncryption

from gateway.calls.admission import MediaTerms
from gateway.sip.dial_media import terms_within

ALLOW, REQUIRE = SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW, SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE


def wanted(*codecs: str, **fields: Any) -> SIPMediaConfig:
    return SIPMediaConfig(codecs=[SIPCodec(name=name) for name in codecs], **fields)


@pytest.mark.parametrize(
    ("trunk", "config", "codecs"),
    [
        (("PCMU", "PCMA", "G722"), wanted(), ("PCMU", "PCMA", "G722")),
        (("PCMU", "PCMA", "G722"), wanted("g722"), ("G722", "PCMU", "PCMA")),
        (("PCMU", "PCMA"), wanted("PCMA", only_listed_codecs=True), ("PCMA",)),
        (("PCMU",), wanted("G722", only_listed_codecs=True), ("PCMU",)),
        (("PCMU",), wanted("opus", "PCMA"), ("PCMU",)),
    ],
)
def test_codecs_are_the_trunks_in_the_order_that_is_wanted(
    trunk: Any, config: SIPMediaConfig, codecs: tuple[str, ...]
) -> None:
    assert terms_within(MediaTerms(codecs=trunk), config).codecs == codecs


@pytest.mark.parametrize(
    ("trunk", "asked", "settled"),
    [("none", None, "none"), ("none", REQUIRE, "require"), ("require", None, "require"), ("require", ALLOW, "require")],
)
def test_encryption_is_the_stricter_of_the_two(trunk: Any, asked: int | None, settled: str) -> None:
    config = wanted() if asked is None else wanted(encryption=asked)
    assert terms_within(MediaTerms(encryption=trunk), config).encryption == settled


def test_the_rest_of_the_trunks_terms_stand_and_the_timeout_may_be_asked_for() -> None:
    trunk = MediaTerms(dtmf="info", timeout_s=40)
    assert terms_within(trunk, wanted()) == trunk
    assert terms_within(trunk, wanted(media_timeout={"seconds": 90})).timeout_s == 90
