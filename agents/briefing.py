"""What a human is told about a caller, and what the human's answer means. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from agents.skills.numbers import digit_words
from agents.speech.dialogue import KEYPAD, Called, Heard, Turn, plain

OFFER = "Hello, this is the telephone agent. A caller is waiting for you."
ASK = "Press one to take the call, or two to decline."
ASK_AGAIN = "A caller is waiting. Press one to take the call, or two to decline."
ALL_RIGHT = "All right. Goodbye."
CONNECTED = "You are connected now. Goodbye."

ACCEPT_KEY, DECLINE_KEY, AGAIN_KEY = "1", "2", "3"
LAST_WORDS = 2  # turns of the caller that are passed on

Meaning = Literal["accepted", "declined", "machine", "again"]

ACCEPTING = ("yes", "accept", "take the call", "take it", "put them through", "connect me", "go ahead")
DECLINING = ("no", "not", "decline", "i cannot", "can't", "busy", "call back later")
AGAIN = ("say that again", "repeat", "pardon")
OF_MACHINES = (
    "leave a message", "leave your message", "after the tone", "after the beep", "not available", "voicemail",
    "mailbox", "cannot take your call", "record your message",
)  # fmt: skip
_MEANINGS: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    ("machine", OF_MACHINES),
    ("again", AGAIN),
    ("declined", DECLINING),
    ("accepted", ACCEPTING),
)
LISTENED_FOR = ("yes", "accept", "take the call", "go ahead", "no", "decline", "busy", "repeat", "leave a message")


def meaning_of(words: str) -> Meaning | None:
    """A no counts more than a yes in the same breath: who is joined against their will hangs up on a caller."""
    said = f" {plain(words)} "
    return next((meaning for meaning, phrases in _MEANINGS if any(f" {one} " in said for one in phrases)), None)


def meaning_of_key(digit: str) -> Meaning | None:
    keys: dict[str, Meaning] = {ACCEPT_KEY: "accepted", DECLINE_KEY: "declined", AGAIN_KEY: "again"}
    return keys.get(digit)


def briefing(
    turns: Sequence[Turn], summary: str, note: str, can_say: Callable[[str], bool], about_caller: str = ""
) -> str:
    """Who is waiting and why, then the question. What the mouth at hand cannot say is left out."""
    told = [about_caller, f"Note: {note}", summary or _said(turns), _keyed(turns)]
    between = [_sentence(text) for text in told if text.strip(" :") not in ("", "Note") and can_say(text)]
    return " ".join((OFFER, *between, ASK))


def _said(turns: Sequence[Turn]) -> str:
    words = [turn.text for turn in turns if isinstance(turn, Heard) and not turn.text.startswith(KEYPAD)]
    return f"The caller said: {'. '.join(words[-LAST_WORDS:])}" if words else ""


def _keyed(turns: Sequence[Turn]) -> str:
    """What tools were given is what was asked for and taken."""
    used = [str(turn.arguments.get("digits", "")) for turn in turns if isinstance(turn, Called)]
    last = next((digits for digits in reversed(used) if digits), "")
    return f"The caller keyed in {digit_words(last)}" if last else ""


def _sentence(text: str) -> str:
    return text if re.search(r"[.?!]$", text) else f"{text}."
