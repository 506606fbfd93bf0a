"""The demo's result: did words and keys cross the line both ways, and the files that show it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.demo.conversation import AGENT_MUST_HEAR, DIGITS, SCRIPT
from gateway.phone.phone import Phone
from gateway.phone.script import Listen


@dataclass(frozen=True)
class DemoReport:
    """What `make demo JSON=1` prints as its last line. Times in milliseconds."""

    ok: bool
    call_id: str
    caller_said: list[str]
    agent_heard: list[str]
    agent_said: list[str]
    caller_heard: list[str]
    digits_sent: str
    digits_received: str
    answer_ms: float | None
    greeting_ms: float | None
    turn_ms: list[float]
    termination: dict[str, Any] | None
    files: dict[str, str]

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def judge(phone: Phone, record: dict[str, Any], files: dict[str, str]) -> DemoReport:
    """`record` holds call, transcript and digits as the REST API tells them."""
    transcript = record["transcript"]
    agent_heard = [turn["text"] for turn in transcript if turn["speaker"] == "caller"]
    caller_heard = [event.text for event in phone.events if event.kind == "heard"]
    termination = record["call"]["termination"]
    crossed_to_agent = all(any(words in heard.lower() for heard in agent_heard) for words in AGENT_MUST_HEAR)
    crossed_to_caller = all(
        any(phrase in heard for phrase in step.phrases for heard in caller_heard)
        for step in SCRIPT
        if isinstance(step, Listen)
    )
    ended_well = bool(termination) and termination["slug"] == "completed"
    return DemoReport(
        ok=crossed_to_agent and crossed_to_caller and record["digits"] == DIGITS and ended_well,
        call_id=record["call"]["id"],
        caller_said=[event.text for event in phone.events if event.kind == "said"],
        agent_heard=agent_heard,
        agent_said=[turn["text"] for turn in transcript if turn["speaker"] == "agent"],
        caller_heard=caller_heard,
        digits_sent="".join(event.text for event in phone.events if event.kind == "pressed"),
        digits_received=record["digits"],
        answer_ms=next((round(e.ms, 1) for e in phone.events if e.kind == "answered" and e.ms), None),
        greeting_ms=round(phone.first_audio_ms, 1) if phone.first_audio_ms else None,
        turn_ms=[round(event.ms, 1) for event in phone.events if event.kind == "heard" and event.ms],
        termination=termination,
        files=files,
    )


def write_files(folder: Path, phone: Phone, record: dict[str, Any]) -> dict[str, str]:
    """The call's files, by name; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    phone.recording.write(folder / "call.wav")
    (folder / "transcript.json").write_text(json.dumps(record["transcript"], indent=2) + "\n")
    (folder / "events.ndjson").write_text("".join(json.dumps(event) + "\n" for event in record["events"]))
    (folder / "cdr.json").write_text(json.dumps(record["cdr"], indent=2) + "\n")
    names = ("call.wav", "transcript.json", "events.ndjson", "cdr.json")
    return {name: str(folder / name) for name in names}
