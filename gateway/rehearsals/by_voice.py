"""Rehearsals by voice: real SIP calls to a stack, some at a time."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.kernel.errors import GatewayError
from gateway.phone.phone import Phone
from gateway.rehearsals.held import Held
from gateway.rehearsals.office import Office
from gateway.rehearsals.sounds import CallerVoice
from gateway.rehearsals.stage import OWN_PLACES, Place, Stage
from gateway.rehearsals.voice_call import VoiceCall
from gateway.rehearsals.wanted import Wanted
from gateway.sip.wire.calls import CallFailed
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator
from gateway.stack.run import running_stack
from gateway.stack.supervisor import Progress

AT_ONCE = 3
OFFICE_PORTS, PHONE_PORTS = 80, 40
# a test vault, patience with a machine that may be busy, and callers to whom nothing has to be said
ENVIRONMENT = {
    "GATEWAY_CAPTURE__TOKENISER": "test_vault", "GATEWAY_CAPTURE__CONFIRM_WITHIN_S": "10",
    "GATEWAY_CONSENT__OWN_PLACES": OWN_PLACES,
}  # fmt: skip


@asynccontextmanager
async def own_stack(say: Callable[[str], None], on_progress: Progress | None) -> AsyncIterator[Place]:
    """A stack that is there for the rehearsals only. Its folder stays when they are broken off."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-test-"))
    plan = StackPlan(folder, StackPorts.allocate(PortAllocator(), sip=None, api=None), extra_env=ENVIRONMENT)
    ended = False
    try:
        async with running_stack(plan, say=say, on_progress=on_progress):
            key = StackRecord(folder).read_env()["GATEWAY_API_KEY"]
            yield Place(plan.api_url, key, f"{plan.host}:{plan.ports.sip}")
        ended = True
    finally:
        if ended:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            say(f"the logs of this run are kept in {plan.logs}")


async def rehearse_by_voice(
    wanted: Sequence[Wanted], place: Place, held: Callable[[Held], Awaitable[None]], *, at_once: int = AT_ONCE
) -> list[Held]:
    """In the order of `wanted`; `held` is told of each when it is over."""
    ports, turn = PortAllocator(), asyncio.Semaphore(at_once)
    low = ports.block(OFFICE_PORTS)
    try:
        async with Office((low, low + OFFICE_PORTS - 2)) as office, Stage(place, office.port) as stage:

            async def one(each: Wanted) -> Held:
                async with turn:
                    found = await _one(each, stage, ports)
                await held(found)
                return found

            return list(await asyncio.gather(*map(one, wanted)))
    finally:
        ports.close()


async def _one(one: Wanted, stage: Stage, ports: PortAllocator) -> Held:
    held, began = Held(one.rehearsal), time.monotonic()
    low = ports.block(PHONE_PORTS)
    with tempfile.TemporaryDirectory(prefix="gateway-rehearsal-") as place:
        folder = Path(place)
        voice = await asyncio.to_thread(CallerVoice, one.rehearsal, folder)
        async with Phone(rtp_ports=(low, low + PHONE_PORTS - 2)) as phone:
            try:
                line = await stage.line(one)
                await VoiceCall(held, phone, voice, stage, line).hold()
            except CallFailed as error:
                held.fault = f"the call was not answered: {error}"
            except GatewayError as error:
                held.fault = error.detail
            phone.recording.write(folder / "call.wav")
        held.wav = await asyncio.to_thread((folder / "call.wav").read_bytes)
    held.took_s = time.monotonic() - began
    return held
