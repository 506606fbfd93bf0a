"""Calls that we make, until they are answered: a peer of plain strings picks up, refuses, forks, challenges."""

from __future__ import annotations

import asyncio

import pytest

from gateway.kernel.errors import BadInput
from gateway.sip.wire.calls import CallFailed
from tests.unit.sip_wire.dialling import SDP, connected, dialled
from tests.unit.sip_wire.peer import HOST, header, user_agent
from tests.unit.sip_wire.virtual import on_virtual_clock

CHALLENGE = 'WWW-Authenticate: Digest realm="x", nonce="n{}", qop="auth"{}\r\n'
PROXY = 'Proxy-Authenticate: Digest realm="p", nonce="m", qop="auth"\r\n'


async def failure(line: object) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        await asyncio.wait_for(line.call.answered(), 300)  # type: ignore[attr-defined]
    return failed.value


@on_virtual_clock
async def test_a_call_is_answered_and_ended_by_us() -> None:
    async with connected() as line:
        assert await line.call.answered() == SDP.encode()
        ending = asyncio.ensure_future(line.call.hangup([("Reason", "Q.850;cause=16")]))
        bye = await line.next("BYE")
        assert header(bye, "Reason") == "Q.850;cause=16"
        line.peer.answer(bye, 200)
        await ending
        await line.peer.nothing()
        assert line.told == []


@on_virtual_clock
async def test_a_call_ended_by_them_gets_its_headers_through() -> None:
    async with connected() as line:
        bye = line.peer.request("BYE", cseq=1, extra="X-Why: done\r\n", Call_ID=header(line.invite, "Call-ID"))
        bye = bye.replace(header(bye, "From"), f"<sip:bob@{HOST}>;tag=b1")
        line.peer.send(bye.replace(header(bye, "To"), header(line.invite, "From")))
        await line.peer.status(200)
        assert line.told == ["bye"]
        assert ("X-Why", "done") in line.call.bye_headers


@on_virtual_clock
async def test_what_is_asked_for_is_in_the_invite() -> None:
    async with dialled(
        display_name='Ann "A" \\', from_host="example.org", to_uri="sip:carol@example.net",
        headers=[("X-A", "1"), ("Identity", "a"), ("Identity", "b")],
    ) as line:  # fmt: skip
        assert header(line.invite, "From").startswith('"Ann \\"A\\" \\\\" <sip:+15105550100@example.org>;tag=')
        assert header(line.invite, "To") == "<sip:carol@example.net>"
        assert line.invite.index("Identity: a") < line.invite.index("Identity: b")
        assert "100rel, timer" in header(line.invite, "Supported")


@on_virtual_clock
async def test_an_unanswered_invite_is_repeated_and_fails_with_408() -> None:
    async with dialled() as line:
        again = [await line.next("INVITE") for _ in range(6)]
        assert set(again) == {line.invite}
        assert (await failure(line)).code == 408
        await line.peer.nothing()


@on_virtual_clock
async def test_ringing_and_early_media_are_told_and_may_last_long() -> None:
    async with dialled() as line:
        line.peer.answer(line.invite, 100)
        line.peer.answer(line.invite, 180, tag="b1")
        line.peer.answer(line.invite, 183, tag="b1", body=SDP)
        await line.peer.nothing(170)
        assert line.told == [(180, False), (183, True)]
        await line.pick_up(body="")
        assert await line.call.answered() == SDP.encode()  # the early answer stands


@pytest.mark.parametrize(("status", "extra"), [(486, ""), (603, "Reason: SIP;cause=603\r\n"), (302, "X-A: b\r\n")])
def test_a_refusal_is_acknowledged_and_told_with_its_headers(status: int, extra: str) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with dialled() as line:
            line.peer.answer(line.invite, status, tag="b1", extra=extra)
            await line.next("ACK")
            line.peer.answer(line.invite, status, tag="b1", extra=extra)
            await line.next("ACK")
            failed = await failure(line)
            assert failed.code == status
            assert not extra or tuple(extra.strip().split(": ")) in failed.headers

    run()


@on_virtual_clock
async def test_a_cancel_waits_for_the_first_sign_and_carries_its_reason() -> None:
    async with dialled() as line:
        await line.call.cancel([("Reason", "SIP;cause=200")])
        assert (await line.next("INVITE")) == line.invite
        line.peer.answer(line.invite, 180, tag="b1")
        cancel = await line.next("CANCEL")
        assert header(cancel, "Via") == header(line.invite, "Via")
        assert header(cancel, "Reason") == "SIP;cause=200"
        line.peer.answer(cancel, 200)
        line.peer.answer(line.invite, 487, tag="b1")
        await line.next("ACK")
        assert (await failure(line)).code == 487


