"""Calls out with the real control plane behind the node: its trunk in LiveKit, its verdict, its record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from livekit import api

from gateway.auth.scopes import Role
from gateway.livekit.client import LiveKitClient
from gateway.livekit.switchboard import LiveKitSwitchboard
from gateway.sip.node import SipNode
from tests.integration.control_plane.plane import Json, Plane, client_of, make_plane
from tests.integration.databases import empty_database
from tests.integration.sip_node.callee import IDENTITY, OURS, Callee, Client
from tests.integration.sip_node.caller import HOST, settings_for
from tests.integration.switchboard import Switchboard


@dataclass
class Gateway:
    """Control plane and node, a trunk to the callee, and the LiveKit client that asks."""

    plane: Plane
    callee: Callee
    client: Client

    async def over(self) -> tuple[Json, list[str]]:
        """The newest call once its record is closed: call detail record and story."""
        async with asyncio.timeout(20):
            while True:
                calls = (await self.plane.admin.get("/v1/calls")).json()["data"]
                if calls and calls[0]["status"] == "ended":
                    break
                await asyncio.sleep(0.05)
        path = f"/v1/calls/{calls[0]['id']}"
        record = (await self.plane.admin.get(path + "/cdr")).json()
        story = (await self.plane.admin.get(path + "/timeline")).json()["data"]
        return record, [step["sentence"] for step in story]


@pytest.fixture
async def gateway(switchboard: Switchboard, tmp_path: Path) -> AsyncIterator[Gateway]:
    folder = tmp_path / "state"
    folder.mkdir()
    livekit = LiveKitClient(switchboard.settings)
    callee = Callee(switchboard)
    await callee.agent.start()
    async with empty_database(tmp_path) as database:
        plane = make_plane(database, LiveKitSwitchboard(livekit), folder)
        plane.clock.at = datetime.now(UTC)
        async with client_of(plane.app, await plane.new_key(Role.ADMIN)) as admin:
            plane.clients[Role.ADMIN] = admin
            address = f"{HOST}:{callee.agent.port}"
            trunk = await plane.made("/v1/outbound-trunks", name="way out", address=address, numbers=[OURS])
            assert await plane.provisioning.reconcile()
            trunk = (await admin.get(f"/v1/outbound-trunks/{trunk['id']}")).json()
            settings = settings_for(switchboard, folder)
            node = SipNode(settings, control_plane_transport=httpx.ASGITransport(plane.internal))
            await node.start()
            yield Gateway(plane, callee, Client(switchboard, trunk["livekit_id"]))
            await node.stop()
            await plane.container.calls.close()
    await callee.stop()
    await livekit.close()


async def test_an_answered_call_out_has_its_record(gateway: Gateway) -> None:
    dialling = gateway.client.dials()
    call = await gateway.callee.invited()
    call.ring()
    gateway.callee.picks_up(call)
    await dialling
    await call.hangup()
    record, story = await gateway.over()
    assert (record["direction"], record["status"]) == ("outbound", "ended")
    assert record["trunk"].startswith("trk_")
    assert record["termination"]["ended_by"] == "callee"
    assert record["termination"]["slug"] == "completed"
    assert record["duration_s"] is not None
    assert record["sip_call_id"] == call.sip_call_id
    assert record["codec"] in ("PCMU", "PCMA", "G722")
    assert record["pii"]["dnis"].startswith("+1510")
    assert story[:2] == ["A call out was asked for.", "The call was admitted."]
    assert "The INVITE left over UDP." in story
    assert "The far end rings." in story


async def test_a_busy_call_out_is_recorded_with_the_carriers_words(gateway: Gateway) -> None:
    dialling = gateway.client.dials()
    call = await gateway.callee.invited()
    call.reject(486, headers={"Reason": 'Q.850;cause=17;text="User busy"'})
    with pytest.raises(api.SipCallError):
        await dialling
    record, _ = await gateway.over()
    ended = record["termination"]
    assert (ended["slug"], ended["sip_code"], ended["ended_by"]) == ("busy", 486, "callee")
    assert ended["carrier"] == 'Busy Here; Q.850;cause=17;text="User busy"'
    assert record["duration_s"] is None


@pytest.mark.parametrize(
    ("number", "code", "slug"),
    [
        ("911", 403, "emergency_number"),
        ("+19005550100", 403, "premium_number"),
        ("+88216112345", 403, "satellite_number"),
        ("+442079460018", 403, "country_not_allowed"),
        ("+1510", 484, "unreadable_number"),
    ],
)
async def test_a_denied_number_is_refused_recorded_and_never_dialled(
    gateway: Gateway, number: str, code: int, slug: str
) -> None:
    with pytest.raises(api.SipCallError) as refused:
        await gateway.client.dial(sip_call_to=number, wait_until_answered=True)
    assert refused.value.sip_status_code == code
    record, story = await gateway.over()
    assert (record["termination"]["slug"], record["termination"]["sip_code"]) == (slug, code)
    assert len(story) == 3  # asked for, refused, over
    assert gateway.callee.invites == 0


async def test_a_trunk_that_is_not_ours_makes_no_call(gateway: Gateway, switchboard: Switchboard) -> None:
    async with switchboard.livekit_api() as lk:
        foreign = await lk.sip.create_outbound_trunk(
            api.CreateSIPOutboundTrunkRequest(
                trunk=api.SIPOutboundTrunkInfo(
                    name="by hand", address=f"{HOST}:{gateway.callee.agent.port}", numbers=["+15105550123"]
                )
            )
        )
    with pytest.raises(api.SipCallError) as refused:
        await Client(switchboard, foreign.sip_trunk_id).dial(wait_until_answered=True)
    assert refused.value.sip_status_code == 403
    assert (await gateway.over())[0]["termination"]["slug"] == "outbound_not_allowed"
    assert gateway.callee.invites == 0


async def test_a_transfer_is_admitted_by_the_trunk_of_its_call(gateway: Gateway) -> None:
    dialling = gateway.client.dials()
    call = await gateway.callee.invited()
    gateway.callee.picks_up(call)
    await dialling
    with pytest.raises(api.SipCallError) as refused:
        await gateway.client.transfer("tel:+442079460018", identity=IDENTITY)
    assert refused.value.sip_status_code == 403
    await call.hangup()
    record, story = await gateway.over()
    assert record["termination"]["slug"] == "completed"
    assert "The transfer was refused: The trunk does not allow calls to the number's country." in story
