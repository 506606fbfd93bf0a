"""Calls over real SIP whose callers are vouched for, or not: what is on the wire, and what the record says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sip.foreign.pcap import Capture
from tests.sip.scenarios.steps import ack, answered, bye, invite, pause, recv, refused, respond
from tests.sip.scenarios.steps import play as play_audio
from tests.sip.stack import RunningStack
from tests.sip.trust.conftest import ORIG, Play
from tests.stir.certificate_server import CertificateServer

OTHER = "12155550177"
PIN = "975318642097"  # longer than the digits of any time or number in a log
STRICT = {"failed": {"do": "refuse"}, "unsigned": {"do": "refuse"}, "unchecked": {"do": "refuse"}}
Signed = Callable[..., str]


def admission(stack: RunningStack, sip_call_id: str) -> dict[str, Any]:
    """The verdict in the record of the call."""
    found: dict[str, Any] = stack.until(lambda: stack.call_of(sip_call_id), "the call is in the record")
    log = stack.get(f"/v1/calls/{found['id']}/events")["data"]
    return next(one for one in log if one["kind"] == "admission_decided")["body"]["verdict"]


async def test_a_good_signature_lets_the_call_in(
    stack: RunningStack, a_number: Any, signed: Signed, play: Play
) -> None:
    with a_number("+15105550184", STRICT) as number:
        steps = [invite(headers=[signed(number.digits)]), *answered(), ack(), *bye()]
        sipp = await play(steps, number.number)
        kept = admission(stack, sipp.call_id)["caller_trust"]
        assert (kept["standing"], kept["by"], kept["own"]["headers"][0]["provider"]) == ("A", "own", "709J")
        assert ORIG not in str(kept)


@pytest.mark.parametrize(
    ("headers", "code", "reason"),
    [
        (lambda signed, to: [], 428, 'STIR;cause=428;text="Use Identity Header"'),
        (lambda signed, to: [signed(OTHER)], 438, 'STIR;cause=438;text="Invalid Identity Header"'),
        (lambda signed, to: [signed(to)[:-40] + "x" * 40], 438, 'STIR;cause=438;text="Invalid Identity Header"'),
        (lambda signed, to: [signed(to, age_s=300)], 403, 'STIR;cause=403;text="Stale Date"'),
        (lambda signed, to: [signed(to, path="gone.pem")], 436, 'STIR;cause=436;text="Bad Identity Info"'),
        (lambda signed, to: [signed(to, path="strange.pem")], 437, 'STIR;cause=437;text="Unsupported Credential"'),
    ],
    ids=["missing", "copied", "broken", "stale", "no certificate", "unknown authority"],
)
async def test_each_bad_signature_is_refused_with_its_code_and_a_reason_before_the_answer(
    stack: RunningStack, a_number: Any, certificates: CertificateServer, signed: Signed, play: Play,
    headers: Any, code: int, reason: str,
) -> None:  # fmt: skip
    certificates.files["strange.pem"] = certificates.strange_bundle
    with a_number("+15105550184", STRICT) as number:
        given = headers(signed, number.digits)
        phrase = reason.split('"')[1]
        steps = [invite(headers=given), *refused(code, has=[f"SIP/2.0 {code} {phrase}", f"Reason: {reason}"])]
        sipp = await play(steps, number.number)
        end = stack.ended_call(sipp.call_id)["termination"]
        assert (end["slug"], end["sip_code"]) == ("unverified_caller", code)
        assert admission(stack, sipp.call_id)["checks"][-1]["name"] == "caller_trust"


async def test_a_diverted_call_passes_by_its_chain_and_fails_without_it(
    stack: RunningStack, a_number: Any, signed: Signed, play: Play
) -> None:
    with a_number("+15105550184", STRICT) as number:
        made_for_other = signed(OTHER)
        diverted = signed(number.digits, kind="div", attest=None, origid=None, div={"tn": OTHER})
        steps = [invite(headers=[made_for_other, diverted]), *answered(), ack(), *bye()]
        sipp = await play(steps, number.number)
        own = admission(stack, sipp.call_id)["caller_trust"]["own"]
        assert (own["verstat"], own["diverted"], len(own["headers"])) == ("TN-Validation-Passed", 1, 2)
        gap = signed(number.digits, kind="div", attest=None, origid=None, div={"tn": "12155550133"})
        await play([invite(headers=[signed(OTHER), gap]), *refused(438, has=["Reason: STIR;cause=438"])], number.number)


@pytest.mark.parametrize(
    ("sip_code", "first_line", "reason"),
    [
        (603, "SIP/2.0 603 Network Blocked", 'Reason: .*Q.850;cause=21;text="v=analytics1'),
        (608, "SIP/2.0 608 Rejected", 'Reason: STIR;cause=428;text="Use Identity Header"'),
        (403, "SIP/2.0 403 Stale Date", 'Reason: STIR;cause=428;text="Use Identity Header"'),
    ],
)
async def test_the_terms_choose_the_code(
    a_number: Any, play: Play, sip_code: int, first_line: str, reason: str
) -> None:
    with a_number("+15105550184", {"unsigned": {"do": "refuse", "sip_code": sip_code}}) as number:
        await play([invite(), *refused(sip_code, has=[first_line, reason])], number.number)


async def test_a_caller_for_whom_nobody_vouches_is_sent_elsewhere(
    stack: RunningStack, a_number: Any, play: Play
) -> None:
    with a_number("+15105550184", {"unsigned": {"do": "send", "to": "sip:desk@pbx.example"}}) as number:
        sipp = await play([invite(), *refused(302, has=["Contact: <sip:desk@pbx.example>"])], number.number)
        assert stack.ended_call(sipp.call_id)["termination"]["slug"] == "redirected"


async def test_who_does_not_press_the_key_is_not_let_on(stack: RunningStack, a_number: Any, play: Play) -> None:
    """SIPp presses * three times, which is never the key."""
    terms = {"unsigned": {"do": "challenge"}}
    with a_number("+15105550184", terms) as number:
        steps = [invite(), *answered(), ack(), *pressed(stack.folder.parent / "stars.pcap", "*", "*", "*")[:1]]
        sipp = await play([*steps, recv("BYE"), respond(200)], number.number)
        assert stack.ended_call(sipp.call_id)["termination"]["slug"] == "screened"
        kinds = [one["kind"] for one in events(stack, sipp.call_id)]
        assert "challenge_met" not in kinds and "leg_joined" not in kinds


async def test_who_knows_the_pin_is_let_on_and_no_digit_of_it_is_kept(
    stack: RunningStack, a_number: Any, play: Play
) -> None:
    terms = {"unsigned": {"do": "challenge", "by": "pin"}}
    with a_number("+15105550184", terms, trust_pin=PIN) as number:
        keys = pressed(stack.folder.parent / "pin.pcap", "11111#", f"{PIN}#")
        sipp = await play([invite(), *answered(), ack(), *keys, *bye()], number.number)
        stack.ended_call(sipp.call_id)
        log = events(stack, sipp.call_id)
        assert {"challenge_met", "leg_joined"} <= {one["kind"] for one in log}
        assert PIN not in str(log) and PIN not in stack.logs()


async def test_a_carriers_verdict_is_believed_on_its_own_trunk_only(
    stack: RunningStack, a_number: Any, play: Play
) -> None:
    says = ["X-Twilio-VerStat: TN-Validation-Passed-A"]
    with a_number("+15105550184", STRICT, carrier_verdicts="twilio") as number:
        sipp = await play([invite(headers=says), *answered(), ack(), *bye()], number.number)
        kept = admission(stack, sipp.call_id)["caller_trust"]
        assert (kept["standing"], kept["by"], kept["carrier"]["level"]) == ("A", "carrier", "A")
    with a_number("+15105550184", STRICT) as number:
        await play([invite(headers=says), *refused(428)], number.number)


def events(stack: RunningStack, sip_call_id: str) -> list[dict[str, Any]]:
    found = stack.call_of(sip_call_id)
    assert found
    return stack.get(f"/v1/calls/{found['id']}/events", limit=500)["data"]


def pressed(file: Path, *groups: str) -> list[str]:
    """Plays groups of keys, each as soon as the prompt before can have begun."""
    capture = Capture()
    for group in groups:
        capture.silence(2.0)
        capture.keys(group)
    capture.silence(1.0)
    capture.write(file)
    return [play_audio(str(file)), pause(int(capture.seconds * 1000) + 500)]
