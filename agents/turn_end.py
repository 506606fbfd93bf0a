"""Whether somebody has finished, by the words alone: quick after an answer, patient in the middle of a sentence.

livekit-agents asks at each pause and waits its short delay or its long one (`livekit.agents.voice.turn`, whose private
protocol `WordsTurnEnd` keeps; pinned to 1.8.9).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from livekit.agents import LanguageCode, llm

from agents.speech.keywords import spoken_digits

FINISHED, UNFINISHED, BETWEEN = 1.0, 0.0, 0.5


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that hardly anybody ends with. One too many costs the caller a second; one too few breaks into a sentence.
GO_ON: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words(
            "and or but because if whether than the a an my your our their its to of from with for at about is are was "
            "um uh uhm er erm hmm i i'm i'd i'll i've we're we'd you're it's there's that's let's please"
        ),
        "de": _words("und oder aber weil wenn ob dass der die das ein eine einen mein meine ist äh ähm von"),
        "fr": _words("et ou mais parce que si le la les un une mon ma mes de du des pour avec euh à est"),
        "es": _words("y o pero porque que si el la los las un una mi mis de del para con eh em es"),
    }
)
ENOUGH = _words("yes no yeah nope sure okay ok ja nein oui non si sí")
SHORT = 4  # words: "yes it is" is an answer, whatever it ends with
_WORD = re.compile(r"[\w']+")


def has_finished(text: str, language: str = "en", digits_expected: int = 0) -> bool:
    """`digits_expected`: how many were asked for; fewer than those are the beginning of a number."""
    words = _WORD.findall(text.lower())
    if not words:
        return True
    if digits_expected and (digits := spoken_digits(text)):
        return len(digits) >= digits_expected
    if words[0] in ENOUGH and len(words) <= SHORT:
        return True
    return words[-1] not in GO_ON.get(language[:2].lower(), GO_ON["en"])


class WordsTurnEnd:
    """Both are asked anew at each pause. `is_whole`: whether the words are all that was asked for, None when nobody can
    tell by that."""

    model, provider = "words", "gateway"

    def __init__(
        self, digits_expected: Callable[[], int], is_whole: Callable[[str], bool | None] = lambda _: None
    ) -> None:
        self._digits_expected, self._is_whole, self._language = digits_expected, is_whole, "en"

    async def supports_language(self, language: LanguageCode | None) -> bool:
        self._language = str(language or "en")
        return True

    async def unlikely_threshold(self, language: LanguageCode | None) -> float | None:
        return BETWEEN

    async def predict_end_of_turn(self, chat_ctx: llm.ChatContext, *, timeout: float | None = None) -> float:
        said = next((item for item in reversed(chat_ctx.items) if isinstance(item, llm.ChatMessage)), None)
        text = (said.text_content or "") if said is not None and said.role == "user" else ""
        if (whole := self._is_whole(text)) is not None:
            return FINISHED if whole else UNFINISHED
        return FINISHED if has_finished(text, self._language, self._digits_expected()) else UNFINISHED
