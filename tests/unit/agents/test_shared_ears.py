"""One recogniser for many calls: in turn, within bounds, and still there when its process has been killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, stt

from agents.speech import shared_ears
from agents.speech.ears_keeper import EarsKeeper, wanted
from agents.speech.shared_ears import SharedEars, Understand
from agents.speech.shared_whisper import SharedWhisperSTT
from agents.speech.shared_wire import MOST_SOUND, Question, Verdict, question, read_answer
from gateway.kernel.errors import SetupError
from gateway.settings import SpeechSettings
from tests.unit.agents import tiny_whisper

ONCE = APIConnectOptions(max_retry=0, timeout=10)


def sound(value: int) -> list[rtc.AudioFrame]:
    """A tenth of a second whose samples all say who it is."""
    samples = np.full(1600, value, np.int16)
    return [rtc.AudioFrame(samples.tobytes(), 16000, 1, len(samples))]


def name_of(pcm: bytes) -> str:
    return str(np.frombuffer(pcm, np.int16)[0])


async def ask(ears: SharedWhisperSTT, value: int) -> str:
    event: stt.SpeechEvent = await ears.recognize(sound(value), conn_options=ONCE)
    return event.alternatives[0].text


@asynccontextmanager
async def serving(path: Path, understand: Understand, at_a_time: int = 1) -> AsyncIterator[None]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    task = asyncio.ensure_future(SharedEars({"STT": understand}, at_a_time).serve(listening))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        listening.close()


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s") / "s"


async def test_each_call_gets_its_own_words(path: Path) -> None:
    async with serving(path, name_of, at_a_time=2):
        calls = [SharedWhisperSTT(path, "STT") for _ in range(8)]
        for _ in range(3):
            said = await asyncio.gather(*(ask(ears, place) for place, ears in enumerate(calls)))
            assert said == [str(place) for place in range(8)]


async def test_a_call_with_much_to_say_does_not_keep_the_others_waiting(path: Path) -> None:
    """The first one asks three times; the second one's only question is heard after one of them, not after all."""
    order: list[str] = []
    begun, opened = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def understand(pcm: bytes) -> str:
        loop.call_soon_threadsafe(begun.set)
        opened.wait(10)
        order.append(name_of(pcm))
        return order[-1]

    async with serving(path, understand):
        busy = SharedWhisperSTT(path, "STT")
        asked = [asyncio.ensure_future(ask(busy, 1)) for _ in range(3)]
        await begun.wait()
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(question(Question("STT", 10_000, np.full(1600, 2, np.int16).tobytes())))
        await nonsense(path)  # what came before it has been read
        opened.set()
        assert (await read_answer(reader))[1] == "2"
        await asyncio.gather(*asked)
        writer.close()
    assert order == ["1", "2", "1", "1"]


async def nonsense(path: Path) -> bytes:
    """What is answered to a question of no size that we take."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"\x00" + bytes(4) + (MOST_SOUND + 2).to_bytes(4, "big"))
    answered = await reader.read()
    writer.close()
    return answered


async def test_who_comes_to_a_full_room_is_told_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_ears, "MOST_WAITING", 1)
    begun, opened = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def understand(pcm: bytes) -> str:
        loop.call_soon_threadsafe(begun.set)
        opened.wait(10)
        return name_of(pcm)

    async with serving(path, understand):
        first = asyncio.ensure_future(ask(SharedWhisperSTT(path, "STT"), 1))
        await begun.wait()
        with pytest.raises(APIError, match="busy"):
            await ask(SharedWhisperSTT(path, "STT"), 2)
        opened.set()
        assert await first == "1"


async def test_a_question_whose_time_is_over_is_not_decoded(path: Path) -> None:
    decoded: list[bytes] = []

    def understand(pcm: bytes) -> str:
        decoded.append(pcm)
        return ""

    async with serving(path, understand):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(question(Question("STT", 0, bytes(320))))
        assert (await read_answer(reader))[0] is Verdict.LATE
        writer.close()
    assert decoded == []


async def test_a_failing_decoder_is_an_error_of_that_question_alone(path: Path) -> None:
    def understand(pcm: bytes) -> str:
        if name_of(pcm) == "1":
            raise RuntimeError("out of memory")
        return name_of(pcm)

    async with serving(path, understand):
        ears = SharedWhisperSTT(path, "STT")
        with pytest.raises(APIError, match="failed"):
            await ask(ears, 1)
        assert await ask(ears, 2) == "2"


async def test_nonsense_ends_that_connection_alone(path: Path) -> None:
    async with serving(path, name_of):
        assert await nonsense(path) == b""
        assert await ask(SharedWhisperSTT(path, "STT"), 3) == "3"


async def test_without_anybody_there_it_is_an_error_for_who_stands_in(path: Path) -> None:
    with pytest.raises(APIConnectionError, match="ended twice"):
        await ask(SharedWhisperSTT(path, "STT"), 1)


async def test_a_killed_process_is_started_again_and_the_question_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_whisper.make(tmp_path / "tiny")
    monkeypatch.setenv("GATEWAY_SPEECH__STT", "faster-whisper")
    monkeypatch.setenv("GATEWAY_SPEECH__STT_MODEL", str(folder))
    async with EarsKeeper() as keeper:
        ears = SharedWhisperSTT(keeper.path, "STT", within_s=60)
        assert isinstance(await ask(ears, 100), str)
        first = keeper.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert isinstance(await ask(ears, 100), str)
        assert keeper.pid != first
        path = keeper.path
    assert not path.exists()


async def test_a_model_that_cannot_be_loaded_is_said_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_SPEECH__STT", "faster-whisper")
    monkeypatch.setenv("GATEWAY_SPEECH__STT_MODEL", str(tmp_path / "nowhere"))
    with pytest.raises(SetupError, match="did not start"):
        async with EarsKeeper():
            raise AssertionError("it has nothing to hear with")


def test_it_is_wanted_where_whisper_hears_and_nobody_says_no() -> None:
    assert not wanted(SpeechSettings())
    assert wanted(SpeechSettings(stt="faster-whisper", stt_model="m"))
    assert wanted(SpeechSettings(stt_fallback="faster-whisper", stt_fallback_model="m"))
    assert not wanted(SpeechSettings(stt="faster-whisper", stt_model="m", shared=False))
