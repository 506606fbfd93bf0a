"""How many calls share a process. Pure."""

from __future__ import annotations

from agents.speech.choice import all_of
from gateway.kernel.errors import SetupError
from gateway.settings import WorkerSettings
from gateway.speech_settings import SpeechSettings

SHARED_BY = 8


def hears_itself(speech: SpeechSettings) -> bool:
    """Whether a call's own process recognises speech: that computes for as long as somebody speaks."""
    kinds = {choice.kind for choice in all_of(speech, "stt")}
    return "embedded" in kinds or ("faster-whisper" in kinds and not speech.shared)


def calls_per_process(worker: WorkerSettings, speech: SpeechSettings) -> int:
    """Raises SetupError where calls cannot share one."""
    asked = worker.calls_per_process
    if not hears_itself(speech):
        return asked or SHARED_BY
    if asked > 1:
        raise SetupError(
            f"GATEWAY_WORKER__CALLS_PER_PROCESS={asked} does not go with ears that compute in the call's own process",
            todo="leave it out, or set GATEWAY_SPEECH__STT (and …_FALLBACK) to openai, or to faster-whisper with "
            "GATEWAY_SPEECH__SHARED=true",
        )
    return 1


def health_port(first: int, number: int) -> int:
    """Of the process `number` from 0: `first` and upwards; 0 stays any free one."""
    return first + number if first else 0


def shard_sizes(most: int, each: int) -> list[int]:
    """The most calls of each process: as few processes as do, as even as can be."""
    number = -(-most // each)
    return [most // number + (one < most % number) for one in range(number)]
