"""A real room: somebody on the phone answers as voicemail, and the agent's side hears who it is and the beep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from livekit import rtc

from agents.amd.ears import PhraseEars, load
from agents.amd.watch import AnsweredBy, frames_of
from bench.amd.sounds import RATE, silence, tone
from bench.amd.voices import VOICES, Speakers
from tests.integration.switchboard import Switchboard, running_switchboard

ROOM, PHONE_HZ, LEVEL, FRAME = "answered", 850, 4000, 160
PATIENCE_S = 60.0


@pytest.fixture
async def switchboard(tmp_path: Path) -> AsyncIterator[Switchboard]:
    async with running_switchboard(tmp_path) as running:
        yield running


def voicemail(folder: Path) -> np.ndarray:
    speakers, voice = Speakers(folder), VOICES["scored"][0]
    parts = [silence(1.0), speakers.say(voice, "You have reached the Harris family."), silence(0.3)]
    parts += [speakers.say(voice, "We are not at home, please leave a message after the tone."), silence(0.5)]
    return np.concatenate([*parts, tone((PHONE_HZ,), 0.4), silence(3.0)])


async def speak(room: rtc.Room, source: rtc.AudioSource, sound: np.ndarray) -> None:
    track = rtc.LocalAudioTrack.create_audio_track("phone", source)
    await room.local_participant.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
    samples = np.clip(sound * LEVEL, -32768, 32767).astype(np.int16)
    for frame in samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME):
        await source.capture_frame(rtc.AudioFrame(frame.tobytes(), RATE, 1, FRAME))


async def test_a_voicemail_on_the_line_is_told_with_its_beep(switchboard: Switchboard, tmp_path: Path) -> None:
    agent, phone = rtc.Room(), rtc.Room()
    heard: asyncio.Future[rtc.Track] = asyncio.get_running_loop().create_future()
    agent.on("track_subscribed", lambda track, *_: heard.done() or heard.set_result(track))
    await agent.connect(switchboard.url, switchboard.token("agent", ROOM, kind="agent"))
    await phone.connect(switchboard.url, switchboard.token("callee", ROOM, kind="sip"))
    source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
    speaking = asyncio.ensure_future(speak(phone, source, voicemail(tmp_path)))
    answered: AnsweredBy | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            answered = AnsweredBy(frames_of(await heard), ears=PhraseEars(load()))
            verdict = await answered.verdict()
            beep = await answered.beep(within_s=PATIENCE_S)
        assert verdict.kind == "voicemail", verdict
        assert beep and beep.hertz == pytest.approx(PHONE_HZ, abs=5)
        assert beep.length_s == pytest.approx(0.4, abs=0.06)
        await speaking
    finally:
        speaking.cancel()
        if answered:
            await answered.close()
        await phone.disconnect()
        await agent.disconnect()
        await source.aclose()
