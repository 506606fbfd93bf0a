"""REFER as the side that transfers: success, failure and unknown told apart, the call kept; REFER to us refused."""

from __future__ import annotations

import asyncio

import pytest

from gateway.sip.wire.calls import CallFailed
from gateway.sip.wire.refer import ReferOutcome
from tests.unit.sip_wire.dialling import Dialled, connected
from tests.unit.sip_wire.peer import header
from tests.unit.sip_wire.test_offers_of_ours import from_them
from tests.unit.sip_wire.virtual import on_virtual_clock

TARGET = "sip:+15105550123@127.0.0.1"


def notify(line: Dialled, cseq: int, status: str, state: str = "active", event: str = "refer") -> None:
    extra = f"Event: {event}\r\nSubscription-State: {state}\r\n"
    request = from_them(line, "NOTIFY", cseq, body=f"SIP/2.0 {status}\r\n" if status else "", extra=extra)
    line.peer.send(request.replace("application/sdp", "message/sipfrag"))


class Referring:
    def __init__(self, line: Dialled, **options: object) -> None:
        self.progress: list[int] = []
        asked = line.call.refer(TARGET, on_progress=self.progress.append, **options)  # type: ignore[arg-type]
        self.outcome = asyncio.ensure_future(asked)


@on_virtual_clock
async def test_progress_is_told_and_the_end_is_a_success() -> None:
    async with connected() as line:
        asked = Referring(line, referred_by="sip:agent@example.org", headers=[("X-A", "1")])
        refer = await line.next("REFER")
        assert header(refer, "Refer-To") == f"<{TARGET}>" and header(refer, "X-A") == "1"
        assert header(refer, "Referred-By") == "<sip:agent@example.org>" and header(refer, "Contact")
        line.peer.answer(refer, 202)
        for number, status in enumerate(("100 Trying", "180 Ringing"), start=1):
            notify(line, number, status)
            await line.peer.status(200)
        notify(line, 3, "200 OK", "terminated;reason=noresource")
        await line.peer.status(200)
        assert await asked.outcome == ReferOutcome("success", 200, "OK", taken=True)
        assert asked.progress == [100, 180, 200]
        assert line.call.is_answered


@pytest.mark.parametrize("status", ["486 Busy Here", "603 Decline", "503 No"])
def test_a_failed_transfer_is_told_with_its_code_and_the_call_goes_on(status: str) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with connected() as line:
            asked = Referring(line)
            line.peer.answer(await line.next("REFER"), 202)
            notify(line, 1, status, "terminated")
            await line.peer.status(200)
            code, _, reason = status.partition(" ")
            assert await asked.outcome == ReferOutcome("failure", int(code), reason, taken=True)
            assert line.call.is_answered
            again = Referring(line)
            line.peer.answer(await line.next("REFER"), 405)
            assert (await again.outcome).code == 405

    run()


@on_virtual_clock
async def test_a_notify_may_come_before_the_202_and_name_its_refer() -> None:
    async with connected() as line:
        asked = Referring(line)
        refer = await line.next("REFER")
        number = header(refer, "CSeq").split()[0]
        notify(line, 1, "180 Ringing", event=f"refer;id={number}")
        await line.peer.status(200)
        line.peer.answer(refer, 202)
        notify(line, 2, "200 OK", event="refer;id=999")
        await line.peer.status(481)
        notify(line, 3, "200 OK", event=f"refer;id={number}")
        await line.peer.status(200)
        assert (await asked.outcome).kind == "success"


@pytest.mark.parametrize(
    ("after", "peer_left"), [("terminated", False), ("bye", True), ("silence", False), ("nosub", False)]
)
def test_an_accepted_transfer_whose_end_is_not_told_is_unknown(after: str, peer_left: bool) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with connected() as line:
            asked = Referring(line)
            refer = await line.next("REFER")
            line.peer.answer(refer, 202, extra="Refer-Sub: false\r\n" if after == "nosub" else "")
            if after == "terminated":
                notify(line, 1, "100 Trying", "terminated;reason=timeout")
                await line.peer.status(200)
            elif after == "bye":
                line.peer.send(from_them(line, "BYE", 1))
                await line.peer.status(200)
            outcome = await asked.outcome
            assert (outcome.kind, outcome.peer_left) == ("unknown", peer_left)
            assert line.call.is_answered is (after != "bye")

    run()


@on_virtual_clock
async def test_two_transfers_at_once_and_one_without_a_call_are_refused() -> None:
    async with connected() as line:
        asked = Referring(line)
        refer = await line.next("REFER")
        with pytest.raises(CallFailed) as second:
            await line.call.refer(TARGET)
        assert second.value.code == 491
        line.peer.answer(refer, 603)
        assert (await asked.outcome) == ReferOutcome("failure", 603, "Whatever")
        ending = asyncio.ensure_future(line.call.hangup())
        line.peer.answer(await line.next("BYE"), 200)
        await ending
        with pytest.raises(CallFailed) as late:
            await line.call.refer(TARGET)
        assert late.value.code == 481


@on_virtual_clock
async def test_a_refer_to_us_and_a_notify_of_nothing_are_refused() -> None:
    async with connected() as line:
        line.peer.send(from_them(line, "REFER", 1, extra=f"Refer-To: <{TARGET}>\r\n"))
        await line.peer.status(403)
        notify(line, 2, "200 OK")
        await line.peer.status(481)
        assert line.call.is_answered


@on_virtual_clock
async def test_a_refusal_and_a_bye_read_in_one_moment_are_a_failure() -> None:
    async with connected() as line:
        asked = Referring(line)
        refer = await line.next("REFER")
        line.peer.answer(refer, 603)
        line.peer.send(from_them(line, "BYE", 1))
        await line.peer.status(200)
        assert (await asked.outcome).kind == "failure"


@on_virtual_clock
async def test_a_bye_before_any_response_is_a_phone_that_left() -> None:
    async with connected() as line:
        asked = Referring(line)
        await line.next("REFER")
        line.peer.send(from_them(line, "BYE", 1))
        while not (await line.peer.next()).startswith("SIP/2.0 200"):
            pass
        outcome = await asked.outcome
        assert (outcome.kind, outcome.peer_left) == ("unknown", True)
