"""Rehearsals by text: one after the other, each in a moment, without a network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from agents.profile import AgentProfile
from gateway.kernel.errors import GatewayError
from gateway.rehearsals.document import Step
from gateway.rehearsals.held import Held, StepHeld, first_moment
from gateway.rehearsals.skipping_loop import SkippingLoop
from gateway.rehearsals.text_call import TextCall
from gateway.rehearsals.wanted import Wanted
from gateway.settings import SpeechSettings


def rehearse_by_text(wanted: Sequence[Wanted], speech: SpeechSettings, held: Callable[[Held], None]) -> list[Held]:
    """Blocks, with an event loop of its own: call it in a thread where another runs. `held` is told of each."""
    found: list[Held] = []
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        for one in wanted:
            found.append(runner.run(_one(one, speech)))
            held(found[-1])
    return found


async def _one(one: Wanted, speech: SpeechSettings) -> Held:
    profile = AgentProfile(id="agt_rehearsal", **one.agent.model_dump())
    began, held = time.monotonic(), Held(one.rehearsal)
    try:
        await _hold(held, profile, speech)
    except GatewayError as error:
        held.fault = error.detail
    held.took_s = time.monotonic() - began
    return held


async def _hold(held: Held, profile: AgentProfile, speech: SpeechSettings) -> None:
    rehearsal = held.rehearsal
    async with TextCall(profile, rehearsal, speech) as call:
        held.story = call.story
        for number, step in enumerate(rehearsal.steps):
            if call.over and step.act != "listen":
                break
            held.steps.append(StepHeld(step, first_moment(number, step, call.now_s)))
            await _act(call, step)
    held.look()


async def _act(call: TextCall, step: Step) -> None:
    if words := step.say or step.interrupt:
        await call.say(words)
    elif step.key:
        await call.press(step.key)
    elif step.wait:
        await call.wait(step.wait)
    elif step.hang_up:
        call.hang_up()
