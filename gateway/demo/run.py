"""Starts a stack of its own, provisions it through the REST API, calls it, and shows what happened."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Any, Protocol

import httpx

from gateway.demo.conversation import CALLER_SCRIPT, HUMAN_PHRASES, HUMAN_SCRIPT, PHRASES
from gateway.demo.provision import DEMO_NUMBER, ensure_demo_number, ensure_human
from gateway.demo.recorded import taken_along
from gateway.demo.report import DemoReport, judge, write_files
from gateway.kernel.errors import Unavailable
from gateway.phone.phone import Phone
from gateway.phone.script import PhoneEvent
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator
from gateway.stack.run import running_stack

RECORD_WITHIN = 20.0  # seconds from hang-up to a closed record
PHONE_PORTS = 40
# a test vault, and patience with a machine that may be busy
ENVIRONMENT = {"GATEWAY_CAPTURE__TOKENISER": "test_vault", "GATEWAY_CAPTURE__CONFIRM_WITHIN_S": "5"}
HUMAN_WITHIN = 120.0  # seconds from dialling to the call of the human


class Screen(Protocol):
    def say(self, text: str, style: str = "") -> None: ...
    def progress(self, name: str, state: str) -> None: ...


async def run_demo(screen: Screen, folder: Path) -> DemoReport:
    """One call on a fresh stack, and a human who takes it; the report's `ok`: words and keys crossed both ways."""
    allocator = PortAllocator()
    state_dir = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    plan = StackPlan(state_dir, StackPorts.allocate(allocator, sip=None, api=None), extra_env=ENVIRONMENT)
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
    await ensure_demo_number(plan.api_url, api_key, disclosure={"record": "ask"})
    screen.say(f"provisioned through the REST API: trunk, number {DEMO_NUMBER}, agent, rule")
    uri = f"sip:{DEMO_NUMBER}@{plan.host}:{plan.ports.sip}"
    caller, human = _phone(allocator, PHRASES, screen, "caller"), _phone(allocator, HUMAN_PHRASES, screen, "human")
    async with caller, human:
        await ensure_human(plan.api_url, api_key, human.port)
        screen.say("and a second phone, where a human can be reached")
        waiting = asyncio.ensure_future(human.pick_up(HUMAN_SCRIPT, within_s=HUMAN_WITHIN))
        try:
            screen.say(f"dialling {uri}")
            await caller.call(uri, CALLER_SCRIPT)
            with contextlib.suppress(TimeoutError):  # nobody called: the report says so
                await waiting
        finally:
            waiting.cancel()
        record = await _record_of(plan.api_url, api_key, caller.sip_call_id)
        record["recording"] = await taken_along(plan, api_key, record["call"]["id"], folder / record["call"]["id"])
        files = write_files(folder / record["call"]["id"], caller, human, record)
        return judge(caller, human, record, files)


def _phone(allocator: PortAllocator, phrases: tuple[str, ...], screen: Screen, who: str) -> Phone:
    low = allocator.block(PHONE_PORTS)
    ports = (low, low + PHONE_PORTS - 2)
    return Phone(rtp_ports=ports, phrases=phrases, on_event=lambda event: show_event(screen, event, who))


def show_event(screen: Screen, event: PhoneEvent, who: str = "caller") -> None:
    """One line on the screen for what a phone did or heard."""
    took = f"  [dim]({event.ms:.0f} ms)[/]" if event.ms is not None else ""
    style = "cyan" if who == "caller" else "magenta"
    name = f"[bold {style}]{who}[/]  "
    hung_up = f"the {who} hung up" if event.text == "own" else f"the other side hung up on the {who}"
    line = {
        "ringing": f"{name}{'ringing' if who == 'caller' else 'is rung'}{took}",
        "answered": f"{name}{'answered' if who == 'caller' else 'picks up'}{took}",
        "said": f"{name}{event.text}",
        "pressed": f"{name}pressed {event.text}",
        "heard": f"{name}[bold green]understood[/] {event.text}{took}",
        "missed": f"{name}[bold red]did not hear[/] {event.text}",
        "ended": hung_up,
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
            "transfers": (await get(f"{path}/transfers"))["data"],
            "transcript": (await get(f"{path}/transcript"))["data"],
            "events": events,
            "digits": "".join(
                e["pii"]["digit"] for e in sorted(events, key=lambda e: e["at"]) if e["kind"] == "digit_pressed"
            ),
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
