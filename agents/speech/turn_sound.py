"""The sound of the turn that the caller is in, kept here until it is clear whether a model may have it.

A speech-to-speech model gets a turn's sound when the turn is over, and only if our own ears understood every stretch of
it and heard nothing in it that could be part of a number. Nothing is sent while somebody is still speaking.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from livekit import rtc

from agents.speech.ears import UNCLEAR
from compliance.redaction.triggers import is_plain

BEFORE_S = 0.8  # the voice activity detector says that somebody speaks when it is sure
LONGEST_S = 60.0


class TurnSound:
    """Of one call. `plain`: whether words may leave as sound."""

    def __init__(self, plain: Callable[[str], bool] = is_plain) -> None:
        self._plain = plain
        self._before: deque[rtc.AudioFrame] = deque()
        self._frames: list[rtc.AudioFrame] = []
        self._seconds = 0.0
        self._speaking = False
        self._stretches = self._understood = 0
        self._tainted = False

    def hear(self, frame: rtc.AudioFrame, *, speaking: bool) -> None:
        """One frame of the caller's line; `speaking`: as the voice activity detector says just now."""
        if speaking and not self._speaking:
            self._stretches += 1
            for one in self._before:
                self._keep(one)
            self._before.clear()
        self._speaking = speaking
        if speaking:
            self._keep(frame)
            return
        self._before.append(frame)
        while sum(one.duration for one in self._before) > BEFORE_S:
            self._before.popleft()

    def understood(self, words: str) -> None:
        """What our ears wrote of one stretch, before anything was taken out of it."""
        if not words.strip():
            return
        self._understood += 1
        self._tainted |= UNCLEAR in words or not self._plain(words)

    def take(self) -> list[rtc.AudioFrame]:
        """The turn is over: its sound, or nothing where the words have to do. What comes from now on is the next."""
        fits = self._understood >= self._stretches and self._seconds <= LONGEST_S
        if not fits or self._tainted:
            self.drop()
            return []
        frames, before = self._frames, self._before.copy()
        self.drop()
        self._before = before  # somebody who goes on at once has begun in it
        self._tainted = False
        return frames

    def drop(self) -> None:
        """Nobody may have it."""
        self._before.clear()
        self._frames, self._seconds = [], 0.0
        self._stretches, self._understood = int(self._speaking), 0
        self._tainted = self._speaking  # its beginning is gone

    def _keep(self, frame: rtc.AudioFrame) -> None:
        self._seconds += frame.duration
        if self._seconds <= LONGEST_S:
            self._frames.append(frame)
