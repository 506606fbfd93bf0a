"""Phones on both sides of a transfer, on the stack that the scenarios share; what they heard is kept."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from gateway.phone.recording import read_wav
from tests.sip.foreign.baresip import Baresip
from tests.sip.foreign.sound import write_wav
from tests.sip.stack import RunningStack
from tests.sip.transfers.caller import Caller, caller_with
from tests.sip.transfers.office import HUMAN_HZ, NUMBERS, RATE, WISH, spoken, tone

TIMES_SAID = 10
KEPT = Path(__file__).parents[3] / "recordings" / "transfers"


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Path:
    """Where the recordings of this test stay."""
    folder = KEPT / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def wish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoken(WISH, tmp_path_factory.mktemp("wish") / "wish.wav")


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of the human's tone."""
    return write_wav(tmp_path_factory.mktemp("human") / "tone.wav", tone(HUMAN_HZ, 120), RATE)


@pytest.fixture
def human(microphone: Path, tmp_path: Path, kept: Path) -> Iterator[Baresip]:
    (tmp_path / "human").mkdir()
    with Baresip(tmp_path / "human", NUMBERS[0], microphone) as phone:
        yield phone
    for heard in (tmp_path / "human").glob("dump-*-dec.wav"):
        shutil.copy(heard, kept / "human-heard.wav")


@pytest.fixture
def speaking(tmp_path: Path, kept: Path) -> Iterator[Callable[[str, float], Baresip]]:
    """Phones whose microphone hears some words, so many seconds after they have answered, again and again; in the order
    of NUMBERS."""
    with ExitStack() as phones:
        folders: list[Path] = []

        def one(words: str, after_s: float) -> Baresip:
            folder = tmp_path / f"human-{len(folders)}"
            folder.mkdir()
            said = read_wav(spoken(words, folder / "words.wav")) if words else np.zeros(0, np.int16)
            before, after = (np.zeros(int(RATE * seconds), np.int16) for seconds in (after_s, 60))
            once = np.concatenate([before, said])
            write_wav(folder / "microphone.wav", np.concatenate([*[once] * TIMES_SAID, after]), RATE)
            folders.append(folder)
            return phones.enter_context(Baresip(folder, NUMBERS[len(folders) - 1], folder / "microphone.wav"))

        yield one
    for folder in folders:
        for heard in folder.glob("dump-*-dec.wav"):
            shutil.copy(heard, kept / f"{folder.name}-heard.wav")


@pytest.fixture
async def caller(stack: RunningStack, kept: Path, wish: Path) -> AsyncIterator[Caller]:
    async with caller_with(stack, wish) as one:
        yield one
        one.phone.recording.write(kept / "caller-said-and-heard.wav")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if count := len(list(KEPT.glob("*/*.wav"))):
        terminalreporter.write_line(f"{count} recordings of transfers: recordings/transfers")