@on_virtual_clock
async def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() -> None:
    async with dialled() as line:
        line.peer.answer(line.invite, 180, tag="b1")
        await asyncio.sleep(0.1)
        await line.call.cancel()
        line.peer.answer(await line.next("CANCEL"), 200)
        await line.pick_up()
        line.peer.answer(await line.next("BYE"), 200)
        assert (await failure(line)).code == 487
        await line.peer.nothing()


@on_virtual_clock
async def test_a_cancel_that_nobody_heeds_is_given_up() -> None:
    async with dialled() as line:
        line.peer.answer(line.invite, 180, tag="b1")
        await asyncio.sleep(0.1)
        await line.call.cancel()
        line.peer.answer(await line.next("CANCEL"), 200)
        assert (await failure(line)).code == 408


@on_virtual_clock
async def test_the_second_phone_of_a_forked_call_is_hung_up_and_repeats_get_their_ack() -> None:
    async with connected() as line:
        line.peer.answer(line.invite, 200, tag="b2", body=SDP)
        assert header(await line.next("ACK"), "To").endswith("tag=b2")
        bye = await line.next("BYE")
        assert header(bye, "To").endswith("tag=b2")
        line.peer.answer(bye, 200)
        line.peer.answer(line.invite, 200, tag="b1", body=SDP)
        assert header(await line.next("ACK"), "To").endswith("tag=b1")
        await line.peer.nothing()


@on_virtual_clock
async def test_both_challenges_of_a_way_are_answered() -> None:
    async with dialled(credentials=("ann", "secret"), headers=[("X-A", "1")]) as line:
        line.peer.answer(line.invite, 407, tag="p", extra=PROXY)
        await line.next("ACK")
        second = await line.next("INVITE")
        assert header(second, "Proxy-Authorization") and header(second, "X-A") == "1"
        assert header(second, "CSeq") == "2 INVITE" and header(second, "Call-ID") == header(line.invite, "Call-ID")
        line.peer.answer(second, 401, tag="u", extra=CHALLENGE.format(1, ""))
        await line.next("ACK")
        third = await line.next("INVITE")
        assert header(third, "Proxy-Authorization") and header(third, "Authorization")
        line.invite = third
        await line.pick_up()
        await line.call.answered()


@pytest.mark.parametrize(("stale", "tries"), [("", 1), (", stale=true", 2)])
def test_a_password_is_tried_once_and_again_only_when_the_nonce_was_too_old(stale: str, tries: int) -> None:
    @on_virtual_clock
    async def run() -> None:
        async with dialled(credentials=("ann", "wrong")) as line:
            invite = line.invite
            for number in range(tries):
                line.peer.answer(invite, 401, tag="u", extra=CHALLENGE.format(number, stale if number else ""))
                await line.next("ACK")
                invite = await line.next("INVITE")
            line.peer.answer(invite, 401, tag="u", extra=CHALLENGE.format(9, ""))
            await line.next("ACK")
            assert (await failure(line)).code == 401
            await line.peer.nothing()

    run()


@on_virtual_clock
async def test_without_a_password_a_challenge_is_the_end() -> None:
    async with dialled() as line:
        line.peer.answer(line.invite, 407, tag="p", extra=PROXY)
        await line.next("ACK")
        assert (await failure(line)).code == 407


@on_virtual_clock
async def test_the_dialog_follows_the_record_route_and_contact_of_the_answer() -> None:
    async with dialled() as line:
        first, second = (f"<sip:{HOST}:{line.peer.port};lr;hop={n}>" for n in (1, 2))
        routes = f"Record-Route: {second}, {first}\r\nContact: <sip:bob@127.0.0.9:9;x>\r\n"
        ack = await line.pick_up(extra=routes)
        assert ack.startswith("ACK sip:bob@127.0.0.9:9;x SIP/2.0")
        assert [v.split(": ")[1] for v in ack.split("\r\n") if v.startswith("Route:")] == [first, second]


async def test_a_target_that_is_no_address_is_refused() -> None:
    async with user_agent() as agent:
        with pytest.raises(BadInput):
            await agent.call("sip:bob@example.org", offer_sdp=b"", from_user="a")
        with pytest.raises(ValueError, match="one line"):
            await agent.call(f"sip:bob@{HOST}:9", offer_sdp=b"", from_user="a", headers=[("X-A", "1\r\nX-B: 2")])
