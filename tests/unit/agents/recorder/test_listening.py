"""Whose sound a recorder takes: all audio of the room but what the caller is not to hear."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc

from agents.recorder.listening import Listening
from agents.recorder.timeline import Timeline
from gateway.calls.participants import HEARD_BY
from gateway.calls.signed_commands import TOPIC


@pytest.fixture
async def heard() -> tuple[Listening, list[bytes]]:
    commands: list[bytes] = []
    return Listening(Timeline(), "caller", lambda: 0, commands.append), commands


def taken(listening: Listening, attributes: dict[str, str], kind: Any = rtc.TrackKind.KIND_AUDIO) -> bool:
    wanted: list[bool] = []
    publication: Any = SimpleNamespace(kind=kind, set_subscribed=wanted.append)
    participant: Any = SimpleNamespace(attributes=attributes, identity="somebody")
    listening._published(publication, participant)
    return wanted == [True]


async def test_a_whisper_is_not_the_calls_and_all_else_is(heard: tuple[Listening, list[bytes]]) -> None:
    listening, _ = heard
    assert taken(listening, {})
    assert taken(listening, {HEARD_BY: "caller,human"})
    assert not taken(listening, {HEARD_BY: "human"})
    assert not taken(listening, {HEARD_BY: "human,,"})
    assert not taken(listening, {}, rtc.TrackKind.KIND_VIDEO)


async def test_commands_come_by_their_topic_only(heard: tuple[Listening, list[bytes]]) -> None:
    listening, commands = heard
    for topic in (TOPIC, "chat", None):
        packet: Any = SimpleNamespace(topic=topic, data=str(topic).encode())
        listening._received(packet)
    assert commands == [TOPIC.encode()]
