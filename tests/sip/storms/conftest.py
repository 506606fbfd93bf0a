"""One switchboard, one control plane and one node in a process of its own for all storms; an agent for each call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.sip_node.caller import Caller
from tests.integration.switchboard import Switchboard, running_switchboard
from tests.sip.scenarios.desk import Desk
from tests.sip.storms.live_node import HOST, LiveNode, live_node
from tests.sip.storms.served import served


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path_factory.mktemp("switchboard")) as running:
        await running.add_trunk_and_rule()
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def desk(switchboard: Switchboard) -> AsyncIterator[Desk]:
    desk = Desk(switchboard)
    async with served(desk.transport, HOST, switchboard.plan.ports.internal):
        yield desk
    await desk.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def node(
    switchboard: Switchboard, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LiveNode]:
    async with live_node(switchboard, tmp_path_factory.mktemp("node")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def callers(switchboard: Switchboard) -> AsyncIterator[list[Caller]]:
    """Three phones."""
    phones = [Caller(switchboard, first_port=100 + 42 * place) for place in range(3)]
    for phone in phones:
        await phone.agent.start()
    yield phones
    for phone in phones:
        if hasattr(phone, "rtp"):
            phone.rtp.close()
        await phone.agent.stop()
