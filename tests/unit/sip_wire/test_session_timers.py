"""Session timers (RFC 4028): what is agreed, who refreshes, and when a silent side is given up."""

from __future__ import annotations

import asyncio

import pytest

from gateway.sip.wire.message import Request, Response, parse
from gateway.sip.wire.session_timer import SessionTimer, accept, agreed, ask, too_small
from tests.unit.sip_wire.dialling import SDP, connected, dialled
from tests.unit.sip_wire.peer import Callee, a_peer_of, header, ringing, sdp_for, tag_of, user_agent
from tests.unit.sip_wire.test_offers_of_ours import from_them
from tests.unit.sip_wire.virtual import on_virtual_clock

TIMED = "Session-Expires: 300;refresher={}\r\nRequire: timer\r\nAllow: INVITE, BYE, {}\r\n"


def message(text: str) -> Request:
    found = parse(f"INVITE sip:b@h SIP/2.0\r\n{text}\r\n".encode())
    assert isinstance(found, Request)
    return found


@pytest.mark.parametrize(
    ("headers", "timer", "said"),
    [
        ("", None, []),
        ("Supported: timer\r\n", None, []),
        ("Supported: timer\r\nx: 600\r\n", SessionTimer(600, False), ["600;refresher=uac", "timer"]),
        ("Supported: a, timer\r\nx: 600;refresher=uas\r\n", SessionTimer(600, True), ["600;refresher=uas", "timer"]),
        ("x: 600\r\n", SessionTimer(600, True), ["600;refresher=uas"]),  # a proxy's wish; the phone knows no timer
        ("x: 30;refresher=uac\r\n", SessionTimer(90, True), ["90;refresher=uas"]),
        ("Supported: timer\r\nx: soon\r\n", None, []),
        ("Supported: timer\r\nx: 99999999999999\r\n", None, []),
        ("k: timer\r\nx: 99999999 ; Refresher = UAS\r\n", SessionTimer(86400, True), ["86400;refresher=uas", "timer"]),
    ],
)  # fmt: skip
def test_the_called_side_agrees_to(headers: str, timer: SessionTimer | None, said: list[str]) -> None:
    found, answer = accept(message(headers))
    assert found == timer
    assert [value for _, value in answer] == said


def test_the_calling_side_takes_what_the_answer_says() -> None:
    def response(text: str) -> Response:
        found = parse(f"SIP/2.0 200 OK\r\n{text}\r\n".encode())
        assert isinstance(found, Response)
        return found

    assert agreed(response("")) is None
    assert agreed(response("x: 300\r\n")) == SessionTimer(300, True)
    assert agreed(response("x: 300;refresher=uas\r\n")) == SessionTimer(300, False)
    assert ask() == [("Session-Expires", "1800"), ("Min-SE", "90")]
    assert ask(SessionTimer(300, False), 400) == [("Session-Expires", "400;refresher=uas"), ("Min-SE", "400")]


def test_only_who_understands_it_is_told_that_its_interval_is_too_small() -> None:
    assert too_small(message("Supported: timer\r\nx: 60\r\n"))
    assert not too_small(message("x: 60\r\n"))
    assert not too_small(message("Supported: timer\r\nx: 90\r\n"))


@on_virtual_clock
async def test_an_invite_with_too_small_an_interval_is_422_with_ours() -> None:
    async with user_agent() as agent, a_peer_of(agent) as peer:
        peer.send(peer.invite(extra="Session-Expires: 60\r\nSupported: timer\r\n"))
        assert header(await peer.status(422), "Min-SE") == "90"


@on_virtual_clock
async def test_our_invite_refused_with_422_comes_again_with_their_interval() -> None:
    async with dialled() as line:
        line.peer.answer(line.invite, 422, tag="b0", extra="Min-SE: 3600\r\n")
        await line.next("ACK")
        again = await line.next("INVITE")
        assert (header(again, "Session-Expires"), header(again, "Min-SE")) == ("3600", "3600")
        line.peer.answer(again, 422, tag="b0", extra="Min-SE: 3600\r\n")
        await line.next("ACK")
        await line.peer.nothing()


