"""A request for a call out as it goes on the wire; what must not get there is refused with its field."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.protocol.sip import SIPNamedDest, SIPRequestDest, SIPUri

from gateway.kernel.errors import BadInput
from gateway.sip.bus.psrpc_pb2 import InternalCreateSIPParticipantRequest
from gateway.sip.bus.sip_internal import dial_asked
from gateway.sip.dial_headers import checked, of_attributes
from gateway.sip.dial_plan import DialPlan, way_to

GIVEN: dict[str, Any] = {
    "sip_call_id": "SCL_1",
    "room_name": "room",
    "participant_identity": "sip_1",
    "address": "sip.carrier.example",
    "number": "+15105550111",
    "call_to": "+15105550100",
}


def plan(**fields: Any) -> DialPlan:
    from gateway.sip.dial_plan import plan_of

    return plan_of(dial_asked(InternalCreateSIPParticipantRequest(**(GIVEN | fields)).SerializeToString()))


def test_the_usual_call() -> None:
    made = plan()
    assert made.request_uri == made.to_uri == "sip:+15105550100@sip.carrier.example"
    assert (made.dialled, made.from_user, made.display_name) == ("+15105550100", "+15105550111", "+15105550111")
    assert (made.host, made.port, made.transport, made.headers) == ("sip.carrier.example", 0, "udp", [])


def test_visual_separators_are_neither_checked_nor_dialled() -> None:
    assert plan(call_to="+1 (510) 555-0100").dialled == "+15105550100"


@pytest.mark.parametrize(("display_name", "shown"), [(None, "+15105550111"), ("", ""), ("Front desk", "Front desk")])
def test_the_display_name_is_the_number_none_or_its_own(display_name: str | None, shown: str) -> None:
    named = {} if display_name is None else {"display_name": display_name}
    assert plan(**named).display_name == shown


@pytest.mark.parametrize(
    ("transport", "address", "expected"),
    [
        (0, "h.example", ("h.example", 0, "udp")),
        (2, "h.example:5070", ("h.example", 5070, "tcp")),
        (3, "192.0.2.1", ("192.0.2.1", 0, "tls")),
        (0, "sip:h.example;transport=tcp", ("h.example", 0, "tcp")),
        (0, "[2001:db8::1]:5080", ("2001:db8::1", 5080, "udp")),
        (0, "2001:db8::1", ("2001:db8::1", 0, "udp")),
    ],
)
def test_the_trunks_address_and_transport(transport: int, address: str, expected: tuple[str, int, str]) -> None:
    made = plan(transport=transport, address=address)
    assert (made.host, made.port, made.transport) == expected
    assert made.request_uri.endswith(f";transport={expected[2]}") == (expected[2] != "udp")


def test_to_header_and_request_uri_may_name_others_and_are_both_known() -> None:
    to = SIPNamedDest(values=SIPUri(user="2000", host="pbx.example")).SerializeToString()
    request_uri = SIPRequestDest(raw="<sip:+15105550177@sbc.example:5090>").SerializeToString()
    made = plan(sip_to_header=to, sip_request_uri=request_uri)
    assert (made.dialled, made.to_user) == ("+15105550177", "2000")
    assert made.request_uri == "sip:+15105550177@sbc.example:5090"
    assert made.to_uri == "sip:2000@pbx.example"
    assert made.host == "sip.carrier.example"  # it leaves by the trunk all the same


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"call_to": ""}, "sip_call_to"),
        ({"call_to": "+15105550100;phone-context=x"}, "sip_call_to"),
        ({"call_to": "911@elsewhere"}, "sip_call_to"),
        ({"call_to": "1\r\nX: y"}, "sip_call_to"),
        ({"call_to": "+1510%35550100"}, "sip_call_to"),
        ({"number": "a b\r\n"}, "sip_number"),
        ({"display_name": "a\r\nb"}, "display_name"),
        ({"display_name": "x" * 129}, "display_name"),
        ({"dtmf": "12x"}, "dtmf"),
        ({"dtmf": "1" * 257}, "dtmf"),
        ({"address": ""}, "address"),
        ({"address": "user@host"}, "address"),
        ({"address": "host;transport=sctp"}, "address"),
        ({"address": "ho st"}, "address"),
        ({"headers": {"From": "x"}}, "headers"),
        ({"room_name": ""}, "room_name"),
        ({"sip_request_uri": SIPRequestDest(raw="sip:1@h?Route=x").SerializeToString()}, "sip_request_uri"),
        ({"sip_request_uri": SIPRequestDest(raw="tel:+1510").SerializeToString()}, "sip_request_uri"),
        ({"sip_to_header": SIPNamedDest(raw="nonsense").SerializeToString()}, "sip_to_header"),
        ({"hostname": "h\r\nX: y"}, "host"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(BadInput) as refused:
        plan(**fields)
    assert refused.value.field == wrong


def test_nobody_sees_password_keys_or_token_in_a_printed_request() -> None:
    shown = repr(
        dial_asked(
            InternalCreateSIPParticipantRequest(password="s3cret", token="t0ken", dtmf="1234").SerializeToString()
        )
    )
    assert "s3cret" not in shown and "t0ken" not in shown and "1234" not in shown
    assert "1234" not in repr(plan(dtmf="1234"))


@pytest.mark.parametrize(
    "name",
    ["From", "to", "Via", "CALL-ID", "Contact", "Content-Length", "l", "m", "Route", "Record-Route", "Require", "v"],
)
def test_the_gateways_own_headers_cannot_be_set(name: str) -> None:
    with pytest.raises(BadInput):
        checked({name: "x"})


@pytest.mark.parametrize("value", ["a\r\nInjected: 1", "a\nb", "a\rb", "a\0b", "a\x7fb", "a\u2028b", "x" * 8193])
def test_a_value_is_one_line_of_bounded_length(value: str) -> None:
    with pytest.raises(BadInput):
        checked({"X-Note": value})


@pytest.mark.parametrize("name", ["", "X Note", "X:Note", "X\r\nNote", "Ä", "x" * 256])
def test_a_name_is_a_token(name: str) -> None:
    with pytest.raises(BadInput):
        checked({name: "x"})


def test_identity_and_asserted_identity_may_be_sent() -> None:
    wanted = {
        "Identity": "e" * 2000,
        "P-Asserted-Identity": "<sip:+15105550100@x>",
        "Diversion": "<sip:1@x>",
        "Privacy": "id",
    }
    assert checked(wanted) == list(wanted.items())


def test_attributes_become_headers_and_what_may_not_be_sent_is_left_out() -> None:
    attributes = {"a": "1", "b": "2", "c": "x\r\ny", "d": ""}
    mapping = {"a": "X-A", "b": "Via", "c": "X-C", "d": "X-D", "e": "X-E"}
    assert of_attributes(mapping, attributes) == [("X-A", "1")]


@pytest.mark.parametrize("address", ["sip.example", "sip.example:5060", "192.0.2.7:5090"])
def test_addresses_of_the_trunk_schema_are_all_readable(address: str) -> None:
    assert way_to(address)[0]
