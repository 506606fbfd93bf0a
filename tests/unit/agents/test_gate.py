"""What a worker asks about a caller whom a SIP bridge has brought."""

from __future__ import annotations

from agents.gate import question
from gateway.kernel.ids import new_id


def test_the_bridges_attributes_become_the_question() -> None:
    asked = question(
        new_id("call"),
        {
            "sip.callID": "SCL_1", "sip.callIDFull": "abc@carrier", "sip.trunkID": "ST_1",
            "sip.phoneNumber": "+12155550121",
            "sip.trunkPhoneNumber": "+12155550199", "sip.h.Identity": "eyJ…;info=<https://…>",
            "sip.h.x-twilio-verstat": "TN-Validation-Passed-A", "lk.other": "x",
        },
    )  # fmt: skip
    assert (asked.sip_call_id, asked.livekit_trunk_id, asked.direction) == ("abc@carrier", "ST_1", "inbound")
    assert (asked.pii.ani, asked.pii.dnis, asked.pii.source_address) == ("+12155550121", "+12155550199", "")
    assert asked.identity_headers == ["eyJ…;info=<https://…>"]
    assert asked.invite_pii.headers == [("x-twilio-verstat", "TN-Validation-Passed-A")]


def test_a_bridge_that_tells_nothing_is_asked_about_all_the_same() -> None:
    asked = question(new_id("call"), {"sip.callID": "SCL_1"})
    assert (asked.sip_call_id, asked.pii.ani, asked.identity_headers) == ("SCL_1", "", [])
