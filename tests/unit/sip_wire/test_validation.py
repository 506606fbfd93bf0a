"""What is refused before anything is kept about it, and with which status."""

from __future__ import annotations

import pytest

from gateway.sip.wire.message import Request, parse
from gateway.sip.wire.validate import check

GOOD = {
    "Via": "SIP/2.0/UDP h;branch=z9hG4bK1", "Max-Forwards": "70", "From": "<sip:a@h>;tag=1", "To": "<sip:b@h>",
    "Call-ID": "c", "CSeq": "1 INVITE", "Contact": "<sip:a@h>", "Content-Type": "application/sdp",
}  # fmt: skip


def refused(method: str = "INVITE", line: str = "", extra: str = "", body: str = "v=0", **change: str) -> int:
    headers = GOOD | {"CSeq": f"1 {method}"} | {name.replace("_", "-"): value for name, value in change.items()}
    text = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    message = parse(f"{line or f'{method} sip:b@h SIP/2.0'}\r\n{text}{extra}\r\n{body}".encode())
    assert isinstance(message, Request)
    refusal = check(message)
    return refusal.status if refusal else 0


def test_a_good_request_passes() -> None:
    assert refused() == 0
    assert refused(Content_Type="Application/SDP; charset=utf-8") == 0
    assert refused(Max_Forwards="") == 0  # RFC 3261 §16.3: an element that takes no hop does not need it
    assert refused(Max_Forwards="0") == 0  # RFC 4475 §3.3.11: where it ends, nobody counts
    assert refused(extra="Accept: text/plain, application/SDP;level=1\r\n") == 0
    assert refused("OPTIONS", Contact="", Content_Type="", body="") == 0
    assert refused(line="INVITE tel:+15105550100 SIP/2.0") == 0


@pytest.mark.parametrize("name", ["From", "To", "Call_ID", "CSeq", "Contact"])
def test_a_missing_header_is_400(name: str) -> None:
    assert refused(**{name: ""}) == 400


@pytest.mark.parametrize("extra", ["From: <sip:x@h>;tag=2\r\n", "CSeq: 1 INVITE\r\n", "Call-ID: d\r\n"])
def test_a_header_that_comes_twice_is_400(extra: str) -> None:
    assert refused(extra=extra) == 400


@pytest.mark.parametrize(
    "change",
    [{"CSeq": "1 BYE"}, {"CSeq": "4294967296 INVITE"}, {"CSeq": "INVITE"}, {"From": "<sip:a@h>"}, {"From": "<sip:a"},
     {"Contact": "<sip:a b>"}, {"Contact": "*"}, {"Max-Forwards": "many"}, {"Via": "SIP/2.0/UDP"},
     {"Via": "SIP/2.0/UDP h;;branch=z9hG4bK1"},
     {"Via": "SIP/2.0/UDP h;branch=z9hG4bK1, ,SIP/2.0/UDP i"}],
)  # fmt: skip
def test_a_header_that_cannot_be_read_is_400(change: dict[str, str]) -> None:
    assert refused(**change) == 400


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (505, {"line": "INVITE sip:b@h SIP/3.0"}),
        (405, {"method": "SUBSCRIBE"}),
        (405, {"method": "PUBLISH"}),
        (416, {"line": "INVITE mailto:b@h SIP/2.0"}),
        (400, {"line": "INVITE bob SIP/2.0"}),
        (400, {"line": "INVITE <sip:b@h> SIP/2.0"}),
        (400, {"line": "INVITE sip:b@h  SIP/2.0"}),
        (400, {"Content_Length": "9999"}),
        (406, {"extra": "Accept: text/plain\r\n"}),
        (420, {"extra": "Require: 100rel, precondition\r\n"}),
        (415, {"Content_Type": "text/plain"}),
        (415, {"Content_Type": ""}),
    ],
)
def test_each_refusal_has_its_status(status: int, options: dict[str, str]) -> None:
    assert refused(**options) == status


def test_refusals_say_what_would_be_possible() -> None:
    def headers(method: str, extra: str, kind: str) -> dict[str, str]:
        text = "".join(f"{n}: {v}\r\n" for n, v in (GOOD | {"CSeq": f"1 {method}", "Content-Type": kind}).items())
        message = parse(f"{method} sip:b@h SIP/2.0\r\n{text}{extra}\r\nx".encode())
        assert isinstance(message, Request)
        refusal = check(message)
        assert refusal is not None
        return dict(refusal.headers)

    assert "INVITE" in headers("PUBLISH", "", "x/y")["Allow"]
    assert headers("INVITE", "Require: 100rel, precondition\r\n", "application/sdp") == {"Unsupported": "precondition"}
    assert headers("INVITE", "", "text/plain") == {"Accept": "application/sdp"}


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_nobody_asks_an_ack_or_cancel_for_extensions_or_hops(method: str) -> None:
    assert refused(method, extra="Require: precondition\r\n", Max_Forwards="0") == 0
