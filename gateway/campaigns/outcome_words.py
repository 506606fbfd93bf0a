"""What each outcome of an attempt means, and the table of them in docs/campaigns.md. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.campaigns.terms import NEVER_RANG, NOT_DIALLED, OUTCOMES, RETRIES, Outcome

MEANS: dict[Outcome, str] = {
    "answered": "a person answered",
    "voicemail": "a voicemail answered; nothing was left",
    "message_left": "a voicemail answered, and the agent has left the message",
    "screened": "a call screening answered, and nobody came to the phone",
    "ivr": "a menu answered",
    "fax": "a fax answered",
    "silence": "somebody or something answered and said nothing",
    "busy": "the line was busy",
    "no_answer": "it rang, and nobody answered",
    "declined": "the call was declined",
    "blocked": "a network or an app on the way has blocked the call",
    "unreachable": "the number cannot be reached, now or at all",
    "carrier_limit": "the carrier takes no more calls just now",
    "failed": "it went wrong on our side or on the way, before anything rang",
    "refused": "the gate or the trunk's admission said no; nothing left",
    "not_now": "the gate said not now, or the campaign was paused; nothing left",
    "no_agent": "no agent came in time; nothing left",
    "unknown": "the record of the call was lost; it is taken for one that rang",
}


def counts(outcome: Outcome) -> str:
    """Against how often somebody may be called."""
    if outcome in NOT_DIALLED:
        return "no"
    return "only if it rang" if outcome in NEVER_RANG else "yes"


def again(outcome: Outcome) -> str:
    """What holds where a campaign says nothing else."""
    if outcome == "refused":
        return "never"
    if outcome == "not_now":
        return "when the gate says"
    rule = RETRIES.get(outcome)
    return f"after {_span(rule.after_s)}, {rule.most} times" if rule else "no"


def table() -> Iterator[str]:
    """Markdown."""
    yield "| outcome | what happened | counts against a person's limits | dialled again, unless you say otherwise |"
    yield "|---|---|---|---|"
    for outcome in OUTCOMES:
        yield f"| `{outcome}` | {MEANS[outcome]} | {counts(outcome)} | {again(outcome)} |"


def _span(seconds: int) -> str:
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
