"""Dialogs: tags, numbers, routes and targets, both ways."""

from __future__ import annotations

import pytest

from gateway.sip.wire.dialog import Dialog
from gateway.sip.wire.message import Request, Response

SOURCE = ("9.9.9.9", 5070)  # public; addresses for documentation count as private


def invite(contact: str = "<sip:alice@9.9.113.7:5080>", *routes: str) -> Request:
    request = Request(method="INVITE", uri="sip:bob@198.51.100.1")
    headers = [("From", "Al <sip:alice@a>;tag=aa"), ("To", "<sip:bob@b>"), ("Call-ID", "c1"), ("CSeq", "314 INVITE")]
    request.headers = [*headers, ("Contact", contact), *(("Record-Route", route) for route in routes)]
    return request


def answer(contact: str = "<sip:bob@198.51.100.2;transport=tcp>", *routes: str) -> Response:
    response = Response(status=200)
    response.headers = [("To", "<sip:bob@b>;tag=bb"), ("Contact", contact), *(("Record-Route", r) for r in routes)]
    return response


def test_the_called_side_turns_the_call_round() -> None:
    dialog = Dialog.from_invite(invite(), "bb")
    assert dialog.key == ("c1", "bb", "aa")
    bye = dialog.request("BYE")
    assert (bye.method, bye.uri, bye.cseq) == ("BYE", "sip:alice@9.9.113.7:5080", (1, "BYE"))
    assert bye.get("From") == "<sip:bob@b>;tag=bb"
    assert bye.get("To") == "Al <sip:alice@a>;tag=aa"


def test_the_calling_side_takes_target_and_tag_from_the_answer() -> None:
    dialog = Dialog.from_response(invite(), answer())
    assert dialog.key == ("c1", "aa", "bb")
    ack, bye = dialog.request("ACK", cseq=314), dialog.request("BYE")
    assert (ack.uri, ack.cseq) == ("sip:bob@198.51.100.2;transport=tcp", (314, "ACK"))
    assert bye.cseq == (315, "BYE")
    assert Dialog.from_response(invite(), answer("")).remote_target == "sip:bob@198.51.100.1"


def test_routes_keep_their_order_for_the_called_and_are_reversed_for_the_caller() -> None:
    routes = ("<sip:9.9.2.1;lr>, <sip:9.9.2.2;lr>", "<sip:9.9.2.3;lr>")
    called = Dialog.from_invite(invite("<sip:a@9.9.113.7>", *routes), "bb")
    caller = Dialog.from_response(invite(), answer("<sip:b@198.51.100.2>", *routes))
    assert called.request("BYE").all("Route") == ["<sip:9.9.2.1;lr>", "<sip:9.9.2.2;lr>", "<sip:9.9.2.3;lr>"]
    assert called.next_hop(SOURCE) == (("9.9.2.1", 5060), "udp")
    assert caller.request("BYE").all("Route")[0] == "<sip:9.9.2.3;lr>"
    assert caller.next_hop(SOURCE) == (("9.9.2.3", 5060), "udp")


def test_a_strict_router_becomes_the_target() -> None:
    dialog = Dialog.from_invite(invite("<sip:a@9.9.113.7>", "<sip:9.9.2.1>", "<sip:9.9.2.2;lr>"), "bb")
    bye = dialog.request("BYE")
    assert bye.uri == "sip:9.9.2.1"
    assert bye.all("Route") == ["<sip:9.9.2.2;lr>", "<sip:a@9.9.113.7>"]


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("<sip:a@9.9.113.7:5080>", (("9.9.113.7", 5080), "udp")),
        ("<sip:a@9.9.113.7;transport=TCP>", (("9.9.113.7", 5060), "tcp")),
        ("<sip:a@phone.example>", (SOURCE, "udp")),  # a name would block on DNS
        ("<sip:a@192.168.1.20>", (SOURCE, "udp")),  # behind NAT
        ("<mailto:a>", (SOURCE, "")),
    ],
)
def test_the_next_hop_is_an_address_that_can_be_reached(contact: str, expected: object) -> None:
    assert Dialog.from_invite(invite(contact), "bb").next_hop(SOURCE) == expected


def test_a_private_contact_in_our_own_network_is_taken_as_it_is() -> None:
    dialog = Dialog.from_invite(invite("<sip:a@192.168.1.20>"), "bb")
    assert dialog.next_hop(("192.168.1.30", 5060)) == (("192.168.1.20", 5060), "udp")


def test_numbers_must_rise() -> None:
    dialog = Dialog.from_invite(invite(), "bb")
    later, same = Request(method="BYE"), Request(method="INFO")
    later.add("CSeq", "315 BYE")
    same.add("CSeq", "315 INFO")
    assert dialog.accepts(later)
    assert not dialog.accepts(same)


def test_a_reinvite_moves_the_target_and_one_without_contact_does_not() -> None:
    dialog = Dialog.from_invite(invite(), "bb")
    dialog.refresh_target(invite("<sip:alice@9.9.113.99>"))
    assert dialog.remote_target == "sip:alice@9.9.113.99"
    dialog.refresh_target(invite(""))
    assert dialog.remote_target == "sip:alice@9.9.113.99"
