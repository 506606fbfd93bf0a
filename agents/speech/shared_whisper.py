"""A call's side of the shared ears: sound out, words back, asked again once when they ended in between."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from livekit.agents import APIConnectionError, APIConnectOptions, APIError, APITimeoutError, stt, utils
from livekit.agents.types import NOT_GIVEN, NotGivenOr

from agents.speech.ears import final, pcm_at
from agents.speech.shared_wire import MOST_SOUND, RATE, Nonsense, Question, Verdict, question, read_answer
from gateway.kernel.logs import get_logger

ANSWERED_WITHIN_S = 8.0  # a model that is just being loaded again needs most of it
ASKED_AT_MOST = 2

_log = get_logger(__name__)


class SharedWhisperSTT(stt.STT):
    """`ears`: the setting that chose them. Wrap it in `stt.StreamAdapter`."""

    def __init__(self, path: Path, ears: str, within_s: float = ANSWERED_WITHIN_S) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._path, self._ears, self._within_s = path, ears, within_s
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def provider(self) -> str:
        return "faster-whisper"

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        sound = pcm_at(buffer, RATE)[:MOST_SOUND]
        try:
            async with asyncio.timeout(self._within_s):
                return final(await self._heard(sound, time.monotonic() + self._within_s))
        except TimeoutError as error:
            raise APITimeoutError("the shared ears took too long", retryable=False) from error

    async def _heard(self, sound: bytes, until: float) -> str:
        """Raises APIError."""
        async with self._one_at_a_time:
            for _ in range(ASKED_AT_MOST):
                try:
                    verdict, text = await self._asked(sound, until)
                except (OSError, asyncio.IncompleteReadError, Nonsense) as error:
                    _log.warning("shared_ears_lost", kind=type(error).__name__)
                    continue
                if verdict is Verdict.HEARD:
                    return text
                raise APIError(f"the shared ears: {verdict.name.lower()}", retryable=False)
        raise APIConnectionError("the shared ears ended twice", retryable=False)

    async def _asked(self, sound: bytes, until: float) -> tuple[Verdict, str]:
        done = False
        try:
            if self._line is None:
                self._line = await asyncio.open_unix_connection(self._path)
            reader, writer = self._line
            writer.write(question(Question(self._ears, round((until - time.monotonic()) * 1000), sound)))
            await writer.drain()
            found = await read_answer(reader)
            done = True
            return found
        finally:
            if not done:
                self._hang_up()  # an answer that comes now is to another question

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line[1].close()
        self._line = None

    async def aclose(self) -> None:
        self._hang_up()
