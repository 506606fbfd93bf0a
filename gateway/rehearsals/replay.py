"""A call that is in the record, as a rehearsal: what its caller said and keyed is said and keyed again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from gateway.kernel.errors import BadInput
from gateway.rehearsals.document import Human, Rehearsal, Step, Told
from gateway.rehearsals.held import BEFORE_S, Held
from gateway.rehearsals.record import story_of
from gateway.rehearsals.story import Story

KEYS_TOGETHER_S = 5.0
A_SILENCE_S = 3.5  # shorter ones are time to think
AT_ONCE_S = 2.0  # an answer that comes later comes of the silence
LONGEST_WAIT_S = 300.0
SOONER_S = 0.001

Event = dict[str, Any]
Act = tuple[float, Step]


@dataclass(frozen=True)
class Replay:
    """`began_s` of each step in the call of then. `notes`: what cannot be done again, a sentence each."""

    rehearsal: Rehearsal
    then: Story
    began_s: list[float]
    notes: list[str]

    def said_then(self, number: int) -> list[str]:
        """By the agent, after this step."""
        ends = [*self.began_s[1:], float("inf")]
        return [one.text for one in self.then.said(self.began_s[number], ends[number])]

    def said_now(self, held: Held, number: int) -> list[str]:
        """The same in a call that was held again."""
        ends = [one.began_s for one in held.steps[1:]] + [float("inf")]
        if number >= len(held.steps):
            return []
        return [one.text for one in held.story.said(held.steps[number].began_s, ends[number])]


def replay_of(call_id: str, events: Iterable[Event]) -> Replay:
    """`events` as REST tells them, personal parts included. Raises BadInput for a call in which nobody did anything."""
    events = list(events)
    if not events:
        raise BadInput("the call has no record", todo="gateway calls list")
    answered_at = _answered_at(events)
    then = story_of(events, answered_at, {})
    acts = sorted([*_said(then), *_keyed(then), *_consented(events, answered_at)], key=lambda one: one[0])
    if not acts:
        raise BadInput("the caller of this call said and keyed nothing", todo="gateway calls show " + call_id)
    end_s = _ended_at(events, answered_at) if then.ended_by == "caller" else acts[-1][0]
    steps = [(BEFORE_S, Step(listen=True)), *_with_waits(acts, then, end_s)]
    if then.ended_by == "caller":
        steps.append((end_s, Step(hang_up=True)))
    rehearsal = Rehearsal(
        name=f"as in {call_id}", told=_told(events), human=_human(events), steps=[step for _, step in steps]
    )
    return Replay(rehearsal, then, [at for at, _ in steps], list(_notes(events)))


def as_written(replay: Replay, held: Held, agent: object) -> dict[str, Any]:
    """A suite of one, which expects what the agent has said now."""
    document = replay.rehearsal.model_dump(exclude_defaults=True, exclude={"steps"})
    steps: list[dict[str, Any]] = []
    for number, step in enumerate(replay.rehearsal.steps):
        written = step.model_dump(exclude_defaults=True, exclude={"expect"})
        if said := replay.said_now(held, number):
            written["expect"] = {"says": said}
        if written:
            steps.append(written)
    return {"agent": agent, "rehearsals": [document | {"steps": steps}]}


def _said(then: Story) -> list[Act]:
    lines = [one for one in then.turns if one.speaker == "caller" and one.how == "said" and one.text.strip()]
    return [(one.began_s, Step(say=one.text[:1000])) for one in lines]


def _keyed(then: Story) -> list[Act]:
    """Keys with nothing between them are keyed together."""
    runs: list[tuple[float, float, str]] = []
    spoken = [one.began_s for one in then.turns if one.how != "keyed"]
    for one in sorted((one for one in then.turns if one.how == "keyed"), key=lambda one: one.began_s):
        if one.text not in "0123456789*#":
            continue  # one of a long run, which nobody may know
        together = runs and one.began_s - runs[-1][1] < KEYS_TOGETHER_S
        if together and not any(runs[-1][1] < at < one.began_s for at in spoken):
            began, _, keys = runs.pop()
            runs.append((began, one.began_s, keys + one.text))
        else:
            runs.append((one.began_s, one.began_s, one.text))
    return [(began, Step(key=keys)) for began, _, keys in runs]


def _consented(events: list[Event], answered_at: float) -> list[Act]:
    """Answers to the gateway's own question are in no transcript."""
    answered = [one for one in events if one["kind"] in ("consent_given", "consent_refused", "consent_revoked")]
    spoken = [one for one in answered if one["body"]["method"] == "voice" and (one["pii"] or {}).get("text")]
    # what the agent says to it must come after it
    return [
        (datetime.fromisoformat(one["at"]).timestamp() - answered_at - SOONER_S, Step(say=one["pii"]["text"]))
        for one in spoken
    ]


def _with_waits(acts: list[Act], then: Story, end_s: float) -> list[Act]:
    """A silence of the caller's is a step of its own, until a human has the caller."""
    until = min((one.at_s for one in then.asked if one.what == "transfer"), default=float("inf"))
    found: list[Act] = []
    for at, step in [*acts, (end_s, None)]:
        silent_from = _answered(then, _acted(then, found, at))
        spoken = sum(min(one.ended_s, at) - one.began_s for one in then.said(silent_from, at))
        if (silence := at - silent_from - spoken) >= A_SILENCE_S and at < until:
            found.append((silent_from + SOONER_S, Step(wait=min(round(silence, 1), LONGEST_WAIT_S))))
        if step:
            found.append((at, step))
    return found


def _acted(then: Story, acts: list[Act], before_s: float) -> float:
    """When the caller had done the last of these."""
    ends = [one.ended_s for one in then.turns if one.speaker == "caller" and one.began_s < before_s]
    return max([*ends, *(at for at, _ in acts[-1:])], default=0.0)


def _answered(then: Story, acted_s: float) -> float:
    """When what the agent said to it at once was over; there and then when it said nothing."""
    end = acted_s
    for one in then.said(acted_s):
        if one.began_s - end > AT_ONCE_S:
            break
        end = one.ended_s
    return end


def _told(events: list[Event]) -> Told:
    said = {one["body"]["saying"] for one in events if one["kind"] == "disclosure_played"}
    return Told(ai="ai" in said, record="ask" if "ask" in said else "notice" if "notice" in said else "no")


def _human(events: list[Event]) -> Human:
    settled = [one["body"]["outcome"] for one in events if one["kind"] == "transfer_settled"]
    known = [one for one in settled if one in get_args(Human)]
    return cast("Human", known[-1]) if known else "no_answer" if settled else "connected"


def _notes(events: list[Event]) -> list[str]:
    kinds = [one["kind"] for one in events]
    notes: list[str] = []
    if "capture_began" in kinds:
        notes.append("what was keyed in unseen is in no record: add the step with keys of a test card")
    if any(one["kind"] == "digit_pressed" and not (one["pii"] or {}).get("digit") for one in events):
        notes.append("a long run of keys is not in the record: it may have been a card's number")
    if not any(one["kind"] == "utterance" and (one["pii"] or {}).get("text") for one in events):
        notes.append("the words of this call are not there: they were erased, or this key may not see them")
    return notes


def _answered_at(events: list[Event]) -> float:
    """By the clock on the wall."""
    at = next((one["at"] for one in events if one["kind"] == "leg_answered"), events[0]["at"])
    return datetime.fromisoformat(at).timestamp()


def _ended_at(events: list[Event], answered_at: float) -> float:
    ended = next(one["at"] for one in events if one["kind"] == "call_ended")
    return datetime.fromisoformat(ended).timestamp() - answered_at
