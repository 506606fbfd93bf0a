"""The scripted brain, pure: what was said so far in, the next move out.

It keeps no state of its own, so a reply can be prepared before the caller's turn is over and thrown away,
and a second agent can continue a conversation that a first one began.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agents.attempt import STOP_CALLING
from agents.capture_words import NO_CAPTURE
from agents.flows.check import OWN_PARAMETERS
from agents.flows.choice import FlowChoice
from agents.flows.machine import End, Standing, Step, arguments, begin, question
from agents.flows.replay import Aside, replay
from agents.flows.values import Answer
from agents.honest import NO_TRANSFER
from agents.profile import AgentProfile, CaptureChoice, DialogueEntry, TransferChoice
from agents.skills.numbers import digit_words
from agents.speech.keywords import spoken_digits
from agents.tool_choice import ASK_FIELD
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


def next_move(profile: AgentProfile, turns: Sequence[Turn], began: datetime | None = None) -> Move:
    """The answer to the last turn. `began`: when the call did, for what callers mean by tomorrow; without it there are
    no flows."""
    if not turns or isinstance(turns[-1], Spoken):
        return Move()
    if began is None and profile.flows:
        profile = profile.model_copy(update={"flows": []})
    last = turns[-1]
    if isinstance(last, Called) and last.name == TRANSFER:
        return Move(say=NO_TRANSFER)  # had it begun, nobody would ask for a move
    if isinstance(last, Called) and last.name == CAPTURE:
        return Move(say=NO_CAPTURE)
    under_way = flow_under_way(profile, turns, began) if began else None
    if isinstance(last, Called):
        if not last.failed and under_way and (end := under_way.step.end) and end.tool == last.name and end.after:
            return Move(say=end.after)
        return Move(say=NO_ANSWER if last.failed or _is_no_sentence(last.output) else last.output or "")
    if under_way and not (under_way.aside and under_way.aside != "stay"):
        return _flow_move(profile, under_way, last.text)
    asked = None if under_way else pending_digits(profile, turns[:-1])
    if last.text.startswith(KEYPAD):
        keyed = last.text.removeprefix(KEYPAD).strip()
        if asked is None and began and (flow := next((one for one in profile.flows if one.key == keyed != ""), None)):
            return _step_move(profile, flow, begin(flow), begins=True)
        return _digits_move(asked, keyed, turns)
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


Entry = DialogueEntry | TransferChoice | CaptureChoice | FlowChoice


def matching_entry(profile: AgentProfile, text: str) -> Entry | None:
    """The entry with the longest phrase in `text`."""
    entries: tuple[Entry, ...] = (*profile.dialogue, *profile.transfers, *profile.captures, *profile.flows)
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
    if isinstance(entry, FlowChoice):
        return _step_move(profile, entry, begin(entry), begins=True)
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


@dataclass(frozen=True)
class UnderWay:
    """`step` is what the caller's last words led to; with `aside` they were no answer, and it is as before."""

    flow: FlowChoice
    step: Step
    aside: Aside


def flow_under_way(profile: AgentProfile, turns: Sequence[Turn], began: datetime) -> UnderWay | None:
    """The flow that was begun last; None when there is none, or when it was over before the caller's last words."""
    for place in range(len(turns) - 1, -1, -1):
        turn = turns[place]
        if isinstance(turn, Called) and turn.name == ASK_FIELD and turn.arguments.get("begins"):
            flow = next((one for one in profile.flows if one.name == turn.arguments.get("flow")), None)
            if flow is None:
                return None
            today = began.astimezone(ZoneInfo(flow.zone)).date()
            answers = [_answer(one.text) for one in turns[place + 1 :] if isinstance(one, Heard)]
            found = replay(flow, answers, today, lambda words: _aside(profile, words))
            return UnderWay(flow, *found) if found else None
    return None


def _answer(text: str) -> Answer:
    return Answer(text.removeprefix(KEYPAD).strip(), "keys") if text.startswith(KEYPAD) else Answer(text)


def _aside(profile: AgentProfile, words: str) -> Aside:
    """What words mean that may be no answer. Who wants no more calls is heard whatever was asked."""
    entry, text = matching_entry(profile, plain(words)), plain(words)
    if isinstance(entry, DialogueEntry):
        return "at_once" if entry.tool == STOP_CALLING else "leave" if entry.tool or entry.ask_digits else "stay"
    leaves = entry or any(f" {plain(phrase)} " in f" {text} " for phrase in profile.farewell_phrases)
    return "leave" if leaves else ""


def _flow_move(profile: AgentProfile, under_way: UnderWay, text: str) -> Move:
    flow, step = under_way.flow, under_way.step
    if under_way.aside and step.standing:
        entry = matching_entry(profile, plain(text))
        said = entry.say if isinstance(entry, DialogueEntry) else ""
        return _step_move(profile, flow, Step(f"{said} {question(flow, step.standing)}".strip(), step.standing))
    return _step_move(profile, flow, step)


def _step_move(profile: AgentProfile, flow: FlowChoice, step: Step, *, begins: bool = False) -> Move:
    if at := step.standing:
        return Move(step.say, ASK_FIELD, _asking(flow, at) | ({"begins": True} if begins else {}))
    end = step.end or End()
    if end.tool:
        return Move(step.say, end.tool, arguments(end, parameters_of(profile, end.tool)))
    if end.hang_up:
        return Move(step.say or FAREWELL, HANG_UP)
    if choice := next((one for one in profile.transfers if one.name == end.transfer), None):
        return Move(step.say or choice.say, TRANSFER, {"to": choice.name})
    return Move(step.say)


def _asking(flow: FlowChoice, at: Standing) -> dict[str, object]:
    """What is asked for; no values, which nobody needs to be told again."""
    return {"flow": flow.name, "state": at.state, "field": at.field, "confirming": at.confirming}


def parameters_of(profile: AgentProfile, tool: str) -> Mapping[str, Mapping[str, Any]]:
    """Of a tool that this profile may name: each with its schema."""
    schemas = OWN_PARAMETERS | {one.name: one.parameters for one in profile.tools}
    return schemas.get(tool, {}).get("properties", {})
