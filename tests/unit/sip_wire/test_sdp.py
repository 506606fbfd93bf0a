"""Offer and answer."""

from __future__ import annotations

import pytest

from gateway.sip.wire.sdp import (
    MediaChoice,
    MediaPolicy,
    SdpRefusal,
    SdpRefused,
    choose,
    read_answer,
    write_answer,
    write_offer,
)
from gateway.sip.wire.sdp_media import DIRECTIONS, Direction

ANY = MediaPolicy()


def offer(*lines: str, host: str = "203.0.113.5", session: str = "") -> bytes:
    head = f"v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n{session}"
    return (head + "".join(f"{line}\r\n" for line in lines)).encode()


def chosen(body: bytes, policy: MediaPolicy = ANY) -> MediaChoice:
    choice = choose(body, policy)
    assert isinstance(choice, MediaChoice), choice
    return choice


def refused(body: bytes, policy: MediaPolicy = ANY) -> str:
    refusal = choose(body, policy)
    assert isinstance(refusal, SdpRefusal), refusal
    return refusal.reason


def test_the_first_codec_we_speak_is_taken_by_name_and_its_number_kept() -> None:
    choice = chosen(offer("m=audio 4000 RTP/AVP 18 111 97 8", "a=rtpmap:111 opus/48000/2", "a=rtpmap:97 pcmu/8000/1"))
    assert (choice.codec, choice.payload_type) == ("PCMU", 97)
    assert (choice.remote_host, choice.remote_port) == ("203.0.113.5", 4000)


def test_a_number_says_nothing_when_it_is_mapped_to_another_name() -> None:
    assert "PCMU" in refused(offer("m=audio 4000 RTP/AVP 111", "a=rtpmap:111 AMR/8000"))
    assert "PCMU" in refused(offer("m=audio 4000 RTP/AVP 0", "a=rtpmap:0 AMR/8000"))


WIDE = MediaPolicy(codecs=("PCMU", "PCMA", "G722"))


def test_an_answer_keeps_the_order_of_the_offerer_within_what_is_allowed() -> None:
    body = offer("m=audio 4000 RTP/AVP 9 8 0")
    assert (chosen(body, WIDE).codec, chosen(body, WIDE).payload_type) == ("G722", 9)
    assert chosen(body, MediaPolicy(codecs=("PCMU", "PCMA"))).codec == "PCMA"
    assert chosen(body, MediaPolicy(codecs=("PCMU",))).codec == "PCMU"
    assert "G722" in refused(offer("m=audio 4000 RTP/AVP 8 0"), MediaPolicy(codecs=("G722",)))


def test_an_offer_has_the_order_of_the_trunk_and_the_clock_that_the_standard_gives_g722() -> None:
    text = write_offer("198.51.100.1", 6000, policy=MediaPolicy(codecs=("G722", "PCMU", "PCMA"))).decode()
    assert "m=audio 6000 RTP/AVP 9 0 8 101\r\n" in text
    assert "a=rtpmap:9 G722/8000\r\n" in text


def test_comfort_noise_is_taken_when_offered_and_offered_when_the_trunk_wants_it() -> None:
    body = offer("m=audio 4000 RTP/AVP 0 13 96", "a=rtpmap:96 telephone-event/8000")
    choice = chosen(body)
    assert choice.comfort_noise_pt == 13
    assert "m=audio 6000 RTP/AVP 0 13 96\r\n" in write_answer(choice, body, "198.51.100.1", 6000, 1, 1).decode()
    assert chosen(offer("m=audio 4000 RTP/AVP 0")).comfort_noise_pt is None
    assert chosen(write_offer("198.51.100.1", 6000, policy=MediaPolicy(comfort_noise=True))).comfort_noise_pt == 13
    assert "13" not in write_offer("198.51.100.1", 6000).decode()


