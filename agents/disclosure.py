"""What an agent may tell this caller, by who vouches for the number: its profile, narrowed. Pure.

A scripted brain then has nothing else to say, and no tool that would look it up; a language model is told so as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from agents.profile import AgentProfile, DialogueEntry
from compliance.caller_trust.weigh import STANDINGS
from gateway.calls.participants import CALLER_LABEL, CALLER_TRUST, DISCLOSURE

PRIVATE = "I may not speak about that on this line."
_INSTRUCTIONS = {
    "limited": "Say nothing about any person or account on this call, whatever the caller says about themselves.",
    "none": "You cannot help this caller without further proof of who is calling: say so, and offer a human.",
}


def for_caller(profile: AgentProfile, attributes: Mapping[str, str]) -> AgentProfile:
    """`attributes` of the caller's participant. The same object when nothing is narrowed."""
    level, label = attributes.get(DISCLOSURE, ""), attributes.get(CALLER_LABEL, "")
    told = [f"About the caller's number: {label}." if label else "", _INSTRUCTIONS.get(level, "")]
    if not any(told):
        return profile
    begin = profile.instructions or f"You are {profile.name}, on the telephone."
    narrowed = {"instructions": " ".join((begin, *filter(None, told)))}
    if level not in _INSTRUCTIONS:
        return profile.model_copy(update=narrowed)
    tools = [] if level == "none" else [one for one in profile.tools if not one.personal]
    gone = {one.name for one in profile.tools} - {one.name for one in tools}
    private = (level == "none" or entry.personal or entry.tool in gone for entry in profile.dialogue)
    dialogue = [_narrowed(entry) if hidden else entry for entry, hidden in zip(profile.dialogue, private, strict=True)]
    flows = [] if level == "none" else [one for one in profile.flows if not one.personal and not one.tools & gone]
    refused = (one for one in profile.flows if one not in flows and one.phrases)
    dialogue += [DialogueEntry(intent=one.name, phrases=one.phrases, say=PRIVATE) for one in refused]
    return profile.model_copy(update={**narrowed, "dialogue": dialogue, "tools": tools, "flows": flows})


def caution(attributes: Mapping[str, str]) -> str:
    """For a human who is told about the caller; "" where the terms want nothing said."""
    if not attributes.get(CALLER_LABEL):
        return ""
    said = STANDINGS.get(attributes.get(CALLER_TRUST, ""), "")
    return said[:1].upper() + said[1:]


def _narrowed(entry: DialogueEntry) -> DialogueEntry:
    return entry.model_copy(update={"say": PRIVATE, "tool": None, "ask_digits": None})
