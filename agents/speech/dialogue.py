"""The scripted brain, pure: what was said so far in, the next move out.

It keeps no state of its own, so a reply can be prepared before the caller's turn is over and thrown away,
and a second agent can continue a conversation that a first one began.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.capture_words import NO_CAPTURE
from agents.honest import NO_TRANSFER
from agents.profile import AgentProfile, CaptureChoice, DialogueEntry, TransferChoice
from agents.skills.numbers import digit_words
from agents.speech.keywords import spoken_digits
from agents.tool_words import NO_ANSWER

ASK_DIGITS, HANG_UP, TRANSFER, CAPTURE = "ask_digits", "hang_up", "transfer", "capture"
KEYPAD = "keypad:"  # how pressed keys stand in the conversation: "keypad: 1234"
FAREWELL = "Goodbye, and thank you for calling."
NO_DIGITS = "I did not get your digits."
ASKED_AT_MOST = 3


@dataclass(frozen=True)
class Heard:
    """Words of the caller, or keys as `KEYPAD` text."""

    text: str


@dataclass(frozen=True)
class Spoken:
    text: str


@dataclass(frozen=True)
class Called:
    """A tool was called; `output` is None until it has answered. `failed`: its words are for a model."""

    name: str
    arguments: dict[str, object]
    output: str | None = None
    failed: bool = False


Turn = Heard | Spoken | Called


@dataclass(frozen=True)
class Move:
    """What the agent does next: words, then a tool call; either may be empty."""

    say: str = ""
    tool: str = ""
    arguments: dict[str, object] = field(default_factory=dict)


def plain(text: str) -> str:
    """Lower case words, single spaces."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def keypad_text(digits: str) -> str:
    return f"{KEYPAD} {digits}".strip()


def next_move(profile: AgentProfile, turns: Sequence[Turn]) -> Move:
    """The answer to the last turn."""
    if not turns or isinstance(turns[-1], Spoken):
        return Move()
    last = turns[-1]
    if isinstance(last, Called) and last.name == TRANSFER:
        return Move(say=NO_TRANSFER)  # had it begun, nobody would ask for a move
    if isinstance(last, Called) and last.name == CAPTURE:
        return Move(say=NO_CAPTURE)
    if isinstance(last, Called):
        return Move(say=NO_ANSWER if last.failed or _is_no_sentence(last.output) else last.output or "")
    asked = pending_digits(profile, turns[:-1])
    if last.text.startswith(KEYPAD):
        return _digits_move(asked, last.text.removeprefix(KEYPAD).strip(), turns)
    if asked and (digits := spoken_digits(last.text)):
        return _digits_move(asked, digits, turns)
    return _words_move(profile, plain(last.text))


def _is_no_sentence(output: str | None) -> bool:
    """A JSON object or list, which nobody wants read out."""
    return (output or "").startswith(("{", "["))


def pending_digits(profile: AgentProfile, turns: Sequence[Turn]) -> DialogueEntry | None:
    """The entry whose digits were asked for and have not been used yet."""
    entries = {entry.intent: entry for entry in profile.dialogue if entry.ask_digits}
    tools = {entry.tool for entry in entries.values() if entry.tool}
    for turn in reversed(turns):
        if isinstance(turn, Called) and turn.name == ASK_DIGITS:
            return entries.get(str(turn.arguments.get("intent")))
        if isinstance(turn, Called) and turn.name in tools:
            return None
    return None


Entry = DialogueEntry | TransferChoice | CaptureChoice


def matching_entry(profile: AgentProfile, text: str) -> Entry | None:
    """The entry with the longest phrase in `text`."""
    entries: tuple[Entry, ...] = (*profile.dialogue, *profile.transfers, *profile.captures)
    hits = [
        (len(phrase), entry)
        for entry in entries
        for phrase in map(plain, entry.phrases)
        if f" {phrase} " in f" {text} "
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


def _words_move(profile: AgentProfile, text: str) -> Move:
    entry = matching_entry(profile, text)
    if isinstance(entry, TransferChoice):
        return Move(entry.say, TRANSFER, {"to": entry.name})
    if isinstance(entry, CaptureChoice):
        return Move(entry.say, CAPTURE, {"what": entry.name})
    if entry:
        return _entry_move(entry)
    if any(f" {plain(phrase)} " in f" {text} " for phrase in profile.farewell_phrases):
        return Move(say=FAREWELL, tool=HANG_UP if profile.allow_hangup else "")
    return Move(say=profile.fallback_say)


def _entry_move(entry: DialogueEntry) -> Move:
    if entry.ask_digits:
        return Move(entry.say, ASK_DIGITS, {"count": entry.ask_digits, "intent": entry.intent})
    return Move(entry.say, entry.tool or "")


def _digits_move(asked: DialogueEntry | None, digits: str, turns: Sequence[Turn]) -> Move:
    if asked is None:
        return Move()
    if len(digits) != asked.ask_digits:
        return _ask_again(asked, turns)
    if asked.tool:
        return Move(tool=asked.tool, arguments={"digits": digits})
    return Move(say=f"You entered {digit_words(digits)}.")


def _ask_again(asked: DialogueEntry, turns: Sequence[Turn]) -> Move:
    times = sum(1 for turn in turns if isinstance(turn, Called) and turn.arguments.get("intent") == asked.intent)
    if times >= ASKED_AT_MOST:
        return Move(say=NO_DIGITS)
    return _entry_move(asked)
