"""Nobody says anything: asked twice, then goodbye. The session is a double; the times are real and short."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc

from agents.profile import AgentProfile
from agents.silence import SilenceWatch
from agents.speech.dialogue import FAREWELL

ASK, SHORT_S = "Are you still there?", 0.02


class Session(rtc.EventEmitter[str]):
    """Says things at once, without a sound."""

    def __init__(self) -> None:
        super().__init__()
        self.user_state, self.agent_state, self.current_speech = "listening", "listening", None
        self.input = SimpleNamespace(audio_enabled=True)
        self.said: asyncio.Queue[str] = asyncio.Queue()

    def say(self, text: str) -> Any:
        self.said.put_nowait(text)
        spoken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        spoken.set_result(None)
        return Speech(spoken)


class Speech:
    interrupted = False

    def __init__(self, spoken: asyncio.Future[None]) -> None:
        self._spoken = spoken

    def __await__(self) -> Any:
        return self._spoken.__await__()


class Stage:
    def __init__(self, **fields: Any) -> None:
        profile = AgentProfile(id="agt", name="a", greeting="Hello.", **fields)
        profile = profile.model_copy(update={"silence_s": SHORT_S})  # shorter than anybody may choose
        self.session, self.room, self.ended = Session(), rtc.EventEmitter[str](), asyncio.Event()
        self.watch = SilenceWatch(self.session, self.room, profile, self._hang_up)  # type: ignore[arg-type]

    async def _hang_up(self, reason: str) -> None:
        assert reason == "completed"
        self.ended.set()

    async def said(self) -> str:
        return await asyncio.wait_for(self.session.said.get(), 10)


async def test_who_says_nothing_is_asked_twice_and_the_call_ends_with_a_goodbye() -> None:
    stage = Stage()
    stage.watch.start()
    assert [await stage.said() for _ in range(3)] == [ASK, ASK, FAREWELL]
    await asyncio.wait_for(stage.ended.wait(), 10)
    await stage.watch.close()


async def test_who_was_never_greeted_is_not_watched() -> None:
    stage = Stage()
    await stage.watch.close()
    assert stage.session.said.empty()


@pytest.mark.parametrize("sign", ["speech", "key"])
async def test_a_sign_of_life_begins_anew(sign: str) -> None:
    stage = Stage()
    stage.watch.start()
    for _ in range(3):
        assert [await stage.said(), await stage.said()] == [ASK, ASK]
        if sign == "speech":
            stage.session.emit("user_state_changed", SimpleNamespace(new_state="speaking"))
        else:
            stage.room.emit("sip_dtmf_received", SimpleNamespace(digit="1"))
    assert not stage.ended.is_set()
    await stage.watch.close()


async def test_while_somebody_speaks_or_the_agent_is_deaf_no_time_passes() -> None:
    stage = Stage()
    stage.session.input.audio_enabled = False
    stage.watch.start()
    for field in ("user_state", "agent_state"):
        await asyncio.sleep(5 * SHORT_S)
        assert stage.session.said.empty()
        stage.session.input.audio_enabled = True
        setattr(stage.session, field, "speaking")
    await asyncio.sleep(5 * SHORT_S)
    assert stage.session.said.empty()
    await stage.watch.close()


async def test_an_agent_that_may_not_end_the_call_asks_and_leaves_it() -> None:
    stage = Stage(allow_hangup=False)
    stage.watch.start()
    assert [await stage.said(), await stage.said()] == [ASK, ASK]
    await asyncio.sleep(5 * SHORT_S)
    assert stage.session.said.empty() and not stage.ended.is_set()
    await stage.watch.close()
