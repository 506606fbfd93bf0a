"""Reading and writing messages, URIs and Via."""

from __future__ import annotations

import pytest

from gateway.sip.wire.keys import client_key, server_key
from gateway.sip.wire.message import Malformed, Message, Request, Response, parse
from gateway.sip.wire.uri import is_private, parse_name_address, parse_uri, sendable, split_list
from gateway.sip.wire.via import stamp, top_via

HEAD = b"INVITE sip:bob@h SIP/2.0\r\n"


def request(*lines: str, body: str = "") -> Request:
    message = parse(
        ("INVITE sip:bob@h SIP/2.0\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n" + body).encode()
    )
    assert isinstance(message, Request)
    return message


def test_compact_names_case_and_folded_lines_are_understood() -> None:
    message = request(
        "v: SIP/2.0/UDP a;branch=z9hG4bK1", "i : call@a", "cSEQ: 7 INVITE", "Subject: one", "  two", "y: id"
    )
    assert (message.call_id, message.cseq, message.get("subject")) == ("call@a", (7, "INVITE"), "one two")
    assert message.all("Identity") == ["id"]


def test_what_is_written_is_read_again() -> None:
    response = Response(status=200, reason="OK fine", body=b"v=0\r\n")
    response.add("X-A", "1")
    again = parse(response.to_bytes())
    assert isinstance(again, Response)
    assert (again.status, again.reason, again.all("x-a"), again.body) == (200, "OK fine", ["1"], b"v=0\r\n")


def test_bytes_that_are_not_utf_8_survive() -> None:
    raw = HEAD + b"Subject: \xff\xfe\r\n\r\n"
    message = parse(raw)
    assert isinstance(message, Request)
    assert b"Subject: \xff\xfe\r\n" in message.to_bytes()


def test_the_body_is_cut_at_its_length() -> None:
    assert request("Content-Length: 3", body="abcdef").body == b"abc"
    assert request(body="abcdef").body == b"abcdef"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n\r\n", b"hello\r\n\r\n", HEAD, HEAD + b"no colon\r\n\r\n", HEAD + b": empty\r\n\r\n",
        HEAD + b"A: 1\nB: 2\r\n\r\n", HEAD + b"A: 1\rB\r\n\r\n", HEAD + b"A: \0\r\n\r\n",
        HEAD + b"A: 1\r\n" * 300 + b"\r\n", HEAD + b"A: " + b"x" * 9000 + b"\r\n\r\n", b"SIP/2.0 999 No\r\n\r\n",
        b"SIP/2.0 20 No\r\n\r\n", b"IN\xc3\xa9VITE sip:b SIP/2.0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_message_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw)


@pytest.mark.parametrize("length", ["5", "-1", "99999999999", "٣", "2\r\nl: 1"])
def test_a_request_with_a_wrong_length_can_still_be_refused_and_a_response_is_dropped(length: str) -> None:
    rest = f"Call-ID: c\r\nl: {length}\r\n\r\nab".encode()
    message = parse(HEAD + rest)
    assert isinstance(message, Request)
    assert (message.call_id, message.body) == ("c", b"")
    assert "Content-Length" in message.defect
    with pytest.raises(Malformed, match="Content-Length"):
        parse(b"SIP/2.0 200 OK\r\n" + rest)


@pytest.mark.parametrize(
    "line",
    ["INVITE  sip:b@h SIP/2.0", "INVITE sip:b@h  SIP/2.0", "INVITE sip:b@h SIP/2.0 ", "INVITE sip:b@h; lr SIP/2.0"],
)
def test_a_request_line_with_a_space_too_many_can_still_be_refused(line: str) -> None:
    message = parse(f"{line}\r\nCall-ID: c\r\n\r\n".encode())
    assert isinstance(message, Request)
    assert (message.method, message.version, message.defect) == ("INVITE", "SIP/2.0", "request line")


