"""A stack of its own for a measurement, with the demo number provisioned."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.processes import Usage, usage
from bench.webrtc_caller import Room
from gateway.demo.provision import DEMO_NUMBER, ensure_demo_number
from gateway.settings import LiveKitSettings
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator
from gateway.stack.run import running_stack
from gateway.stack.supervisor import Supervisor
from tests.sip.stack import OWN_PLACES, SAYS_NOTHING

PHONE_PORTS = 80


@dataclass
class BenchStack:
    """Addresses of the running stack, a range of RTP ports for phones, and what its processes use."""

    plan: StackPlan
    api_key: str
    agent_id: str
    rtp_ports: tuple[int, int]
    supervisor: Supervisor

    @property
    def uri(self) -> str:
        return f"sip:{DEMO_NUMBER}@{self.plan.host}:{self.plan.ports.sip}"

    @property
    def room(self) -> Room:
        plan = self.plan
        url = f"ws://{plan.host}:{plan.ports.livekit_http}"
        return Room(url, plan.livekit_key, plan.livekit_secret, LiveKitSettings().agent_name, self.agent_id)

    def used(self) -> dict[str, Usage]:
        """By process; the workers with all their job processes."""
        return {name: usage(pid) for name, pid in self.supervisor.pids().items() if pid}

    async def get(self, path: str) -> Any:
        return await _get(self.plan.api_url, self.api_key, path)

    async def patch(self, path: str, body: dict[str, Any]) -> None:
        async with _client(self.plan.api_url, self.api_key) as client:
            (await client.patch(path, json=body)).raise_for_status()

    async def room_of(self, sip_call_id: str) -> str:
        """The LiveKit room of a call that has been answered."""
        for call in (await self.get("/v1/calls"))["data"]:
            if call["sip_call_id"] == sip_call_id:
                return call["pii"]["room"]
        raise LookupError("the call is not in the record")


async def _get(api_url: str, api_key: str, path: str) -> Any:
    async with _client(api_url, api_key) as client:
        answer = await client.get(path)
        answer.raise_for_status()
        return answer.json()


def _client(api_url: str, api_key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {api_key}"}
    return httpx.AsyncClient(base_url=api_url, headers=headers, timeout=20, trust_env=False)


@contextlib.asynccontextmanager
async def bench_stack(say: Callable[[str], None], *, workers: int = 2, **environment: str) -> AsyncIterator[BenchStack]:
    """Ready for calls inside the block; its files are gone after it."""
    allocator = PortAllocator()
    folder = Path(tempfile.mkdtemp(prefix="gateway-bench-"))
    plan = StackPlan(
        folder,
        StackPorts.allocate(allocator, sip=None, api=None),
        workers=workers,
        extra_env=environment | {"GATEWAY_CONSENT__OWN_PLACES": OWN_PLACES},
    )
    try:
        async with running_stack(plan, say=say) as supervisor:
            api_key = StackRecord(folder).read_env()["GATEWAY_API_KEY"]
            await ensure_demo_number(plan.api_url, api_key, disclosure=SAYS_NOTHING)
            agent = (await _get(plan.api_url, api_key, "/v1/agents"))["data"][0]
            low = allocator.block(PHONE_PORTS)
            yield BenchStack(plan, api_key, agent["id"], (low, low + PHONE_PORTS - 2), supervisor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
