"""Starts the node of `node_process` beside a switchboard, asks for its figures, and waits for what they should say."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.kernel.lifeline import die_with_parent
from gateway.kernel.role_tokens import ensure_role_keys
from gateway.stack.probes import sip_answers
from tests.integration.sip_node.caller import PATIENT_S
from tests.integration.switchboard import Switchboard

HOST = "127.0.0.1"
PATIENCE_S = 60.0
RTP_PORTS = 98  # the rest of the switchboard's block is the callers'
OPEN_DOORS = {
    "GATEWAY_SIP__INVITES_PER_SOURCE_S": "0",
    "GATEWAY_SIP__INVITES_PER_NUMBER_S": "0",
    "GATEWAY_SIP__SCANNER_TRIES": "0",
    "GATEWAY_SIP__MAX_CALLS": "600",
    "GATEWAY_SIP__MAX_SETTING_UP": "600",
    "GATEWAY_SIP__MEDIA_TIMEOUT_S": "600",  # an offer may have sent the audio elsewhere
}


class LiveNode:
    def __init__(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        self._process, self.port, self._log = process, port, log
        self._asking = asyncio.Lock()

    async def figures(self) -> dict[str, Any]:
        """What it counts now; see `figures_of`."""
        assert self._process.stdin and self._process.stdout
        async with self._asking, asyncio.timeout(PATIENCE_S):
            self._process.stdin.write(b"?\n")
            answer = await self._process.stdout.readline()
        assert answer, f"the node is gone:\n{self.log()[-3000:]}"
        return json.loads(answer)

    async def until(self, holds: Callable[[dict[str, Any]], object], what: str) -> dict[str, Any]:
        """The first figures of which it holds."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not holds(found := await self.figures()):
            assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}; {found}"
            await asyncio.sleep(0.1)
        return found

    def log(self) -> str:
        return self._log.read_text(errors="replace")


@asynccontextmanager
async def live_node(
    switchboard: Switchboard, folder: Path, settings: dict[str, str] | None = None, *, port: int = 0
) -> AsyncIterator[LiveNode]:
    """`settings` are environment variables; by default no guard stands at the door. `port` 0: the switchboard's."""
    plan, log = switchboard.plan, folder / "node.log"
    port = port or plan.ports.sip
    ensure_role_keys(folder / "keys")
    env = {
        **os.environ, **plan.settings_env(), **(OPEN_DOORS if settings is None else settings),
        "GATEWAY_STATE_DIR": str(folder), "GATEWAY_SIP__PORT": str(port),
        "GATEWAY_SIP__ADMISSION_WITHIN_S": str(PATIENT_S),
        "GATEWAY_SIP__RTP_PORT_MAX": str(plan.ports.rtp_low + RTP_PORTS),
    }  # fmt: skip
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.sip.storms.node_process", env=env, preexec_fn=die_with_parent,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=file,
        )  # fmt: skip
    node = LiveNode(process, port, log)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await sip_answers(HOST, node.port)():
                assert process.returncode is None, node.log()[-3000:]
                await asyncio.sleep(0.05)
        yield node
        assert process.returncode is None, node.log()[-3000:]
        assert "task_failed" not in node.log()
        assert "Traceback" not in node.log()
    finally:
        if process.returncode is None:
            assert process.stdin
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
