"""REFER with baresip: what it asks of us is refused; what we ask of it, it does, and tells how it went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from livekit import api

from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import IDENTITY, THEIRS, Client, client_to
from tests.integration.sip_node.caller import PATIENT_S
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.baresip import HOST, Baresip
from tests.sip.foreign.conftest import THEIR_HERTZ
from tests.sip.foreign.speaker import Speaker, speaker_when_called

TARGET = "+15105550155"


def phone_in(folder: Path, user: str, microphone: Path) -> Baresip:
    folder.mkdir()
    return Baresip(folder, user, microphone)


async def test_a_phone_that_wants_to_transfer_us_is_told_403_and_the_log_says_so(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """That the call goes on is for other phones to show: baresip 1.0 hangs up when it may not transfer."""
    await switchboard.add_trunk_and_rule()
    async with speaker_when_called(switchboard) as coming:
        with Baresip(tmp_path, "caller", microphone) as phone:
            phone.call(f"sip:{NUMBER}@{HOST}:{node.port}")
            await phone.event("CALL_ESTABLISHED")
            await (await coming).hears(THEIR_HERTZ)
            phone.transfer(f"sip:{TARGET}@{HOST}:{phone.port}")
            assert "403" in (await phone.event("TRANSFER_FAILED"))["param"]
            left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("completed", "caller")
    logged = capsys.readouterr().out
    assert "refer_refused" in logged
    assert TARGET not in logged


@asynccontextmanager
async def transferable(
    switchboard: Switchboard, microphone: Path, folder: Path
) -> AsyncIterator[tuple[Client, Speaker, Baresip, Baresip]]:
    """A call of ours that a phone has answered, and another phone beside it."""
    agent = Speaker(switchboard)
    with (
        phone_in(folder / "phone", THEIRS, microphone) as phone,
        phone_in(folder / "other", TARGET, microphone) as other,
    ):
        client = await client_to(switchboard, f"{HOST}:{phone.port}")
        await agent.join("office")
        dialling = client.dials()
        await phone.event("CALL_INCOMING")
        phone.answer()
        await dialling
        await agent.hears(THEIR_HERTZ)
        yield client, agent, phone, other
        await agent.leave()


async def test_a_phone_that_is_transferred_calls_the_other_one_and_leaves_us(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    async with transferable(switchboard, microphone, tmp_path) as (client, _, phone, other):
        transferring = asyncio.ensure_future(client.transfer(f"sip:{TARGET}@{HOST}:{other.port}"))
        await phone.event("TRANSFER")
        incoming = await other.event("CALL_INCOMING")
        assert THEIRS in incoming["peeruri"]
        assert not transferring.done()
        other.answer()
        await other.event("CALL_ESTABLISHED")
        await transferring
        left = await control_plane.fact("leg_left")
        ended = await control_plane.fact("transfer_ended")
        async with asyncio.timeout(PATIENT_S):
            while IDENTITY in await client.participants():  # noqa: ASYNC110 - LiveKit tells nobody here
                await asyncio.sleep(0.05)
        other.hang_up()
        await other.event("CALL_CLOSED")
    assert (ended["outcome"], ended["sip_code"]) == ("success", 200)
    assert left["slug"] == "transferred"


async def test_a_transfer_that_the_other_phone_declines_fails_and_the_call_is_kept(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, microphone: Path, tmp_path: Path
) -> None:
    async with transferable(switchboard, microphone, tmp_path) as (client, agent, phone, other):
        transferring = asyncio.ensure_future(client.transfer(f"sip:{TARGET}@{HOST}:{other.port}"))
        await other.event("CALL_INCOMING")
        other.hang_up()
        with pytest.raises(api.SipCallError) as failed:
            await transferring
        assert failed.value.sip_status_code == 486
        ended = await control_plane.fact("transfer_ended")
        await agent.hears(THEIR_HERTZ)
        assert IDENTITY in await client.participants()
        phone.hang_up()
        left = await control_plane.fact("leg_left")
    assert (ended["outcome"], ended["sip_code"]) == ("failure", 486)
    assert (left["slug"], left["ended_by"]) == ("completed", "callee")
