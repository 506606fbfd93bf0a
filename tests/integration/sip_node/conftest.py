"""One bare switchboard, one node and one caller per test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.sip.node import SipNode
from gateway.sip.wire.ua import OutgoingCall
from tests.integration.sip_node.caller import AnsweredCall, Caller, settings_for
from tests.integration.sip_node.fakes import EchoAgent, FakeControlPlane, agent_when_called
from tests.integration.switchboard import Switchboard, running_switchboard


@pytest.fixture
async def switchboard(tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path) as running:
        yield running


@pytest.fixture
def control_plane() -> Iterator[FakeControlPlane]:
    plane = FakeControlPlane()
    yield plane
    assert plane.refused == []


@pytest.fixture
async def node(switchboard: Switchboard, control_plane: FakeControlPlane, tmp_path: Path) -> AsyncIterator[SipNode]:
    node = SipNode(
        settings_for(switchboard, tmp_path / "state", max_calls=2), control_plane_transport=control_plane.transport
    )
    await node.start()
    yield node
    await node.stop()


@pytest.fixture
async def caller(switchboard: Switchboard) -> AsyncIterator[Caller]:
    caller = Caller(switchboard)
    await caller.agent.start()
    yield caller
    if hasattr(caller, "rtp"):
        caller.rtp.close()
    await caller.agent.stop()


@pytest.fixture
def answered(switchboard: Switchboard, node: SipNode, caller: Caller) -> AnsweredCall:
    """A call that was answered and talks with an echo agent; the options are those of `Caller.dial`."""

    @asynccontextmanager
    async def answer(**options: Any) -> AsyncIterator[tuple[OutgoingCall, EchoAgent]]:
        await switchboard.add_trunk_and_rule()
        async with agent_when_called(switchboard) as coming:
            call = await caller.dial(node.port, **options)
            await caller.talk(call)
            yield call, await coming

    return answer
