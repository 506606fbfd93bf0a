"""A call that we transfer by REFER (RFC 3515): every way in which the phone may take it, told by livekit-api."""

from __future__ import annotations

import pytest
from livekit import api

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.far_end import dialled
from tests.sip.scenarios.steps import Steps, recv, request_of_callee, respond, taken, taken_bye, waits_for_us

pytestmark = pytest.mark.asyncio(loop_scope="session")

TARGET = "tel:+15105550155"
ASKED = recv("REFER", has=[r"Refer-To: <tel:[+]15105550155>", "Referred-By: <sip:"])


def notify(cseq: int, line: str, state: str) -> Steps:
    said = ["Event: refer", f"Subscription-State: {state}"]
    body, kind = f"SIP/2.0 {line}", "message/sipfrag;version=2.0"
    return [request_of_callee("NOTIFY", cseq, headers=said, body=body, kind=kind), recv(200, has=["NOTIFY"])]


TAKEN = [*taken(), ASKED, respond(202)]
GONE = "terminated;reason=noresource"


async def test_transfer_that_succeeds_ends_the_call(phones: Phones) -> None:
    steps = [*TAKEN, *notify(1, "100 Trying", "active"), *notify(2, "200 OK", GONE), *taken_bye()]
    far = await dialled(phones, steps)
    await far.answered()
    await far.transfer(TARGET)
    await far.sipp.done()
    assert (await far.fact("transfer_ended"))["outcome"] == "success"
    assert (await far.fact("leg_left"))["slug"] == "transferred"


async def test_transfer_to_a_busy_phone_tells_486_and_the_call_goes_on(phones: Phones) -> None:
    steps = [*TAKEN, *notify(1, "180 Ringing", "active"), *notify(2, "486 Busy Here", GONE)]
    far = await dialled(phones, [*steps, *waits_for_us(), request_of_callee("BYE", 3), recv(200)])
    await far.answered()
    with pytest.raises(api.SipCallError) as failed:
        await far.transfer(TARGET)
    assert failed.value.sip_status_code == 486
    await far.goes_on()
    await far.done("completed", "callee")


@pytest.mark.parametrize("status", [405, 403, 501, 603])
async def test_phone_that_takes_no_refer_is_told_by_its_status_and_the_call_goes_on(
    phones: Phones, status: int
) -> None:
    steps = [*taken(), ASKED, respond(status), *waits_for_us(), request_of_callee("BYE", 1), recv(200)]
    far = await dialled(phones, steps)
    await far.answered()
    with pytest.raises(api.SipCallError) as failed:
        await far.transfer(TARGET)
    assert failed.value.sip_status_code == status
    assert (await far.fact("transfer_ended"))["outcome"] == "failure"
    await far.goes_on()
    await far.done("completed", "callee")


async def test_phone_that_hangs_up_after_its_202_has_transferred(phones: Phones) -> None:
    """Many gateways of carriers do just that, without a NOTIFY."""
    far = await dialled(phones, [*TAKEN, request_of_callee("BYE", 1), recv(200)])
    await far.answered()
    await far.transfer(TARGET)
    await far.sipp.done()
    assert (await far.fact("leg_left"))["slug"] == "transferred"
