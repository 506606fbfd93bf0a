"""A human is asked in private whether to take a caller: told what the caller wants, heard by key and by voice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass

from livekit import rtc
from livekit.agents import stt, tts

from agents.briefing import ASK_AGAIN, Meaning, meaning_of, meaning_of_key
from agents.speaking import Speaking
from agents.turns import EARS_RATE, FRAME_MS
from gateway.calls.transfer_facts import Answer, AnsweredBy
from gateway.kernel.tasks import TaskSet

TRACK = "consult"
ANSWER_WITHIN_S = 6.0  # after the question; then it is asked again
ASKED_AT_MOST = 2
MONOLOGUE_S, MONOLOGUE_WITHIN_S = 6.0, 12.0  # so much speech so soon is no greeting of a person
TAKEN_WITHIN_S = 2.0
QUEUE_MS = 200


@dataclass(frozen=True)
class Said:
    answer: Answer
    by: AnsweredBy


class Consult:
    """`async with Consult(...).begun() as one: said = await one.ask(briefing)`; the caller hears none of it, because
    the caller's phone is shut off."""

    def __init__(
        self, room: rtc.Room, human: str, make_ears: Callable[[], stt.STT], mouth: tts.TTS, *, detects_machine: bool
    ) -> None:
        """`make_ears` may take its time, in a thread: keys are heard from the first moment on."""
        self._room, self._human, self._make_ears = room, human, make_ears
        self._detects_machine = detects_machine
        self._source = rtc.AudioSource(mouth.sample_rate, mouth.num_channels, queue_size_ms=QUEUE_MS)
        self._speaking = Speaking(mouth, self._source)
        self._meant: asyncio.Queue[tuple[Meaning, AnsweredBy]] = asyncio.Queue(maxsize=8)
        self._tasks = TaskSet()
        self._began = asyncio.get_running_loop().time()
        self._speaking_since: float | None = None
        self._spoken_s = 0.0

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[Consult]:
        self._room.on("sip_dtmf_received", self._pressed)
        self._tasks.start(self._listen(), name="consult:listen")
        track = rtc.LocalAudioTrack.create_audio_track(TRACK, self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        try:
            publication = await self._room.local_participant.publish_track(track, options)
            with suppress(TimeoutError):  # what is said before the human's leg takes the track is said to nobody
                await asyncio.wait_for(publication.wait_for_subscription(), TAKEN_WITHIN_S)
            yield self
            await self._room.local_participant.unpublish_track(publication.sid)
        finally:
            self._room.off("sip_dtmf_received", self._pressed)
            await self._tasks.close()
            await self._source.aclose()

    async def ask(self, briefing: str) -> Said:
        """Until there is an answer; `silent` when nobody says anything that could be one."""
        asked = 0
        words = briefing
        while asked < ASKED_AT_MOST:
            meant = await self._say_and_wait(words)
            if meant and meant[0] != "again":
                return Said(meant[0], meant[1])
            words = briefing if meant else ASK_AGAIN
            asked += 1
        return Said("silent", "none")

    async def say(self, words: str) -> None:
        """To the end."""
        await self._speaking.say(words)

    async def _say_and_wait(self, words: str) -> tuple[Meaning, AnsweredBy] | None:
        """An answer may come before the question is at its end."""
        meant = asyncio.ensure_future(self._meant.get())
        saying = asyncio.ensure_future(self.say(words))
        try:
            await asyncio.wait([meant, saying], return_when=asyncio.FIRST_COMPLETED)
            if saying.done():
                saying.result()  # a mouth that fails has asked nothing
                await asyncio.wait([meant], timeout=ANSWER_WITHIN_S)
            return meant.result() if meant.done() else None
        finally:
            for one in (meant, saying):
                one.cancel()
            await asyncio.gather(meant, saying, return_exceptions=True)
            await self._speaking.hush()

    # -- hearing ----------------------------------------------------------------------------------------------

    def _pressed(self, key: rtc.SipDTMF) -> None:
        if key.participant is not None and key.participant.identity == self._human:
            self._mean(meaning_of_key(key.digit), "key")

    def _mean(self, meaning: Meaning | None, by: AnsweredBy) -> None:
        if meaning == "machine" and not self._detects_machine:
            return
        if meaning and not self._meant.full():
            self._meant.put_nowait((meaning, by))

    async def _listen(self) -> None:
        ears, track = await asyncio.gather(asyncio.to_thread(self._make_ears), self._track())
        frames = rtc.AudioStream.from_track(
            track=track, sample_rate=EARS_RATE, num_channels=1, frame_size_ms=FRAME_MS, capacity=50
        )
        async with aclosing(ears.stream()) as stream, aclosing(frames):
            self._tasks.start(self._heed(stream), name="consult:heed")
            async for event in frames:
                stream.push_frame(event.frame)
                self._perhaps_machine()

    async def _track(self) -> rtc.Track:
        """The human's voice, which comes with the answer."""
        found: asyncio.Future[rtc.Track] = asyncio.get_running_loop().create_future()

        def look(*_: object) -> None:
            human = self._room.remote_participants.get(self._human)
            tracks = [one.track for one in human.track_publications.values()] if human else []
            audio = next((one for one in tracks if one and one.kind == rtc.TrackKind.KIND_AUDIO), None)
            if audio and not found.done():
                found.set_result(audio)

        self._room.on("track_subscribed", look)
        try:
            look()
            return await found
        finally:
            self._room.off("track_subscribed", look)

    async def _heed(self, stream: stt.RecognizeStream) -> None:
        async for event in stream:
            now = asyncio.get_running_loop().time()
            match event.type:
                case stt.SpeechEventType.START_OF_SPEECH:
                    self._speaking_since = now
                case stt.SpeechEventType.END_OF_SPEECH:
                    self._spoken_s += now - (self._speaking_since or now)
                    self._speaking_since = None
                case stt.SpeechEventType.FINAL_TRANSCRIPT if event.alternatives:
                    self._mean(meaning_of(event.alternatives[0].text), "voice")
                case _:
                    pass

    def _perhaps_machine(self) -> None:
        """A person who picks up says a word or two and listens."""
        now = asyncio.get_running_loop().time()
        if now - self._began > MONOLOGUE_WITHIN_S:
            return
        going_on = now - self._speaking_since if self._speaking_since is not None else 0.0
        if self._spoken_s + going_on >= MONOLOGUE_S:
            self._mean("machine", "voice")