def test_telephone_events_keep_the_number_of_the_offer_at_our_clock_rate() -> None:
    events = ("a=rtpmap:96 telephone-event/8000", "a=rtpmap:97 telephone-event/48000")
    assert chosen(offer("m=audio 4000 RTP/AVP 0 97 96", *events)).telephone_event_pt == 96
    assert chosen(offer("m=audio 4000 RTP/AVP 0 97", *events)).telephone_event_pt is None
    assert "PCMU" in refused(offer("m=audio 4000 RTP/AVP 96", *events))


def test_the_answer_mirrors_numbers_and_streams_and_closes_the_rest() -> None:
    body = offer(
        "m=video 5000 RTP/AVP 31", "m=audio 4000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000", "a=sendonly",
        "m=audio 4002 RTP/AVP 0",
    )  # fmt: skip
    text = write_answer(chosen(body), body, "198.51.100.1", 6000, 5, 2).decode()
    assert [line for line in text.split("\r\n") if line.startswith("m=")] == [
        "m=video 0 RTP/AVP 31", "m=audio 6000 RTP/AVP 8 96", "m=audio 0 RTP/AVP 0",
    ]  # fmt: skip
    assert "o=- 5 2 IN IP4 198.51.100.1\r\n" in text
    assert "a=rtpmap:96 telephone-event/8000\r\n" in text
    assert "a=recvonly\r\n" in text


@pytest.mark.parametrize(
    ("lines", "session", "host", "direction", "held"),
    [
        ((), "", "203.0.113.5", "sendrecv", False),
        (("a=sendonly",), "", "203.0.113.5", "sendonly", True),
        (("a=inactive",), "", "203.0.113.5", "inactive", True),
        (("a=recvonly",), "", "203.0.113.5", "recvonly", False),
        ((), "a=sendonly\r\n", "203.0.113.5", "sendonly", True),
        (("a=sendrecv",), "a=inactive\r\n", "203.0.113.5", "sendrecv", False),
        ((), "", "0.0.0.0", "sendrecv", True),
    ],
)
def test_hold_is_understood_in_all_its_forms(
    lines: tuple[str, ...], session: str, host: str, direction: str, held: bool
) -> None:
    choice = chosen(offer("m=audio 4000 RTP/AVP 0", *lines, session=session, host=host))
    assert (choice.direction, choice.on_hold) == (direction, held)


def test_the_address_of_the_stream_counts_before_that_of_the_session() -> None:
    assert chosen(offer("m=audio 4000 RTP/AVP 0", "c=IN IP4 203.0.113.9/127")).remote_host == "203.0.113.9"
    assert chosen(offer("m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::5")).remote_host == "2001:db8::5"


