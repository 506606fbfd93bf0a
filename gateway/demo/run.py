"""Starts a stack of its own, provisions it through the REST API, calls it, and shows what happened."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, Protocol

import httpx

from gateway.demo.conversation import PHRASES, SCRIPT
from gateway.demo.provision import DEMO_NUMBER, ensure_demo_number
from gateway.demo.report import DemoReport, judge, write_files
from gateway.kernel.errors import Unavailable
from gateway.phone.phone import Phone
from gateway.phone.script import PhoneEvent
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator
from gateway.stack.run import running_stack

RECORD_WITHIN = 20.0  # seconds from hang-up to a closed record
PHONE_PORTS = 40


class Screen(Protocol):
    def say(self, text: str, style: str = "") -> None: ...
    def progress(self, name: str, state: str) -> None: ...


async def run_demo(screen: Screen, folder: Path) -> DemoReport:
    """One call on a fresh stack; the report's `ok` says whether words and keys crossed both ways."""
    allocator = PortAllocator()
    state_dir = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    plan = StackPlan(state_dir, StackPorts.allocate(allocator, sip=None, api=None))
    report = None
    try:
        async with running_stack(plan, say=screen.say, on_progress=screen.progress):
            report = await _call(plan, allocator, screen, folder)
        return report
    finally:
        if report and report.ok:
            shutil.rmtree(state_dir, ignore_errors=True)
        else:
            screen.say(f"the logs of this run are kept in {plan.logs}")


async def _call(plan: StackPlan, allocator: PortAllocator, screen: Screen, folder: Path) -> DemoReport:
    api_key = StackRecord(plan.state_dir).read_env()["GATEWAY_API_KEY"]
    await ensure_demo_number(plan.api_url, api_key)
    screen.say(f"provisioned through the REST API: trunk, number {DEMO_NUMBER}, agent, rule")
    uri = f"sip:{DEMO_NUMBER}@{plan.host}:{plan.ports.sip}"
    low = allocator.block(PHONE_PORTS)
    async with Phone(
        rtp_ports=(low, low + PHONE_PORTS - 2),
        phrases=PHRASES,
        on_event=lambda event: show_event(screen, event),
    ) as phone:
        screen.say(f"dialling {uri}")
        await phone.call(uri, SCRIPT)
        record = await _record_of(plan.api_url, api_key, phone.sip_call_id)
        files = write_files(folder / record["call"]["id"], phone, record)
        return judge(phone, record, files)


def show_event(screen: Screen, event: PhoneEvent) -> None:
    """One line on the screen for what the phone did or heard."""
    took = f"  [dim]({event.ms:.0f} ms)[/]" if event.ms is not None else ""
    line = {
        "ringing": f"ringing{took}",
        "answered": f"answered{took}",
        "said": f"[bold cyan]caller[/]  {event.text}",
        "pressed": f"[bold cyan]caller[/]  pressed {event.text}",
        "heard": f"[bold green]agent[/]   understood: {event.text}{took}",
        "missed": f"[bold red]caller[/]  did not hear: {event.text}",
        "ended": f"the {event.text} hung up",
    }[event.kind]
    screen.say(line)


async def _record_of(api_url: str, api_key: str, sip_call_id: str) -> dict[str, Any]:
    """The closed record of the call: call, cdr, transcript, events, and the digits that arrived."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=api_url, headers=headers, timeout=20, trust_env=False) as client:

        async def get(path: str) -> dict[str, Any]:
            answer = await client.get(path)
            answer.raise_for_status()
            return answer.json()

        call = await _closed_call(get, sip_call_id)
        path = f"/v1/calls/{call['id']}"
        events = (await get(f"{path}/events?limit=500"))["data"]
        return {
            "call": call,
            "cdr": await get(f"{path}/cdr"),
            "transcript": (await get(f"{path}/transcript"))["data"],
            "events": events,
            "digits": "".join(e["pii"]["digit"] for e in events if e["kind"] == "digit_pressed"),
        }


async def _closed_call(get: Any, sip_call_id: str) -> dict[str, Any]:
    deadline = asyncio.get_running_loop().time() + RECORD_WITHIN
    while True:
        for call in (await get("/v1/calls"))["data"]:
            if call["sip_call_id"] == sip_call_id and call["termination"]:
                return call
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("the record of the call did not close", todo="gateway doctor")
        await asyncio.sleep(0.05)
