"""How many calls share a process."""

from __future__ import annotations

import pytest

from agents.worker.sizes import calls_per_process, health_port, shard_sizes
from gateway.kernel.errors import SetupError
from gateway.settings import WorkerSettings
from gateway.speech_settings import SpeechSettings

REMOTE = SpeechSettings(stt="openai", stt_model="m")


@pytest.mark.parametrize(
    ("speech", "shares"),
    [
        (SpeechSettings(), 1),
        (REMOTE, 8),
        (SpeechSettings(stt="openai", stt_model="m", stt_fallback="embedded"), 1),
        (SpeechSettings(profile="cpu"), 8),
        (SpeechSettings(profile="cpu", shared=False), 1),
    ],
)
def test_calls_share_a_process_unless_it_recognises_speech_itself(speech: SpeechSettings, shares: int) -> None:
    assert calls_per_process(WorkerSettings(), speech) == shares


def test_what_is_asked_for_counts() -> None:
    assert calls_per_process(WorkerSettings(calls_per_process=1), REMOTE) == 1
    assert calls_per_process(WorkerSettings(calls_per_process=20), REMOTE) == 20
    assert calls_per_process(WorkerSettings(calls_per_process=1), SpeechSettings()) == 1


def test_calls_that_cannot_share_a_process_are_an_error_that_says_what_to_set() -> None:
    with pytest.raises(SetupError) as raised:
        calls_per_process(WorkerSettings(calls_per_process=4), SpeechSettings())
    assert "GATEWAY_WORKER__CALLS_PER_PROCESS=4" in raised.value.detail
    assert "GATEWAY_SPEECH__STT" in raised.value.todo


@pytest.mark.parametrize(
    ("most", "each", "sizes"), [(20, 8, [7, 7, 6]), (8, 8, [8]), (1, 8, [1]), (9, 8, [5, 4]), (3, 1, [1, 1, 1])]
)
def test_as_few_processes_as_do_and_as_even_as_can_be(most: int, each: int, sizes: list[int]) -> None:
    assert shard_sizes(most, each) == sizes


def test_processes_of_a_worker_do_not_share_a_health_port() -> None:
    assert [health_port(8081, number) for number in range(3)] == [8081, 8082, 8083]
    assert [health_port(0, number) for number in range(3)] == [0, 0, 0]
