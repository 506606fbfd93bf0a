"""The demo's result: did words and keys cross the line both ways, was it recorded, and the files that show it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.demo.conversation import AGENT_MUST_HEAR, CALLER_SCRIPT, CONSENT_KEY, DIGITS, HUMAN_SCRIPT, TEST_CARD
from gateway.phone.phone import Phone
from gateway.phone.script import Listen, Step


@dataclass(frozen=True)
class DemoReport:
    """What `make demo JSON=1` prints as its last line. Times in milliseconds."""

    ok: bool
    call_id: str
    caller_said: list[str]
    agent_heard: list[str]
    agent_said: list[str]
    caller_heard: list[str]
    human_said: list[str]
    human_heard: list[str]
    transfer: str | None
    digits_sent: str
    digits_received: str
    recording: dict[str, Any]
    answer_ms: float | None
    greeting_ms: float | None
    turn_ms: list[float]
    card_ending_in: str
    termination: dict[str, Any] | None
    files: dict[str, str]

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def judge(caller: Phone, human: Phone, record: dict[str, Any], files: dict[str, str]) -> DemoReport:
    """`record` holds call, transcript, transfers and digits as the REST API tells them."""
    transcript = record["transcript"]
    agent_heard = [turn["text"] for turn in transcript if turn["speaker"] == "caller"]
    termination = record["call"]["termination"]
    transfer = next((one["outcome"] for one in record["transfers"]), None)
    crossed_to_agent = all(any(words in heard.lower() for heard in agent_heard) for words in AGENT_MUST_HEAR)
    crossed_to_phones = _heard_all(caller, CALLER_SCRIPT) and _heard_all(human, HUMAN_SCRIPT)
    recording = record["recording"]
    recorded = recording["played"] == 200 and recording["refused_to_viewer"] == 403
    captured = next((e["pii"]["last4"] for e in record["events"] if e["kind"] == "capture_ended"), "")
    unseen = captured == TEST_CARD[-4:] and TEST_CARD not in json.dumps(record)
    ended_well = bool(termination) and termination["slug"] == "completed" and transfer == "connected"
    return DemoReport(
        ok=crossed_to_agent
        and crossed_to_phones
        and record["digits"] == CONSENT_KEY + DIGITS
        and unseen
        and ended_well
        and recorded,
        call_id=record["call"]["id"],
        caller_said=[event.text for event in caller.events if event.kind == "said"],
        agent_heard=agent_heard,
        agent_said=[turn["text"] for turn in transcript if turn["speaker"] == "agent"],
        caller_heard=_heard(caller),
        human_said=[event.text for event in human.events if event.kind == "said"],
        human_heard=_heard(human),
        transfer=transfer,
        digits_sent="".join(event.text for event in caller.events if event.kind == "pressed"),
        digits_received=record["digits"],
        recording=recording,
        answer_ms=next((round(e.ms, 1) for e in caller.events if e.kind == "answered" and e.ms), None),
        greeting_ms=round(caller.first_audio_ms, 1) if caller.first_audio_ms else None,
        turn_ms=[round(event.ms, 1) for event in caller.events if event.kind == "heard" and event.ms],
        card_ending_in=captured,
        termination=termination,
        files=files,
    )


def _heard(phone: Phone) -> list[str]:
    return [event.text for event in phone.events if event.kind == "heard"]


def _heard_all(phone: Phone, script: tuple[Step, ...]) -> bool:
    heard = _heard(phone)
    wanted = [step.phrases for step in script if isinstance(step, Listen)]
    return all(any(phrase in one for phrase in phrases for one in heard) for phrases in wanted)


def write_files(folder: Path, caller: Phone, human: Phone, record: dict[str, Any]) -> dict[str, str]:
    """The call's files, by name; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    caller.recording.write(folder / "call.wav")
    human.recording.write(folder / "human.wav")
    (folder / "transcript.json").write_text(json.dumps(record["transcript"], indent=2) + "\n")
    (folder / "events.ndjson").write_text("".join(json.dumps(event) + "\n" for event in record["events"]))
    (folder / "cdr.json").write_text(json.dumps(record["cdr"], indent=2) + "\n")
    kept = record["recording"]["files"]
    names = ("call.wav", "human.wav", "transcript.json", "events.ndjson", "cdr.json")
    return {name: str(folder / name) for name in (*names, *kept)}
