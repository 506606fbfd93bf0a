"""Who only tries falls silent at the node; a flood is told to wait; both are told to the control plane."""

from __future__ import annotations

from pathlib import Path

from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import Caller, settings_for
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.switchboard import Switchboard


async def test_a_scanner_is_refused_for_a_while_and_then_hears_nothing(
    switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    settings = settings_for(switchboard, tmp_path / "state", scanner_tries=3)
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    try:
        for tried in range(3):
            call = await caller.dial(node.port, number=f"+1510555{tried:04}")
            assert await caller.refusal(call) == 404
            caller.rtp.close()
        await until(lambda: node.silenced, "the third refusal was judged")
        call = await caller.dial(node.port)
        told: list[int] = []
        call.on_progress = lambda status, sdp, headers: told.append(status)
        await until(lambda: control_plane.dropped.get("127.0.0.1", 0) > 1, "the INVITE and its repeat were dropped")
        assert not told and not node.calls
        await call.cancel()
    finally:
        await node.stop()


async def test_a_flood_is_told_to_wait(
    switchboard: Switchboard, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path
) -> None:
    settings = settings_for(switchboard, tmp_path / "state", invites_per_number_s=1)
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    try:
        codes: list[int] = []
        for _ in range(4):
            codes.append(await caller.refusal(await caller.dial(node.port)))
            caller.rtp.close()
        assert 503 in codes and 404 in codes
        await until(lambda: "too_many_calls" in [f.get("slug") for f in control_plane.facts], "the flood is recorded")
    finally:
        await node.stop()
