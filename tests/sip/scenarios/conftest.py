"""One bare switchboard and one node for all scenarios; SIPp runs are started by `Phones`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import settings_for
from tests.integration.switchboard import NUMBER, Switchboard, running_switchboard
from tests.sip.scenarios.desk import Desk, add_trunks
from tests.sip.scenarios.sipp import HOST, Sipp
from tests.sip.scenarios.steps import Steps


@dataclass
class Phones:
    """Starts SIPp against the node; what a failed test leaves behind is ended."""

    folder: Path
    switchboard: Switchboard
    node: SipNode
    desk: Desk
    _started: list[Sipp] = field(default_factory=list)

    async def call(self, steps: Steps, *options: str, number: str = NUMBER, port: int = 0, calls: int = 1) -> Sipp:
        """Begins; `port` is that of another node."""
        target = f"{HOST}:{port or self.node.port}"
        return await self._begin(Sipp(self.folder, steps, target, number, options, calls))

    async def called(self, steps: Steps, *options: str, calls: int = 1) -> Sipp:
        """Waits to be called."""
        sipp = await self._begin(Sipp(self.folder, steps, options=options, calls=calls))
        await sipp.listening()
        return sipp

    async def _begin(self, sipp: Sipp) -> Sipp:
        self._started.append(sipp)
        return await sipp.start()

    async def play(self, steps: Steps, *options: str, number: str = NUMBER) -> Sipp:
        """A whole call, to its end."""
        sipp = await self.call(steps, *options, number=number)
        await sipp.done()
        return sipp

    async def completes(self, steps: Steps, *options: str, number: str = NUMBER) -> Sipp:
        """The same; and the record says that the caller hung up after an answer."""
        sipp = await self.play(steps, *options, number=number)
        end = await self.desk.end_of(sipp.call_id)
        assert (end["kind"], end["slug"], end["ended_by"]) == ("leg_left", "completed", "caller")
        return sipp

    def end(self) -> None:
        for sipp in self._started:
            sipp.end()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path_factory.mktemp("switchboard")) as running:
        await add_trunks(running)
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def desk(switchboard: Switchboard) -> AsyncIterator[Desk]:
    desk = Desk(switchboard)
    yield desk
    await desk.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def node(
    switchboard: Switchboard, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SipNode]:
    node = SipNode(
        settings_for(switchboard, tmp_path_factory.mktemp("node"), max_calls=25), control_plane_transport=desk.transport
    )
    await node.start()
    yield node
    await node.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def phones(switchboard: Switchboard, node: SipNode, desk: Desk, tmp_path: Path) -> AsyncIterator[Phones]:
    phones = Phones(tmp_path, switchboard, node, desk)
    yield phones
    phones.end()
