"""One agent behind its own number: a stack each, with the same SIP node, LiveKit and providers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.arms.peer import GREETING, REGISTERED
from bench.processes import Usage, usage
from bench.stack import BenchStack, bench_stack

HERE = Path(__file__).parent
REGISTERS_WITHIN_S = 90.0
CLOSING = 4  # calls that are over and not yet put away
UNLIMITED = {"GATEWAY_SIP__INVITES_PER_SOURCE_S": "0", "GATEWAY_SIP__INVITES_PER_NUMBER_S": "0"}


@dataclass(frozen=True)
class Arm:
    """`agent_pids`: of the processes that hold the conversations, without LiveKit and the SIP node."""

    name: str
    stack: BenchStack
    agent_pids: Callable[[], list[int]]

    def agent_used(self) -> Usage:
        used = [usage(pid) for pid in self.agent_pids()]
        return Usage(sum(one.cpu_s for one in used), sum(one.pss_mib for one in used))


@asynccontextmanager
async def ours(tick: Callable[[str], None], providers: str, calls: int) -> AsyncIterator[Arm]:
    environment: dict[str, str] = {"GATEWAY_WORKER__MAX_CALLS": str(calls + CLOSING)}
    for kind in ("STT", "LLM", "TTS"):
        environment |= {
            f"GATEWAY_SPEECH__{kind}": "openai",
            f"GATEWAY_SPEECH__{kind}_MODEL": "bench",
            f"GATEWAY_SPEECH__{kind}_BASE_URL": providers,
        }
    async with bench_stack(tick, workers=1, **environment, **UNLIMITED) as stack:
        await stack.patch(f"/v1/agents/{stack.agent_id}", {"greeting": GREETING})
        yield Arm(
            "ours", stack, lambda: [pid for name, pid in stack.supervisor.pids().items() if pid and "worker" in name]
        )


@asynccontextmanager
async def peer(
    tick: Callable[[str], None], name: str, command: list[str], providers: str, more: Mapping[str, str]
) -> AsyncIterator[Arm]:
    """`command` registers with LiveKit under the dispatch name of our agents."""
    async with bench_stack(tick, workers=0, **UNLIMITED) as stack:
        plan, log = stack.plan, stack.plan.logs / "peer.log"
        environment = {
            **os.environ, **more, "BENCH_PROVIDERS": providers, "LIVEKIT_URL": f"ws://{plan.host}:{plan.ports.livekit_http}",
            "LIVEKIT_API_KEY": plan.livekit_key, "LIVEKIT_API_SECRET": plan.livekit_secret,
        }  # fmt: skip
        with log.open("w") as out:
            process = await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=out, stderr=out, start_new_session=True
            )
        try:
            tick(f"{name} registers")
            await _registered(process, log)
            yield Arm(name, stack, lambda: [process.pid])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _registered(process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(REGISTERS_WITHIN_S):
        while REGISTERED not in log.read_text(errors="replace"):
            if process.returncode is not None:
                raise RuntimeError(f"it ended:\n{log.read_text(errors='replace')[-2000:]}")
            await asyncio.sleep(0.2)


def stock(turns: str) -> tuple[str, list[str], dict[str, str]]:
    """Name, command, environment."""
    name = "stock" if turns == "vad" else "stock, its turn model"
    return name, [sys.executable, "-m", "bench.arms.stock_agent"], {"BENCH_TURNS": turns}


def pipecat(python: Path) -> tuple[str, list[str], dict[str, str]]:
    return "Pipecat", [str(python), str(HERE / "pipecat_agent.py")], {}
