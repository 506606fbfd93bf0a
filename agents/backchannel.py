"""Little words by which a listener says "go on". They are no turn, and do not stop who speaks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from types import MappingProxyType

from livekit.agents import stt


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# With what means nothing but "go on"; and what is an answer if a question is being asked.
GO_ON: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words("mm mmm mhm mmhm hm hmm uh huh uhhuh mmhmm oh ah aha i see"),
        "de": _words("hm hmm mhm aha ach so oh"),
        "fr": _words("hm mhm ah oh je vois"),
        "es": _words("mhm hm aja ajá ah oh ya veo"),
    }
)
YES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words("yeah yep yes okay ok right alright sure got it"),
        "de": _words("ja okay ok genau gut klar"),
        "fr": _words("oui ouais ok d'accord bien"),
        "es": _words("sí si vale ok okay claro bueno"),
    }
)
MOST_WORDS = 4
_WORD = re.compile(r"[\w']+")


def is_backchannel(text: str, language: str = "en", *, in_question: bool = False) -> bool:
    """Of words that were said while somebody else spoke. `in_question`: what is being spoken asks something, so that a
    yes may be the answer."""
    words = _WORD.findall(text.lower().replace("-", ""))
    key = language[:2].lower()
    known = GO_ON.get(key, GO_ON["en"]) | (frozenset() if in_question else YES.get(key, YES["en"]))
    return 0 < len(words) <= MOST_WORDS and all(word in known for word in words)


async def without_backchannels(
    events: AsyncIterable[stt.SpeechEvent | str], over: Callable[[], str | None], nodded: Callable[[], None]
) -> AsyncIterator[stt.SpeechEvent | str]:
    """`over()`: what is being spoken just now, None for nothing. `nodded()`: it is to go on, if it fell silent."""
    async for event in events:
        if isinstance(event, stt.SpeechEvent) and event.alternatives:
            said, spoken = event.alternatives[0], over()
            in_question = spoken is not None and spoken.rstrip().endswith("?")
            if spoken is not None and is_backchannel(said.text, str(said.language or "en"), in_question=in_question):
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    nodded()
                continue
        yield event
