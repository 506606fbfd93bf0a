"""A call in which the agent tells a long story and the caller nods, coughs, or the line crackles: does it go on?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np

from bench.arms.sounds import Sound
from bench.caller import within
from gateway.phone.phone import Phone
from gateway.phone.recording import RATE
from gateway.phone.script import Say
from gateway.sip.wire.ua import CallFailed

FRAME = RATE // 50
LOUD = 330
GAP_S = 0.2  # shorter ones are the network's
BETWEEN_S, FIRST_S = 2.6, 1.0
A_CALL = 6
WATCHED_S = 2.2  # after a sound


@dataclass(frozen=True)
class Heard:
    """`silent_s`: the longest silence of the agent after a sound of this kind; `resumed`: it spoke at the end."""

    kind: str
    silent_s: float
    resumed: bool


async def nodding_call(uri: str, story: Say, sounds: list[Sound], rtp_ports: tuple[int, int]) -> list[Heard]:
    """At most A_CALL sounds; none of them counts when the call or the story did not come about."""
    heard: list[Heard] = []
    async with Phone(rtp_ports=rtp_ports) as phone:

        async def conversation() -> None:
            await within(phone.sound())
            await within(phone.silence())
            await phone.say(story)
            await within(phone.sound())
            await asyncio.sleep(FIRST_S)
            for sound in sounds[:A_CALL]:
                before = len(phone.recording.sides()[1])
                phone.speak_frames(list(padded(sound).reshape(-1, FRAME)))
                await asyncio.sleep(BETWEEN_S)
                heard.append(_judged(sound.kind, phone.recording.sides()[1][before : before + int(WATCHED_S * RATE)]))

        try:
            await phone.talk(uri, conversation)
        except (TimeoutError, CallFailed):
            pass
    return heard


def padded(sound: Sound) -> np.ndarray:
    return np.pad(sound.samples, (0, -len(sound.samples) % FRAME))


def _judged(kind: str, samples: np.ndarray) -> Heard:
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(float)
    quiet = np.sqrt((frames**2).mean(axis=1)) < LOUD
    longest = run = 0
    for one in quiet:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return Heard(kind, longest / 50, bool(len(quiet)) and not quiet[-10:].all())
