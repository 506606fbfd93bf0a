"""faster-whisper once for all calls of a worker: `python -m agents.speech.shared_ears FD`, started by the worker.

FD is a listening unix socket that the worker keeps, so a call that asks while this process is being started again waits
in line and is not refused. Each call has one question at a time, and whose came first is heard first: nobody takes the
turn of another.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping

from agents.speech.choice import all_of
from agents.speech.shared_wire import Nonsense, Question, Verdict, answer, read_question
from gateway.kernel.lifeline import die_with_parent
from gateway.kernel.logs import configure_logs, get_logger
from gateway.kernel.tasks import TaskSet
from gateway.settings import load_settings
from gateway.speech_settings import SpeechSettings

MOST_WAITING = 64
AT_A_TIME = 2  # more of them only slow each other down: a decoder uses several cores
READY = "ready"

Understand = Callable[[bytes], str]
_log = get_logger(__name__)


class SharedEars:
    """`understand` by the setting that chose the ears: blocks, in a thread."""

    def __init__(self, understand: Mapping[str, Understand], at_a_time: int = AT_A_TIME) -> None:
        self._understand = understand
        self._turns = asyncio.Semaphore(at_a_time)
        self._waiting = 0

    async def serve(self, listening: socket.socket) -> None:
        """Until cancelled."""
        calls = TaskSet()
        listening.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            while True:
                line, _ = await loop.sock_accept(listening)
                calls.start(self._call(line), name="ears:call")
        finally:
            await calls.close()

    async def _call(self, line: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=line)
        try:
            while True:
                writer.write(await self._answer(await read_question(reader), reader))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the call is over, or it no longer wants to know
        except Nonsense:
            _log.warning("shared_ears_asked_nonsense")
        finally:
            writer.close()

    async def _answer(self, asked: Question, reader: asyncio.StreamReader) -> bytes:
        until = time.monotonic() + asked.within_ms / 1000
        understand = self._understand.get(asked.ears)
        if understand is None:
            return answer(Verdict.FAILED)
        if self._waiting >= MOST_WAITING:
            _log.warning("shared_ears_busy", waiting=self._waiting)
            return answer(Verdict.BUSY)
        self._waiting += 1
        try:
            async with self._turns:
                if time.monotonic() >= until or reader.at_eof():
                    return answer(Verdict.LATE)
                return answer(Verdict.HEARD, await asyncio.to_thread(understand, asked.sound))
        except (RuntimeError, ValueError) as error:
            _log.warning("shared_ears_failed", kind=type(error).__name__)
            return answer(Verdict.FAILED)
        finally:
            self._waiting -= 1


def load(settings: SpeechSettings) -> dict[str, Understand]:
    """The models that the settings name; takes seconds. Raises SetupError."""
    from agents.speech import whisper

    return {
        choice.setting: whisper.FasterWhisperSTT(
            whisper.load(settings.model_folder(choice.model), settings.stt_compute_type, AT_A_TIME)
        ).transcribe
        for choice in all_of(settings, "stt")
        if choice.kind == "faster-whisper"
    }


def main() -> None:
    die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):  # calls go on while a worker drains: it ends us when they are over
        signal.signal(number, signal.SIG_IGN)
    settings = load_settings()
    configure_logs(f"{settings.worker.name}-ears")
    listening = socket.socket(fileno=int(sys.argv[1]))
    ears = SharedEars(load(settings.speech))
    os.write(sys.stdout.fileno(), f"{READY}\n".encode())
    asyncio.run(ears.serve(listening))


if __name__ == "__main__":
    main()
