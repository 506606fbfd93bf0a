"""What the place of a call has at hand before it gets one: a process of its own, or a thread of a shard."""

from __future__ import annotations

from dataclasses import dataclass

from livekit.agents import JobProcess, inference
from livekit.rtc._ffi_client import FfiClient

from agents.speech import catalog
from agents.turns import END_OF_SPEECH_S
from gateway.kernel.logs import configure_logs
from gateway.settings import Settings


@dataclass(frozen=True)
class Ready:
    settings: Settings
    speech: catalog.Prepared
    detector: inference.VAD


def prepare_process(settings: Settings, process: JobProcess) -> None:
    """Runs once in each, before it counts as idle."""
    configure_logs(settings.worker.name)
    _ = FfiClient.instance  # starts LiveKit's runtime: 0.1 s that a caller would wait
    process.userdata["ready"] = Ready(
        settings, catalog.prepare(settings.speech), inference.VAD(min_silence_duration=END_OF_SPEECH_S)
    )
