"""One leg's offers and answers over a whole call: hold, resume, late offer, codec change, versions."""

from __future__ import annotations

import random
import re
from contextlib import suppress

import pytest

from gateway.sip.wire.sdp import MediaChoice, MediaPolicy, SdpRefused, choose
from gateway.sip.wire.sdp_session import MediaSession
from tests.unit.sip_wire.fuzzer import Fuzzer
from tests.unit.sip_wire.test_sdp import offer

WIDE = MediaPolicy(codecs=("PCMU", "PCMA", "G722"))
KEYS = {"ours": bytes(30), "theirs": bytes([1] * 30)}


def pair(policy: MediaPolicy = WIDE) -> tuple[MediaSession, MediaSession]:
    ours = MediaSession("198.51.100.1", 6000, session_id=77, policy=policy, key=KEYS["ours"])
    theirs = MediaSession("203.0.113.5", 4000, session_id=5, policy=policy, key=KEYS["theirs"])
    return ours, theirs


def origin(body: bytes) -> tuple[int, int]:
    found = re.search(rb"^o=- (\d+) (\d+) ", body, re.M)
    assert found
    return int(found[1]), int(found[2])


def test_hold_and_resume_by_our_own_offers() -> None:
    ours, theirs = pair()
    ours.take_answer(theirs.answer(ours.offer()))
    for willing, they_see, they_are in (("sendonly", "sendonly", "recvonly"), ("sendrecv", "sendrecv", "sendrecv")):
        ours.willing = willing
        choice = ours.take_answer(theirs.answer(ours.offer()))
        assert theirs.choice
        assert theirs.choice.direction == they_see
        assert choice.direction == they_are
    ours.willing = "inactive"
    choice = ours.take_answer(theirs.answer(ours.offer()))
    assert choice.on_hold


def test_the_id_stays_and_the_version_rises_with_each_change_only() -> None:
    ours, theirs = pair()
    first = ours.offer()
    assert origin(first) == (77, 1)
    assert ours.offer() == first
    ours.take_answer(theirs.answer(first))
    held = theirs.answer(first)
    assert theirs.answer(first) == held
    ours.willing = "sendonly"
    assert origin(ours.offer()) == (77, 2)
    ours.willing = "sendrecv"
    assert origin(ours.offer())[1] == 3


def test_a_late_offer_is_ours_and_the_answer_settles_it() -> None:
    ours, _ = pair()
    assert ours.choice is None
    assert b"m=audio 6000 RTP/AVP 0 8 9 101\r\n" in ours.offer()
    choice = ours.take_answer(offer("m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"))
    assert (choice.codec, choice.telephone_event_pt, choice.local_key) == ("PCMA", 101, None)
    other = pair()[0].take_answer(offer("m=audio 4000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000"))
    assert (other.telephone_event_pt, other.offered_event_pt) == (96, 101)


def test_a_later_offer_puts_the_codec_in_use_first_and_keeps_every_number() -> None:
    ours, _ = pair()
    ours.answer(offer("m=audio 4000 RTP/AVP 97 96", "a=rtpmap:97 PCMA/8000", "a=rtpmap:96 telephone-event/8000"))
    text = ours.offer().decode()
    assert "m=audio 6000 RTP/AVP 97 0 9 96\r\n" in text
    assert "a=rtpmap:97 PCMA/8000\r\n" in text


def test_a_later_offer_of_theirs_may_change_the_codec_and_the_address() -> None:
    ours, _ = pair()
    ours.answer(offer("m=audio 4000 RTP/AVP 0"))
    assert b"m=audio 6000 RTP/AVP 9\r\n" in ours.answer(offer("m=audio 4444 RTP/AVP 9", host="203.0.113.9"))
    assert ours.choice
    assert (ours.choice.codec, ours.choice.remote_host, ours.choice.remote_port) == ("G722", "203.0.113.9", 4444)


def test_a_refused_offer_changes_nothing() -> None:
    ours, _ = pair()
    ours.answer(offer("m=audio 4000 RTP/AVP 0"))
    before = (ours.choice, ours.version, ours.described)
    with pytest.raises(SdpRefused):
        ours.answer(offer("m=audio 4000 RTP/AVP 111"))
    with pytest.raises(SdpRefused):
        ours.take_answer(offer("m=audio 0 RTP/AVP 0"))
    assert (ours.choice, ours.version, ours.described) == before


@pytest.mark.parametrize("encryption", ["allow", "require"])
def test_an_encrypted_call_stays_encrypted_when_it_is_held(encryption: str) -> None:
    required = MediaPolicy(encryption="require")
    theirs = MediaSession("203.0.113.5", 4000, session_id=5, policy=required, key=KEYS["theirs"])
    policy = MediaPolicy(encryption="allow" if encryption == "allow" else "require")
    ours = MediaSession("198.51.100.1", 6000, session_id=77, policy=policy, key=KEYS["ours"])
    theirs.take_answer(ours.answer(theirs.offer()))
    assert ours.choice and ours.choice.crypto and ours.choice.crypto.key == KEYS["theirs"]
    assert ours.choice.local_key == KEYS["ours"]
    ours.willing = "sendonly"
    held = ours.take_answer(theirs.answer(ours.offer()))
    assert held.crypto
    assert held.crypto.key == KEYS["theirs"]
    assert theirs.choice
    assert theirs.choice.crypto
    assert theirs.choice.crypto.key == KEYS["ours"]


def test_ten_thousand_mutations_raise_nothing_but_a_refusal() -> None:
    chance, fuzzer = random.Random(3264), Fuzzer(3264)
    key_line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 40
    seeds = [
        offer("m=audio 4000 RTP/AVP 9 0 13 96", "a=rtpmap:96 telephone-event/8000", "a=rtcp:4001", "a=maxptime:30"),
        offer("m=video 5000 RTP/AVP 31", "m=audio 4000 RTP/SAVP 0 8", key_line, "a=rtcp-mux", "a=ptime:20"),
        offer("m=audio 4000 RTP/AVP 0", session="a=sendonly\r\n", host="0.0.0.0"),
    ]
    taken = refused = 0
    for _ in range(10_000):
        body = fuzzer.bytes_of(chance.choice(seeds))
        ours, _ = pair(MediaPolicy(codecs=("PCMU", "PCMA", "G722"), encryption="allow"))
        try:
            ours.answer(body)
            assert ours.choice
            assert ours.choice.codec in WIDE.codecs
            assert 0 < ours.choice.remote_port < 65536
            assert isinstance(choose(ours.offer(), ours.policy), MediaChoice)
            taken += 1
        except SdpRefused:
            refused += 1
        with suppress(SdpRefused):
            pair()[0].take_answer(body)
    assert min(taken, refused) > 500


def test_an_address_of_the_other_ip_version_is_taken_audio_goes_where_it_comes_from() -> None:
    body = offer("m=audio 4000 RTP/AVP 0").replace(b"IP4 203.0.113.5", b"IP6 2001:db8::1")  # linphone writes so
    session = MediaSession("198.51.100.1", 6000, session_id=1)
    session.answer(body)
    assert session.choice is not None and session.choice.remote_host == "2001:db8::1"
