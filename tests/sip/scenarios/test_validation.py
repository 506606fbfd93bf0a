"""Requests that a gateway must refuse before it keeps anything about them, each with its own status."""

from __future__ import annotations

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import NUMBER
from tests.sip.scenarios.steps import SERVER, ack_refusal, conversation, invite, recv, request, stray

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("method", ["PUBLISH", "MESSAGE", "SUBSCRIBE", "REGISTER", "FOO"])
async def test_unknown_method_expect_405_with_allow(phones: Phones, method: str) -> None:
    has = ["Allow: [A-Z, ]*INVITE[A-Z, ]*BYE", "To:[^\r\n]*;tag="]
    await phones.play([stray(method), recv(405, has=has)])


async def test_unknown_method_in_a_call_expect_405_and_the_call_goes_on(phones: Phones) -> None:
    await phones.completes(conversation(request("FOO", 2), recv(405, has=["Allow: "]), last=3))


REFUSED: dict[str, tuple[str, int, list[str]]] = {
    "an extension we have not": (invite(headers=["Require: 100rel, teleport"]), 420, ["Unsupported: teleport"]),
    "a body that is no SDP": (invite(body="hello", kind="text/plain"), 415, ["Accept: application/sdp"]),
    "a scheme that is no SIP": (invite(uri="mailto:x@[remote_ip]"), 416, []),
    "an answer in a body we cannot make": (invite(headers=["Accept: text/plain"]), 406, []),
    "a length beyond its end": (invite().replace("Content-Length: [len]", "Content-Length: 9999"), 400, []),
    "no From": (invite(change={"From": ""}), 400, []),
    "a From without tag": (invite(change={"From": "<sip:x@[local_ip]>"}), 400, []),
    "no Contact": (invite(change={"Contact": ""}), 400, []),
    "two To": (invite(headers=["To: <sip:other@[remote_ip]>"]), 400, []),
    "two CSeq": (invite(headers=["CSeq: 2 INVITE"]), 400, []),
    "a CSeq of another method": (invite(change={"CSeq": "1 BYE"}), 400, []),
    "a CSeq beyond 2^31": (invite(change={"CSeq": "4294967296 INVITE"}), 400, []),
    "Max-Forwards that is no number": (invite(change={"Max-Forwards": "many"}), 400, []),
    "another version": (invite().replace(" SIP/2.0\n", " SIP/7.0\n", 1), 505, []),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_invite_is_refused_for(phones: Phones, what: str) -> None:
    """SIPp matches the answer by its branch; the CSeq may be part of what is wrong."""
    text, status, has = REFUSED[what]
    first = text.replace("<send", '<send start_txn="first"', 1)
    answer = recv(status, has=has).replace("<recv", '<recv response_txn="first"', 1)
    sipp = await phones.play([first, answer, ack_refusal().replace("<send", '<send ack_txn="first"', 1)])
    assert sipp.call_id not in [asked["sip_call_id"] for asked in phones.desk.asked]


async def test_refused_invite_is_in_the_record(phones: Phones) -> None:
    sipp = await phones.play([invite(headers=["Require: teleport"]), recv(420), ack_refusal()])
    refusal = await phones.desk.refusal_of(sipp.call_id)
    assert (refusal["slug"], refusal["sip_code"], refusal["pii"]["dnis"]) == ("malformed", 420, NUMBER)


async def test_no_hops_left_expect_200_from_where_the_call_ends(phones: Phones) -> None:
    """RFC 4475 §3.3.11: only a proxy takes a hop."""
    await phones.completes([invite(change={"Max-Forwards": "0"}), *conversation()[1:]])


async def test_compact_headers_and_odd_spelling_are_understood(phones: Phones) -> None:
    """Short names, tabs, any case, and a display name with what looks like an address."""
    change = {
        "From": "", "To": "", "Call-ID": "", "Contact": "", "Via": "",
    }  # fmt: skip
    short = [
        "v: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-invite1",
        'f: "Doe; <J. \\"x\\">" <sip:+15105550188@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]',
        f"t:\t<{SERVER}>",
        "i: [call_id]",
        "m:<sip:+15105550188@[local_ip]:[local_port]>",
        "cSeQ:   1    INVITE",
    ]
    lines = invite(headers=short, change=change | {"CSeq": ""})
    await phones.completes([lines, *conversation()[1:]])
