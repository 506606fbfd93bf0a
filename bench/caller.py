"""One measured call over SIP: what a caller would notice, in milliseconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from gateway.phone.phone import Phone
from gateway.phone.script import Say
from gateway.sip.wire.ua import CallFailed

PATIENCE_S = 20.0
INTO_THE_REPLY_S = 0.5  # how long the agent may speak before it is interrupted


@dataclass
class Marks:
    """None for what did not happen within PATIENCE_S."""

    ringing_ms: float | None = None
    answer_ms: float | None = None
    greeting_ms: float | None = None
    reply_ms: float | None = None
    stop_ms: float | None = None


async def greeted_call(uri: str, rtp_ports: tuple[int, int], *, hold_s: float = 0.0) -> Marks:
    """Listens until the greeting sounds, stays `hold_s` longer, hangs up. An unanswered call leaves no marks."""
    marks = Marks()
    async with Phone(rtp_ports=rtp_ports) as phone:

        async def listen() -> None:
            await within(phone.sound())
            await asyncio.sleep(hold_s)

        try:
            await phone.talk(uri, listen)
        except (TimeoutError, CallFailed):
            pass
        _read(phone, marks)
    return marks


async def measured_call(uri: str, line: Path, rtp_ports: tuple[int, int], *, interrupt: bool = True) -> Marks:
    """Waits out the greeting, speaks `line`, times the reply, speaks into it and times how soon it stops."""
    marks = Marks()
    spoken = Say("", line)
    async with Phone(rtp_ports=rtp_ports) as phone:

        async def conversation() -> None:
            await within(phone.sound())
            await within(phone.silence())
            await phone.say(spoken)
            replied = await within(phone.sound())
            assert phone.spoke_until is not None
            marks.reply_ms = (replied - phone.spoke_until) * 1000
            if interrupt:
                await asyncio.sleep(INTO_THE_REPLY_S)
                marks.stop_ms = await time_to_stop(phone, spoken)
            else:
                await within(phone.silence())

        try:
            await phone.talk(uri, conversation)
        except (TimeoutError, CallFailed):
            pass
        _read(phone, marks)
    return marks


def _read(phone: Phone, marks: Marks) -> None:
    for event in phone.events:
        if event.kind == "ringing":
            marks.ringing_ms = event.ms
        elif event.kind == "answered":
            marks.answer_ms = event.ms
    marks.greeting_ms = phone.first_audio_ms


async def time_to_stop(phone: Phone, spoken: Say) -> float:
    """From our first loud frame to the agent's silence."""
    before = phone.spoke_until or 0.0
    speaking = asyncio.ensure_future(phone.say(spoken))
    while (phone.spoke_until or 0.0) <= before:
        await asyncio.sleep(0.005)
    began = phone.spoke_until or 0.0
    stopped = await within(phone.silence())
    await speaking
    return (stopped - began) * 1000


async def within(waiting: asyncio.Future[float] | object) -> float:
    return await asyncio.wait_for(waiting, PATIENCE_S)  # type: ignore[arg-type]
