"""Offers as phones and carriers write them, and the answers or refusals that they get (RFC 3264, 8866, 3551)."""

from __future__ import annotations

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import ENCRYPTED
from tests.sip.scenarios.steps import ack, answered, bye, invite, media, refused, sdp

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
VIDEO = "m=video 40100 RTP/AVP 98\na=rtpmap:98 H264/90000"

REFUSED = {
    "no codec of ours": sdp(media("18")),
    "telephone events alone": sdp(media("96")),
    "a port of 0": sdp(media("0", port="0")),
    "a port beyond 65535": sdp(media("0", port="99999")),
    "encryption without a key": sdp(media("0", profile="RTP/SAVP")),
    "encryption by DTLS": sdp(media("0", "a=fingerprint:sha-256 00", "a=setup:actpass", profile="UDP/TLS/RTP/SAVPF")),
    "an unknown profile": sdp(media("0", profile="RTP/FOO")),
    "video alone": sdp(VIDEO),
    "no media at all": sdp("a=tool:none"),
    "an address that is a name": sdp(host="IP4 phone.example.net"),
    "no address": sdp().replace("c=IN IP4 [media_ip]\n", ""),
    "words": "this is no SDP",
    "a codec with another clock": sdp(media("97", "a=rtpmap:97 PCMU/16000")),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_offer_expect_488_for(phones: Phones, what: str) -> None:
    sipp = await phones.play([invite(body=REFUSED[what]), *refused(488)])
    assert (await phones.desk.refusal_of(sipp.call_id))["slug"] == "no_codec"


ANSWERED = {
    "our first codec among many": (sdp(media("18 3 8 0")), ["m=audio [1-9][0-9]* RTP/AVP 8\r"]),
    "wide audio first": (sdp(media("9 0")), ["RTP/AVP 9\r", "G722/8000"]),
    "payload types of their own": (sdp(media("97", "a=rtpmap:97 pcmu/8000/1")), ["RTP/AVP 97\r", "rtpmap:97 PCMU"]),
    "static numbers without names": (sdp(media("0")), ["RTP/AVP 0\r"]),
    "events on 96": (sdp(), ["RTP/AVP 0 96\r", "rtpmap:96 telephone-event/8000"]),
    "events on 127": (
        sdp(media("0 127", "a=rtpmap:127 telephone-event/8000")), ["RTP/AVP 0 127\r", "rtpmap:127 telephone-event"]
    ),
    "events of two clocks": (
        sdp(media("0 110 111", "a=rtpmap:110 telephone-event/48000", "a=rtpmap:111 telephone-event/8000")),
        ["RTP/AVP 0 111\r"],
    ),
    "packets of 10 ms": (sdp(media("0", "a=ptime:10")), ["a=ptime:10"]),
    "packets of 30 ms": (sdp(media("0", "a=ptime:30")), ["a=ptime:[23]0"]),
    "packets of 10 ms at most": (sdp(media("0", "a=maxptime:10")), ["a=ptime:10"]),
    "a packet time that is none": (sdp(media("0", "a=ptime:-1")), ["m=audio [1-9]"]),
    "video beside it": (sdp(media("0"), VIDEO), ["m=audio [1-9].*m=video 0 RTP/AVP 98"]),
    "video before it": (sdp(VIDEO, media("0")), ["m=video 0 RTP/AVP 98.*m=audio [1-9]"]),
    "two streams of audio": (sdp(media("0"), media("8", port="40200")), ["m=audio [1-9].*m=audio 0"]),
    "the second stream when the first is refused": (
        sdp(media("0", port="0"), media("8")), ["m=audio 0.*m=audio [1-9][0-9]* RTP/AVP 8\r"]
    ),
    "plain audio beside DTLS": (
        sdp(media("0", profile="UDP/TLS/RTP/SAVPF"), media("0")), ["m=audio 0 UDP/TLS/RTP/SAVPF.*m=audio [1-9]"]
    ),
    "an address per stream": (
        sdp(media("0", "c=IN IP4 [media_ip]"), host="IP4 192.0.2.1"), ["c=IN IP4 127[.]0[.]0[.]1"]
    ),
    "listening only": (sdp(media("0", "a=recvonly")), ["a=sendonly"]),
    "on hold from the start": (sdp(media("0", "a=sendonly")), ["a=recvonly"]),
    "bandwidth, phone and unknown lines": (
        sdp(media("0", "b=AS:", "a=unknown:x")).replace("t=0 0", "b=CT:64\np=+1 510 555\nt=now later\nz=?"),
        ["m=audio [1-9]"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ANSWERED)
async def test_offer_is_answered_with(phones: Phones, what: str) -> None:
    offer, has = ANSWERED[what]
    await phones.completes([invite(body=offer), *answered(has), ack(), *bye()])


@pytest.mark.parametrize("kind", ["application/sdp;charset=utf-8", "Application/SDP"])
async def test_content_type_is_read_as_it_is_meant(phones: Phones, kind: str) -> None:
    await phones.completes([invite(kind=kind), *answered(["m=audio [1-9]"]), ack(), *bye()])


async def test_plain_offer_to_an_encrypting_trunk_expect_488(phones: Phones) -> None:
    await phones.play([invite(), *refused(488)], number=ENCRYPTED)


async def test_key_in_the_offer_is_answered_with_a_key_of_ours(phones: Phones) -> None:
    secure = sdp(media("0", KEY, profile="RTP/SAVP"))
    has = ["m=audio [1-9][0-9]* RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[A-Za-z0-9+/]{40}"]
    await phones.completes([invite(body=secure), *answered(has, ["WVNfX19"]), ack(), *bye()], number=ENCRYPTED)
