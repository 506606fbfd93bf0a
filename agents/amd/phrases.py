"""What greetings, menus and call screening say, for ears that recognise given phrases and for full transcripts. Pure.

The lists are English. A phrase counts wherever it stands.
"""

from __future__ import annotations

import re
from typing import Literal

# `recorded` says that a machine speaks, not yet which; `business` that a person or a menu of a company does
Meaning = Literal["screening", "ivr", "voicemail", "recorded", "business", "human"]

MEANINGS: dict[Meaning, tuple[str, ...]] = {
    "screening": (
        "state your name", "say your name", "record your name", "name and reason", "reason for calling",
        "reason for your call", "why you are calling", "why you're calling", "screening service", "call screening",
        "see if this person is available", "does not accept calls", "copy of this conversation", "stay on the line",
        "who is calling please",
    ),
    "ivr": (
        "press one", "press two", "press three", "press four", "press zero", "press nine", "press star",
        "dial the extension", "menu options", "listen carefully", "your party's extension", "main menu",
        "for english", "to speak to an operator", "to speak to a representative", "in a few words", "opening hours",
        "repeat this menu", "for sales", "for billing", "for customer service", "for technical support",
    ),
    "voicemail": (
        "leave a message", "leave me a message", "leave your message", "leave your name", "record your message",
        "get back to you", "call you back", "voice mail", "voicemail", "voice message", "take your call",
        "come to the phone", "missed your call", "not at home", "nobody is home", "away from my desk",
        "answer the phone", "finished recording", "mailbox",
    ),
    "recorded": (
        "you have reached", "you've reached", "is not available", "not available", "is unavailable",
        "trying to reach", "after the beep", "at the tone", "at the beep", "after the tone", "you have called",
        "you are calling", "you're calling", "has been forwarded", "switched off", "cannot take",
    ),
    "business": (
        "thank you for calling", "thanks for calling", "welcome to",
    ),
    "human": (
        "how can i help you", "how may i help you", "what can i do for you", "who is this", "who's this",
        "direct your call",
    ),
}  # fmt: skip
LISTENED_FOR: tuple[str, ...] = tuple(phrase for phrases in MEANINGS.values() for phrase in phrases)
LONGEST_KEPT = 2000


def plain(text: str) -> str:
    """Lower case, words apart by one blank, without signs except the apostrophe."""
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))


def meanings_in(text: str) -> set[Meaning]:
    said = f" {plain(text)} "
    return {meaning for meaning, phrases in MEANINGS.items() if any(f" {phrase} " in said for phrase in phrases)}


class Words:
    """What was understood so far, of which parts may come twice."""

    def __init__(self) -> None:
        self._said = ""
        self.meanings: set[Meaning] = set()

    def heard(self, text: str) -> None:
        self._said = f"{self._said} {plain(text)}"[-LONGEST_KEPT:]
        self.meanings |= meanings_in(self._said)
