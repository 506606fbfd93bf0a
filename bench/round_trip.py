"""Media round trip: a short tone from the phone, through node and room, echoed by a participant, back to the phone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np
from livekit import api, rtc

from bench.figures import Series
from bench.stack import BenchStack
from gateway.phone.phone import FRAME, Phone
from gateway.phone.recording import RATE

CLICK_MS = 60
GREETING_WITHIN_S, GREETING_S = 20.0, 6.0
EVERY_S = 0.6


async def echo_participant(url: str, key: str, secret: str, room_name: str) -> rtc.Room:
    """Joins the room and sends back what the phone's participant says, frame by frame."""
    room = rtc.Room()
    source = rtc.AudioSource(RATE, 1, queue_size_ms=0)
    held: list[asyncio.Task[None]] = []

    async def echo(track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=10, capacity=10)
        async for event in stream:
            await source.capture_frame(event.frame)

    def subscribed(track: rtc.Track, _: object, participant: rtc.RemoteParticipant) -> None:
        if participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
            held.append(asyncio.create_task(echo(track)))

    room.on("track_subscribed", subscribed)
    token = (
        api.AccessToken(key, secret).with_identity("echo").with_grants(api.VideoGrants(room_join=True, room=room_name))
    )
    await room.connect(url, token.to_jwt())
    await room.local_participant.publish_track(rtc.LocalAudioTrack.create_audio_track("echo", source))
    room.on("disconnected", lambda *_: [task.cancel() for task in held])
    return room


async def round_trips(phone: Phone, count: int) -> list[float]:
    """Milliseconds per click, for the clicks that came back."""
    tone = (9000 * np.sin(2 * np.pi * 1000 * np.arange(RATE * CLICK_MS // 1000) / RATE)).astype(np.int16)
    frames = [tone[i : i + FRAME] for i in range(0, len(tone), FRAME)]
    found: list[float] = []
    for _ in range(count):
        before = phone.spoke_until or 0.0
        phone.speak_frames(frames)
        while (phone.spoke_until or 0.0) <= before:
            await asyncio.sleep(0.002)
        sent = phone.spoke_until or time.monotonic()
        try:
            found.append((await asyncio.wait_for(phone.sound(), EVERY_S) - sent) * 1000)
        except TimeoutError:
            continue
        await asyncio.sleep(EVERY_S)
    return found


async def measure(stack: BenchStack, rounds: int, tick: Callable[[str], None]) -> list[Series]:
    """All clicks on one call, after the greeting."""
    series = Series("media round trip, phone to room and back", aim="<= 160")
    tick("media round trip")
    async with Phone(rtp_ports=stack.rtp_ports) as phone:

        async def conversation() -> None:
            await asyncio.wait_for(phone.sound(), GREETING_WITHIN_S)
            room_name = await stack.room_of(phone.sip_call_id)
            where = stack.room
            room = await echo_participant(where.url, where.api_key, where.api_secret, room_name)
            try:
                await asyncio.sleep(GREETING_S)
                series.samples += await round_trips(phone, rounds)
            finally:
                await room.disconnect()

        await phone.talk(stack.uri, conversation)
    return [series]