@pytest.mark.parametrize("value", ["a\r\nVia: forged", "a\nb", "a\0b"])
def test_a_header_of_ours_has_one_line(value: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        Message().add("Subject", value)


@pytest.mark.parametrize("cseq", ["", "x INVITE", "+5 INVITE", "1_0 INVITE", "٣ INVITE", "99999999999 INVITE"])
def test_a_sequence_number_is_digits(cseq: str) -> None:
    with pytest.raises(ValueError, match="CSeq"):
        _ = request(f"CSeq: {cseq}").cseq


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        ("sip:+15105550100@192.0.2.1:5070;transport=tcp", "+15105550100", "192.0.2.1", 5070),
        ("sip:+1555;npdi;rn=+1510@h", "+1555;npdi;rn=+1510", "h", None),
        ("sips:al%20ice:secret@[2001:db8::1]:5061", "al ice", "2001:db8::1", 5061),
        ("tel:+15105550100;phone-context=x", "+15105550100", "", None),
        ("sip:h", "", "h", None),
    ],
)
def test_a_uri_has_its_parts(text: str, user: str, host: str, port: int | None) -> None:
    uri = parse_uri(text)
    assert (uri.user, uri.host, uri.port) == (user, host, port)


@pytest.mark.parametrize(
    "text", ["", "http://x", "sip:a@b:0", "sip:a@b:99999", "sip:a b@c", "sip:a@b\tc", "sip:a@b;x y"]
)
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="URI"):
        parse_uri(text)


def test_a_name_may_contain_brackets_and_commas() -> None:
    value = '"Smith, \\"Al\\" <x>" <sip:al@h;transport=tcp>;tag=77'
    address = parse_name_address(value)
    assert (address.display_name, address.uri, address.tag) == ('Smith, "Al" <x>', "sip:al@h;transport=tcp", "77")
    assert parse_name_address("sip:al@h;tag=5").tag == "5"
    assert split_list([value + ", <sip:b>", "<sip:c,d>"]) == [value, "<sip:b>", "<sip:c,d>"]


@pytest.mark.parametrize("value", ["", '"unfinished <sip:a>', "<sip:a", ";tag=1"])
def test_an_address_without_a_uri_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"URI|quoted"):
        parse_name_address(value)


@pytest.mark.parametrize(
    ("host", "port", "fit"),
    [("127.0.0.1", 5060, True), ("::1", 1, True), ("host.example", 5060, False), ("1.2.3.4", 0, False),
     ("1.2.3.4", 65536, False), ("0.0.0.0", 5060, False), ("224.0.0.1", 5060, False), ("1.2.3.4", None, False),
     ("", 5060, False), ("1.2.3.999", 5060, False)],
)  # fmt: skip
def test_only_an_address_can_be_sent_to(host: str, port: int | None, fit: bool) -> None:
    assert sendable(host, port) is fit


def test_private_addresses_are_known() -> None:
    assert is_private("192.168.1.5")
    assert not is_private("8.8.8.8")
    assert not is_private("example.com")


def test_the_stamp_overwrites_what_the_sender_claims() -> None:
    message = request(
        "Via: SIP/2.0/UDP 10.0.0.1:5060;received=8.8.8.8;rport=53;branch=z9hG4bKa, SIP/2.0/UDP x", "Via: y"
    )
    stamp(message, ("127.0.0.1", 4711))
    first, second = message.all("Via")
    assert first == "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;received=127.0.0.1;rport=4711, SIP/2.0/UDP x"
    assert second == "y"
    assert top_via(message).sent_by == "10.0.0.1:5060"


def test_an_ack_belongs_to_the_transaction_of_its_invite_and_a_cancel_does_not() -> None:
    lines = ("Via: SIP/2.0/UDP a:5;branch=z9hG4bKa", "Call-ID: 1", "From: <sip:a>;tag=1")
    invite, ack, cancel = (request(*lines, f"CSeq: 1 {method}") for method in ("INVITE", "ACK", "CANCEL"))
    ack.method, cancel.method = "ACK", "CANCEL"
    assert server_key(invite) == server_key(ack) == ("z9hG4bKa", "a:5", "INVITE")
    assert server_key(cancel) == ("z9hG4bKa", "a:5", "CANCEL")


def test_without_the_magic_cookie_the_call_and_number_count() -> None:
    lines = ("Via: SIP/2.0/UDP a;branch=1", "Call-ID: 1", "From: <sip:a>;tag=1")
    first, second = (server_key(request(*lines, f"CSeq: {number} INVITE")) for number in (1, 2))
    assert first != second
    assert first is not None


def test_a_message_without_a_readable_via_has_no_key() -> None:
    assert server_key(request("CSeq: 1 INVITE")) is None
    assert client_key(request("Via: nonsense", "CSeq: 1 INVITE")) is None
