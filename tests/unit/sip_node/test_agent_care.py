"""When a caller counts as attended, and when nobody came: agents and people, in time that does not pass by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest
from livekit import rtc

from gateway.sip.agent_care import LOOK_EVERY_S, ROOM_GOES_WITHIN_S, AgentCare
from gateway.sip.agent_watch import SILENT_AFTER_S, Lost
from gateway.sip.company import keeps_company

WAIT_S = 8.0


class Timer:
    def __init__(self, at: float, what: Callable[[], None]) -> None:
        self.at, self._what, self.cancelled = at, what, False

    def cancel(self) -> None:
        self.cancelled = True

    def fire(self) -> None:
        if not self.cancelled:
            self._what()


class Loop:
    """As much of an event loop as timers need."""

    def __init__(self) -> None:
        self._now, self._timers = 0.0, list[Timer]()

    def time(self) -> float:
        return self._now

    def call_later(self, seconds: float, what: Callable[..., None], *given: object) -> Timer:
        timer = Timer(self._now + seconds, lambda: what(*given))
        self._timers.append(timer)
        return timer

    def passes(self, seconds: float) -> None:
        end = self._now + seconds
        while due := [timer for timer in self._timers if timer.at <= end]:
            first = min(due, key=lambda timer: timer.at)
            self._timers.remove(first)
            self._now = first.at
            first.fire()
        self._now = end


class Caller:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, due: bool = True) -> None:
        self.loop = Loop()
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: cast(asyncio.AbstractEventLoop, self.loop))
        self.lost: list[Lost] = []
        self.nobody = 0
        self.company = False
        self.care = AgentCare(self.lost.append, self._nobody, lambda: self.company)
        self.care.start(WAIT_S, due=due)

    def _nobody(self) -> None:
        self.nobody += 1

    def waits(self, seconds: float) -> int:
        self.loop.passes(seconds)
        return self.nobody


JUST_NOT, WELL_OVER = WAIT_S - 2 * LOOK_EVERY_S, WAIT_S + 2 * LOOK_EVERY_S


def test_nobody_comes_and_that_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(monkeypatch)
    assert caller.waits(JUST_NOT) == 0
    assert caller.waits(1) == 1
    assert caller.waits(100) == 1


def test_an_agent_that_is_heard_will_do_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(monkeypatch)
    caller.care.heard("agent")
    assert caller.waits(1000) == 0


def test_an_agent_that_lives_and_is_not_heard_will_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(monkeypatch)
    for _ in range(20):
        caller.care.alive("agent")
        caller.waits(1)
    assert caller.nobody == 1


@pytest.mark.parametrize("how", ["left", "silent"])
def test_an_agent_that_goes_has_to_be_followed_by_another(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    caller = Caller(monkeypatch)
    caller.care.alive("agent")
    caller.care.heard("agent")
    if how == "left":
        caller.waits(1)
        caller.care.left("agent", is_agent=True)
        caller.waits(ROOM_GOES_WITHIN_S)
    else:
        caller.waits(SILENT_AFTER_S + LOOK_EVERY_S)
        caller.care.heard("agent")  # its track is still there, and says nothing about it
    assert caller.lost == [Lost("agent", how)]  # type: ignore[arg-type]
    assert caller.waits(JUST_NOT) == 0
    caller.care.heard("other")
    assert caller.waits(1000) == 0
    caller.care.left("other", is_agent=True)
    assert caller.waits(WELL_OVER) == 1


@pytest.mark.parametrize("due", [True, False])
def test_a_person_keeps_the_caller_and_the_wait_begins_anew_when_that_one_goes(
    monkeypatch: pytest.MonkeyPatch, due: bool
) -> None:
    caller = Caller(monkeypatch, due=due)
    caller.care.heard("agent")
    caller.waits(1)
    caller.company = True
    caller.care.left("agent", is_agent=True)
    assert caller.waits(1000) == 0
    caller.company = False
    assert caller.waits(JUST_NOT) == 0
    assert caller.waits(1) == 1


def test_of_a_call_out_only_a_loss_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(monkeypatch, due=False)
    assert caller.waits(1000) == 0
    caller.care.left("mute agent", is_agent=True)
    assert caller.waits(WELL_OVER) == 1


def test_an_agent_that_leaves_and_comes_back_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(monkeypatch)
    caller.care.alive("agent")
    caller.care.heard("agent")
    caller.waits(SILENT_AFTER_S + LOOK_EVERY_S)
    caller.care.left("agent", is_agent=True)
    caller.care.heard("agent")
    assert caller.waits(1000) == 0


def test_nothing_is_said_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(monkeypatch)
    caller.care.heard("agent")
    caller.care.left("agent", is_agent=True)
    caller.care.stop()
    assert caller.waits(1000) == 0
    assert caller.lost == []


KIND = rtc.ParticipantKind


@pytest.mark.parametrize(
    ("kind", "attributes", "is_company"),
    [
        (KIND.PARTICIPANT_KIND_STANDARD, {}, True),
        (KIND.PARTICIPANT_KIND_STANDARD, {"gateway.role": "human"}, True),
        (KIND.PARTICIPANT_KIND_STANDARD, {"gateway.role": "supervisor"}, False),
        (KIND.PARTICIPANT_KIND_STANDARD, {"gateway.role": "supervisor", "gateway.supervises": "listen"}, False),
        (KIND.PARTICIPANT_KIND_STANDARD, {"gateway.role": "supervisor", "gateway.supervises": "whisper"}, False),
        (KIND.PARTICIPANT_KIND_STANDARD, {"gateway.role": "supervisor", "gateway.supervises": "barge"}, True),
        (KIND.PARTICIPANT_KIND_SIP, {"sip.callStatus": "active"}, True),
        (KIND.PARTICIPANT_KIND_SIP, {"sip.callStatus": "ringing"}, False),
        (KIND.PARTICIPANT_KIND_SIP, {"sip.callStatus": "ringing", "gateway.role": "human"}, False),
        (KIND.PARTICIPANT_KIND_SIP, {}, False),
        (KIND.PARTICIPANT_KIND_AGENT, {"gateway.role": "human"}, False),
        (KIND.PARTICIPANT_KIND_EGRESS, {}, False),
        (KIND.PARTICIPANT_KIND_INGRESS, {}, False),
    ],
)
def test_who_is_a_person(kind: int, attributes: dict[str, str], is_company: bool) -> None:
    assert keeps_company(kind, attributes) is is_company