@pytest.mark.parametrize(
    "line",
    [
        "m=audio 0 RTP/AVP 0", "m=audio 4000 RTP/SAVP 0", "m=audio 4000 UDP/TLS/RTP/SAVPF 0", "m=video 4000 RTP/AVP 0",
        "m=audio 99999 RTP/AVP 0", "m=audio -1 RTP/AVP 0", "m=audio x RTP/AVP 0", "m=audio 4000 RTP/AVP", "m=audio",
        "m=audio 4000 RTP/AVP 200", "m=audio 4000 RTP/AVP ²", "m=audio ٣٠٠٠ RTP/AVP 0", "",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(line: str) -> None:
    refused(offer(line))


@pytest.mark.parametrize("host", ["phone.example", "256.1.1.1", "224.0.0.5", "::"])
def test_an_address_that_cannot_be_sent_to_is_refused(host: str) -> None:
    assert "address" in refused(offer("m=audio 4000 RTP/AVP 0", host=host))


@pytest.mark.parametrize(
    "line", ["a=rtpmap:² x/1", "a=rtpmap:", "a=ptime:²", "b=AS:", "t=now", "a=ptime:" + "9" * 5000]
)
def test_nonsense_beside_a_usable_stream_does_no_harm(line: str) -> None:
    assert chosen(offer("m=audio 4000/2 RTP/AVP 0", line)).ptime_ms == 20


@pytest.mark.parametrize(("asked", "taken"), [("30", 30), ("5", 10), ("200", 60)])
def test_the_packet_time_is_kept_in_bounds(asked: str, taken: int) -> None:
    assert chosen(offer("m=audio 4000 RTP/AVP 0", f"a=ptime:{asked}")).ptime_ms == taken


@pytest.mark.parametrize(
    ("lines", "sent"),
    [((), 20), (("a=ptime:10",), 10), (("a=maxptime:10",), 10), (("a=ptime:40",), 20), (("a=maxptime:30",), 20)],
)
def test_we_send_20_ms_unless_the_other_side_wants_less(lines: tuple[str, ...], sent: int) -> None:
    body = offer("m=audio 4000 RTP/AVP 0", *lines)
    choice = chosen(body)
    assert choice.send_ptime_ms == sent
    assert f"a=ptime:{sent}\r\n" in write_answer(choice, body, "198.51.100.1", 6000, 1, 1).decode()


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ((), ("203.0.113.5", 4001, False)),
        (("a=rtcp:5555",), ("203.0.113.5", 5555, False)),
        (("a=rtcp:5555 IN IP4 203.0.113.7",), ("203.0.113.7", 5555, False)),
        (("a=rtcp:5555 IN IP4 phone.example",), ("203.0.113.5", 4001, False)),
        (("a=rtcp:0",), ("203.0.113.5", 4001, False)),
        (("a=rtcp-mux",), ("203.0.113.5", 4000, True)),
    ],
)
def test_rtcp_goes_where_the_other_side_reads_it(lines: tuple[str, ...], where: tuple[str, int, bool]) -> None:
    body = offer("m=audio 4000 RTP/AVP 0", *lines)
    choice = chosen(body)
    assert (choice.rtcp_host, choice.rtcp_port, choice.rtcp_mux) == where
    assert ("a=rtcp-mux" in write_answer(choice, body, "198.51.100.1", 6000, 1, 1).decode()) == choice.rtcp_mux


@pytest.mark.parametrize(
    ("offered", "willing", "answered"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "sendonly", "sendonly"),
        ("sendrecv", "inactive", "inactive"),
    ],
)
def test_the_answer_says_what_both_sides_want(offered: str, willing: Direction, answered: str) -> None:
    body = offer("m=audio 4000 RTP/AVP 0", f"a={offered}")
    text = write_answer(chosen(body), body, "198.51.100.1", 6000, 1, 1, willing=willing).decode()
    assert [line for line in text.split("\r\n") if line[2:] in DIRECTIONS] == [f"a={answered}"]


def test_a_usable_stream_behind_an_unusable_one_is_found_and_answered_in_place() -> None:
    body = offer("m=audio 4000 RTP/SAVP 0", "m=audio 4002 RTP/AVP 0")
    choice = chosen(body)
    assert choice.remote_port == 4002
    answer = write_answer(choice, body, "198.51.100.1", 6000, 1, 1).decode()
    assert "m=audio 0 RTP/SAVP 0\r\nm=audio 6000 RTP/AVP 0\r\n" in answer


def test_our_own_offer_can_be_answered_and_the_answer_read() -> None:
    body = write_offer("198.51.100.1", 6000)
    theirs = chosen(body)
    assert (theirs.codec, theirs.telephone_event_pt, theirs.remote_port) == ("PCMU", 101, 6000)
    ours = read_answer(write_answer(theirs, body, "203.0.113.5", 4000, 1, 1))
    assert (ours.codec, ours.telephone_event_pt, ours.remote_host, ours.remote_port) == (
        "PCMU",
        101,
        "203.0.113.5",
        4000,
    )


def test_an_answer_that_closes_our_stream_is_refused() -> None:
    with pytest.raises(SdpRefused):
        read_answer(offer("m=audio 0 RTP/AVP 0"))