@on_virtual_clock
async def test_we_refresh_by_update_at_half_time_for_as_long_as_the_call_lasts() -> None:
    async with connected(TIMED.format("uac", "UPDATE")) as line:
        loop = asyncio.get_running_loop()
        for _ in range(3):
            before = loop.time()
            update = await line.peer.next(200)
            assert update.startswith("UPDATE ") and 149 < loop.time() - before < 151
            assert header(update, "Session-Expires") == "300;refresher=uac" and header(update, "Contact")
            line.peer.answer(update, 200, extra="Session-Expires: 300;refresher=uac\r\nRequire: timer\r\n")
        assert line.told == []


@on_virtual_clock
async def test_without_update_we_refresh_by_the_offer_that_stands() -> None:
    async with connected(TIMED.format("uac", "INFO"), offer_sdp=b"v=0\r\nmine") as line:
        invite = await line.peer.next(200)
        assert invite.startswith("INVITE ") and invite.endswith("mine")
        line.peer.answer(invite, 200, body=SDP)  # and no timer any more
        await line.next("ACK")
        await line.peer.nothing(2000)
        assert line.told == []


@on_virtual_clock
async def test_a_refresh_that_nobody_answers_ends_the_call() -> None:
    async with connected(TIMED.format("uac", "UPDATE")) as line:
        while not (message := await line.peer.next(200)).startswith("BYE "):
            assert message.startswith("UPDATE ")
        assert line.told == ["lost"]
        line.peer.answer(message, 200)


@on_virtual_clock
async def test_a_refused_refresh_is_tried_again_until_time_is_up() -> None:
    async with connected(TIMED.format("uac", "UPDATE")) as line:
        tries = 0
        while not (message := await line.peer.next(200)).startswith("BYE "):
            tries += 1
            line.peer.answer(message, 503)
        assert tries > 5 and line.told == ["lost"]
        line.peer.answer(message, 200)


@on_virtual_clock
async def test_a_side_that_owes_the_refresh_and_is_silent_is_hung_up_in_time() -> None:
    async with connected(TIMED.format("uas", "UPDATE")) as line:
        loop = asyncio.get_running_loop()
        before = loop.time()
        bye = await line.peer.next(400)
        assert bye.startswith("BYE ") and 267 < loop.time() - before < 269
        line.peer.answer(bye, 200)
        assert line.told == ["lost"]


@on_virtual_clock
async def test_their_refresh_keeps_the_call_and_an_update_without_one_ends_the_timer() -> None:
    async with connected(TIMED.format("uas", "UPDATE")) as line:
        timed = "Session-Expires: 300;refresher=uac\r\nSupported: timer\r\n"
        for number in (1, 2):
            await asyncio.sleep(200)
            line.peer.send(from_them(line, "UPDATE", number, extra=timed))
            assert header(await line.peer.status(200), "Session-Expires") == "300;refresher=uac"
        line.peer.send(from_them(line, "UPDATE", 3))
        await line.peer.status(200)
        await line.peer.nothing(2000)
        assert line.told == []


@on_virtual_clock
async def test_an_incoming_call_is_refreshed_by_us_when_its_phone_cannot() -> None:
    callee = Callee()
    async with user_agent(callee.take) as agent, a_peer_of(agent) as peer:
        call = await ringing(peer, callee, peer.invite(extra="Session-Expires: 180\r\n"))
        call.answer(sdp_for(call))
        answer = await peer.status(200)
        assert header(answer, "Session-Expires") == "180;refresher=uas" and not header(answer, "Require")
        peer.ack(answer)
        invite = await peer.next(100)
        assert invite.startswith("INVITE ") and tag_of(answer) in header(invite, "From")
        peer.answer(invite, 200, body=SDP, extra="Session-Expires: 180;refresher=uac\r\n")
        assert (await peer.next()).startswith("ACK ")
        assert (await peer.next(100)).startswith("INVITE ")
