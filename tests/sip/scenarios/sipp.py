"""Runs SIPp with a scenario, as caller or callee, and fails with its own words when a call fails."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from gateway.stack.ports import PortAllocator
from tests.sip.scenarios.steps import Steps, scenario

HOST = "127.0.0.1"
PATIENCE_S = 120.0  # a scenario takes seconds; this is for a machine that does something else
STEP_MS = 60_000
SHOWN = 6000  # characters of the message trace in a failure


@dataclass
class Sipp:
    """One run, started in `folder`. `port` is where it sends from and listens, `media_port` the one in its SDP.

    `call_id` is the Call-ID of its first call.
    """

    folder: Path
    steps: Steps
    target: str = ""  # host:port of the called side; empty to be called
    number: str = ""
    options: tuple[str, ...] = ()
    calls: int = 1
    port: int = 0
    media_port: int = 0
    _process: asyncio.subprocess.Process | None = None
    _ports: PortAllocator = field(default_factory=PortAllocator)

    async def start(self) -> Sipp:
        token = secrets.token_hex(6)
        self.call_id = f"1-{token}@{HOST}"
        self._name = f"scenario-{token}"
        self.port = self.port or self._ports.one()
        self.media_port = self.media_port or self._ports.block(4)
        file = self.folder / f"{self._name}.xml"
        file.write_text(scenario(self.steps, self._name))
        command = ["sipp", *([self.target, "-s", self.number] if self.target else []), "-sf", file.name]
        command += ["-m", str(self.calls), "-i", HOST, "-p", str(self.port), "-mi", HOST, "-mp", str(self.media_port)]
        command += ["-cid_str", f"%u-{token}@%s", "-nostdin", "-recv_timeout", str(STEP_MS)]
        command += ["-timeout", f"{PATIENCE_S:.0f}", "-timeout_error", "-trace_err", "-trace_msg", *self.options]
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        return self

    async def listening(self) -> None:
        """Its socket is bound: it can be called."""
        mark, files = f":{self.port:04X} ", [Path("/proc/net/udp"), Path("/proc/net/tcp")]
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not any(mark in line[:25] for file in files for line in file.read_text().splitlines()):
            ended = self._process is None or self._process.returncode is not None
            assert not ended and asyncio.get_running_loop().time() < deadline, "SIPp does not listen"
            await asyncio.sleep(0.02)

    async def done(self) -> None:
        """Returns when every call has gone as the scenario says. Raises AssertionError with SIPp's trace."""
        assert self._process is not None
        try:
            async with asyncio.timeout(PATIENCE_S + 30):
                _, said = await self._process.communicate()
        finally:
            self.end()
        assert self._process.returncode == 0, self._report(said.decode(errors="replace"))

    def end(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
        self._ports.close()

    def _report(self, said: str) -> str:
        ended = f"SIPp ended with {self._process.returncode if self._process else None}\n{said[-2000:]}"
        return f"{ended}\n== errors\n{self._log('errors')[-SHOWN:]}\n== messages\n{self.trace()[-SHOWN:]}"

    def trace(self) -> str:
        """Every message that was sent or received, as text."""
        return self._log("messages")

    def logs(self) -> str:
        """What the scenario's log actions wrote, with -trace_logs."""
        return self._log("logs")

    def _log(self, kind: str) -> str:
        return "".join(file.read_text(errors="replace") for file in self.folder.glob(f"{self._name}_*_{kind}.log"))
