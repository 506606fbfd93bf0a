"""Calls out by a trunk that signs: the Identity header as a phone gets it, and our own verifier about it."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from livekit import api

from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.verify import Rules, SipCall, judge, open_header
from tests.sip.scenarios.sipp import Sipp
from tests.sip.scenarios.steps import recv, respond
from tests.sip.stack import RunningStack
from tests.stir import maker
from tests.stir.checking import credential

OWN, DIALLED = "+15105550185", "+15105550186"


@pytest.mark.parametrize("signs", [True, False], ids=["signs", "does not"])
async def test_a_call_out_is_signed_when_its_trunk_says_so(stack: RunningStack, tmp_path: Path, signs: bool) -> None:
    phone = Sipp(tmp_path, [recv("INVITE"), respond(486, tag="callee", again=True), recv("ACK")])
    await phone.start()
    await phone.listening()
    body = {"name": "signs", "address": f"127.0.0.1:{phone.port}", "transport": "udp", "numbers": [OWN]}
    trunk = stack.post("/v1/outbound-trunks", body | {"sign_calls": signs})
    try:
        stack.until(lambda: stack.get("/v1/outbound-trunks/sync")["in_sync"], "the trunk is in LiveKit")
        livekit_id = stack.get(f"/v1/outbound-trunks/{trunk['id']}")["livekit_id"]
        await dialled(stack, livekit_id)
        await phone.done()
    finally:
        phone.end()
        stack.api.delete(f"/v1/outbound-trunks/{trunk['id']}")
    found = re.findall(r"^Identity: *(\S+)\r?$", phone.trace(), re.MULTILINE)
    assert bool(found) == signs
    for header in found:
        opened = open_header(header, Rules())
        call = SipCall(OWN.removeprefix("+"), frozenset({DIALLED.removeprefix("+")}))
        now = datetime.now(UTC)
        verdict = judge([opened], {maker.X5U: credential(now=now)}, call, now, Rules(), Seen())
        assert (verdict.verstat, verdict.attest) == ("TN-Validation-Passed", "A"), verdict.sentence


async def dialled(stack: RunningStack, livekit_id: str) -> None:
    """Returns when the phone has said that it is busy."""
    env = stack.env
    async with api.LiveKitAPI(env["LIVEKIT_URL"], env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"]) as livekit:
        request = api.CreateSIPParticipantRequest(
            sip_trunk_id=livekit_id, sip_call_to=DIALLED, sip_number=OWN, room_name=f"signed-{secrets.token_hex(4)}",
            participant_identity="callee", wait_until_answered=True,
        )  # fmt: skip
        with pytest.raises(api.TwirpError):
            await livekit.sip.create_sip_participant(request)
