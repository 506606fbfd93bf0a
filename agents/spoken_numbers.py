"""Card numbers that are spoken or typed: taken out of what the agent hears before anybody reads it.

Speech recognition hears them by nature. From there on, the model, its tools, the transcript and the record get the text
without them; while digits stand open that may become a card number the model's turn waits, and lines are not recorded.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from livekit.agents import llm, stt

from compliance.redaction.call import CallRedactor, Redacted
from compliance.redaction.triggers import is_plain
from compliance.redaction.value import redact_value
from compliance.redaction.words import number_word

DETECTED_LATE_S = 0.8  # the voice activity detector says that somebody speaks when it is sure
LOOK_AGAIN_S = 0.1
OPEN_AT_MOST_S = 10.0
LONG = 9  # digits
SURE_MS = 8_000  # of an answer's beginning: who hears it may be gone before its end
LINGERS_MS = 20_000  # a tool or a model may think that it has its answer while the caller is still saying the number
MOST_GIVEN = 64  # segments that may still be corrected; as many as the redactor keeps
Speaker = Literal["caller", "agent"]
T = TypeVar("T")
_WORD = re.compile(r"\w+")


class SpokenNumbers:
    """Of one call. `silenced` is told what the recording must not keep; `expected`: how many digits were asked for.

    While as many are expected as could be a card's, and a while after, the recording keeps nothing that the caller
    says: a recogniser that did not understand a number cannot say that it was one.
    """

    def __init__(self, silenced: Callable[[datetime, datetime], None], expected: Callable[[], int] = lambda: 0) -> None:
        self._silenced, self._expected = silenced, expected
        self._redactor = CallRedactor()
        self._began, self._began_at = time.monotonic(), datetime.now(UTC)
        self._given: OrderedDict[int, str] = OrderedDict()
        self._corrections: deque[tuple[str, str]] = deque(maxlen=MOST_GIVEN)
        self._speech_began_ms: int | None = None
        self._open_ms: int | None = None  # when the stretch began that is not at its end yet
        self._long_until_ms = -1
        self._heard_more = asyncio.Event()
        self.on_correction: Callable[[], None] = lambda: None

    # -- what is said -----------------------------------------------------------------------------------------

    async def events(self, heard: AsyncIterable[stt.SpeechEvent | str]) -> AsyncIterator[stt.SpeechEvent | str]:
        """The recogniser's events without card numbers; a part of a sentence with words for digits is left out,
        and so is an early answer that may have a part of a number in it."""
        async for event in heard:
            if isinstance(event, str):
                yield self.take("caller", event)
            elif event.type == stt.SpeechEventType.START_OF_SPEECH:
                self._speech_began_ms = max(self._now_ms() - round(DETECTED_LATE_S * 1000), 0)
                self._open_ms = self._speech_began_ms
                if self._long_expected():
                    self._silenced(self._at(self._open_ms), self._at(self._open_ms + SURE_MS))
                yield event
            elif event.type == stt.SpeechEventType.END_OF_SPEECH:
                self._close_stretch()
                yield event
            elif event.type == stt.SpeechEventType.INTERIM_TRANSCRIPT:
                if all(is_plain(one.text) for one in event.alternatives):
                    yield event
            elif event.type == stt.SpeechEventType.PREFLIGHT_TRANSCRIPT:
                if event.alternatives and self._reads_as_it_is(event.alternatives[0].text):
                    event.alternatives = event.alternatives[:1]
                    yield event
            elif event.type == stt.SpeechEventType.FINAL_TRANSCRIPT:
                event.alternatives = [self._cleared(one) for one in event.alternatives[:1]]
                yield event
            else:
                yield event

    def _reads_as_it_is(self, text: str) -> bool:
        """Whether it would be given out unchanged if it were final, with no digit left open: a number may go on."""
        if any(number_word(word) or word.isdigit() for word in _WORD.findall(text.casefold())[-2:]):
            return False
        now, trial = self._now_ms(), deepcopy(self._redactor)
        began = now if self._speech_began_ms is None else min(self._speech_began_ms, now)
        found = trial.take("caller", text, began, until_ms=now)
        return found.text == text and not found.earlier and not trial.unsettled(now)

    def close(self) -> None:
        """The call is over, perhaps in the middle of an answer."""
        self._close_stretch()

    def _close_stretch(self) -> None:
        began, self._open_ms = self._open_ms, None
        # by its end nobody may expect any more what was expected at its beginning
        if began is not None and (self._long_expected() or began <= self._long_until_ms):
            self._silenced(self._at(began), self._at(self._now_ms()))

    def keyed(self, digits: int) -> None:
        """So many came by keypad: a long number that was asked for need not be said any more."""
        if digits >= LONG:
            self._long_until_ms = -1

    def _long_expected(self) -> bool:
        if self._expected() >= LONG:
            self._long_until_ms = self._now_ms() + LINGERS_MS
        return self._now_ms() <= self._long_until_ms

    def _cleared(self, said: stt.SpeechData) -> stt.SpeechData:
        return stt.SpeechData(
            said.language, self.take("caller", said.text), said.start_time, said.end_time, said.confidence
        )

    def take(self, speaker: Speaker, text: str) -> str:
        """The text of a finished stretch as it may be read."""
        now = self._now_ms()
        began = None
        if speaker == "caller":
            began, self._speech_began_ms = self._speech_began_ms, None
        found = self._redactor.take(speaker, text, now if began is None else min(began, now), until_ms=now)
        self._remember(found)
        return found.text

    def _remember(self, found: Redacted) -> None:
        self._heard_more.set()
        self._given[found.id] = found.text
        for one in found.earlier:
            before = self._given.get(one.id)
            if before is not None and before != one.text:
                self._corrections.append((before, one.text))
                self._given[one.id] = one.text
        while len(self._given) > MOST_GIVEN:
            self._given.popitem(last=False)
        for begin, end in (*found.silence, *(span for one in found.earlier for span in one.silence)):
            self._silenced(self._at(begin), self._at(end))
        if found.earlier:
            self.on_correction()

    # -- what was given out -----------------------------------------------------------------------------------

    @property
    def unsettled(self) -> bool:
        """What was said may still turn out to be part of a card number."""
        return self._redactor.unsettled(self._now_ms())

    @property
    def may_leave_as_sound(self) -> bool:
        """No number stands open, and none is expected: what was said is in its words."""
        return not self.unsettled and not self._expected() and not self._long_expected()

    async def settled(self) -> None:
        """Returns when no run of digits stands open: the model may have its turn."""
        until = time.monotonic() + OPEN_AT_MOST_S
        while self._redactor.open_run(self._now_ms()) and time.monotonic() < until:
            self._heard_more.clear()
            with suppress(TimeoutError):  # it closes by time as well
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._heard_more.wait()

    def corrected(self, text: str) -> str:
        """`text` as it reads after everything that is known by now."""
        for before, after in self._corrections:
            # as words of their own: a segment may have been one digit, and stands in other numbers too
            text = re.sub(rf"(?<!\w){re.escape(before)}(?!\w)", lambda _, new=after: new, text)
        return text

    def correct(self, items: Sequence[object]) -> None:
        """Messages of a chat context, in place."""
        if not self._corrections:
            return
        for item in items:
            if isinstance(item, llm.ChatMessage):
                item.content = [self.corrected(part) if isinstance(part, str) else part for part in item.content]

    def _now_ms(self) -> int:
        return round((time.monotonic() - self._began) * 1000)

    def _at(self, ms: int) -> datetime:
        return self._began_at + timedelta(milliseconds=ms)


def without_numbers(chunk: T) -> T:
    """A model's chunk whose tools get no card numbers."""
    if isinstance(chunk, llm.ChatChunk) and chunk.delta:
        for call in chunk.delta.tool_calls:
            call.arguments = _redacted_arguments(call.arguments)
    return chunk


def _redacted_arguments(arguments: str) -> str:
    if not any(character.isdigit() for character in arguments):
        return arguments
    try:
        return json.dumps(redact_value(json.loads(arguments)))
    except ValueError:
        return "{}"  # what cannot be read cannot be cleared; the tool says what it lacks
