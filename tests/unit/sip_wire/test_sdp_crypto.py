"""SRTP keys in offer and answer (RFC 4568), and a trunk's rule about encryption."""

from __future__ import annotations

import base64

import pytest

from gateway.sip.wire.sdp import MediaChoice, MediaPolicy, SdpRefusal, SdpRefused, choose, read_answer, write_answer
from gateway.sip.wire.sdp import write_offer as offer_of
from gateway.sip.wire.sdp_crypto import read_crypto
from gateway.sip.wire.sdp_media import Encryption
from tests.unit.sip_wire.test_sdp import offer

THEIRS, OURS = bytes(range(30)), bytes(range(100, 130))
INLINE = "inline:" + base64.b64encode(THEIRS).decode()
LONG, SHORT = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"
KEY_LINE = f"a=crypto:3 {LONG} {INLINE}"
SAVP, AVP = "m=audio 4000 RTP/SAVP 0", "m=audio 4000 RTP/AVP 0"


def outcome(body: bytes, encryption: Encryption) -> str:
    choice = choose(body, MediaPolicy(encryption=encryption))
    if isinstance(choice, SdpRefusal):
        return "refused"
    return "encrypted" if choice.crypto else "plain"


@pytest.mark.parametrize(
    ("lines", "none", "allow", "require"),
    [
        ((AVP,), "plain", "plain", "refused"),
        ((SAVP, KEY_LINE), "refused", "encrypted", "encrypted"),
        ((SAVP,), "refused", "refused", "refused"),
        ((AVP, KEY_LINE), "plain", "encrypted", "encrypted"),
        ((AVP, "m=audio 4002 RTP/SAVP 0", KEY_LINE), "plain", "plain", "encrypted"),
        (("m=audio 4000 UDP/TLS/RTP/SAVPF 0",), "refused", "refused", "refused"),
    ],
)
def test_the_rule_of_the_trunk_decides(lines: tuple[str, ...], none: str, allow: str, require: str) -> None:
    body = offer(*lines)
    assert (outcome(body, "none"), outcome(body, "allow"), outcome(body, "require")) == (none, allow, require)


def test_the_answer_has_the_tag_and_suite_of_the_line_that_was_taken_and_our_own_key() -> None:
    body = offer(SAVP, f"a=crypto:1 AES_256_CM_HMAC_SHA1_80 {INLINE}", f"a=crypto:7 {SHORT} {INLINE}|2^20", KEY_LINE)
    choice = choose(body, MediaPolicy(encryption="allow"))
    assert isinstance(choice, MediaChoice)
    assert choice.crypto
    assert (choice.crypto.tag, choice.crypto.suite, choice.crypto.key) == (7, SHORT, THEIRS)
    text = write_answer(choice, body, "198.51.100.1", 6000, 1, 1, key=OURS).decode()
    assert "m=audio 6000 RTP/SAVP 0\r\n" in text
    assert f"a=crypto:7 {SHORT} inline:{base64.b64encode(OURS).decode()}\r\n" in text
    with pytest.raises(SdpRefused):
        write_answer(choice, body, "198.51.100.1", 6000, 1, 1)


def test_an_offer_that_requires_encryption_is_answered_with_keys_or_refused() -> None:
    policy = MediaPolicy(encryption="require")
    ours = offer_of("198.51.100.1", 6000, policy=policy, key=OURS)
    theirs = choose(ours, policy)
    assert isinstance(theirs, MediaChoice)
    assert theirs.crypto
    assert theirs.crypto.key == OURS
    answer = write_answer(theirs, ours, "203.0.113.5", 4000, 1, 1, key=THEIRS)
    settled = read_answer(answer, policy, local_key=OURS)
    assert settled.crypto
    assert (settled.crypto.key, settled.crypto.suite, settled.local_key) == (THEIRS, LONG, OURS)
    with pytest.raises(SdpRefused):
        read_answer(offer(AVP), policy, local_key=OURS)


def test_keys_in_the_answer_to_a_plain_offer_mean_nothing() -> None:
    assert read_answer(offer(AVP, KEY_LINE), MediaPolicy(encryption="allow"), local_key=OURS).crypto is None


def test_keys_are_in_no_printed_form() -> None:
    choice = choose(offer(SAVP, KEY_LINE), MediaPolicy(encryption="allow"))
    assert isinstance(choice, MediaChoice)
    assert repr(THEIRS)[2:12] not in repr(choice)


@pytest.mark.parametrize(
    "value",
    [
        "", "1", f"1 {LONG}", f"1 {LONG} inline:", f"1 {LONG} inline:AAAA", f"x {LONG} {INLINE}", f"1 F8 {INLINE}",
        f"1 {LONG} {INLINE}|2^20|1:4", f"1 {LONG} {INLINE};{INLINE}", f"1 {LONG} {INLINE} UNENCRYPTED_SRTP",
        f"1 {LONG} uri:x", f"1 {LONG} {INLINE[:-2]}é=", f"² {LONG} {INLINE}",
    ],
)  # fmt: skip
def test_a_line_that_we_cannot_keep_is_passed_over(value: str) -> None:
    assert read_crypto(value) is None


@pytest.mark.parametrize("extra", ["|2^31", "|1048576", " WSH=64", " -KDR=3"])
def test_limits_and_hints_do_no_harm(extra: str) -> None:
    assert read_crypto(f"1 {LONG} {INLINE}{extra}") is not None
