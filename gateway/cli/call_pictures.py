"""Transfers as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]
Names = Mapping[str, str]  # of targets, by id

_ATTEMPT = {
    "connected": "joined",
    "busy": "was busy",
    "no_answer": "did not answer",
    "declined": "did not take the call",
    "unreachable": "could not be reached",
    "blocked": "could not be reached: the network blocked the call",
    "machine": "was a machine",
    "silent": "said nothing",
    "left": "hung up",
    "cancelled": "was no longer needed",
    "agent_lost": "could not be told: the agent was gone",
    "unknown": "reached or not, nobody said",
}
_STAGE = {
    "placed": "is being called",
    "ringing": "rings",
    "answered": "has answered",
    "briefed": "is told about the caller",
    "accepted": "takes the call",
    "refused": "does not take the call",
    "joined": "joined",
    "ended": "is gone",
}
_OUTCOME = {
    "connected": "connected",
    "busy": "not connected: the human was busy",
    "no_answer": "not connected: nobody answered",
    "declined": "not connected: nobody took the call",
    "unreachable": "not connected: nobody could be reached",
    "blocked": "not connected: the network blocked the call",
    "machine": "not connected: a machine answered",
    "silent": "not connected: the human said nothing",
    "cancelled": "not connected: the transfer was taken back",
    "caller_left": "not connected: the caller left",
    "unknown": "not connected: nobody said whether the human was reached",
}
_AFTERWARDS = {"callback": "; the caller was promised a call back", "goodbye": "; the caller has heard a goodbye"}
_KEPT = ("connected", "cancelled", "caller_left")  # outcomes that bring no last resort about
_MOVED = {
    "ringing": "the phone of {} rings",
    "answered": "{} has answered",
    "briefed": "the agent tells {} about the caller",
}
_ANSWERED = {
    "accepted": "{} takes the call",
    "declined": "{} does not take the call",
    "silent": "{} said nothing",
    "machine": "{} is a machine",
}


def name_of(target_id: str, names: Names) -> str:
    """The id when the target is gone."""
    return plain(names.get(target_id, target_id))


def picture_of(transfer: Told, names: Names) -> Iterator[str]:
    """One transfer: to whom, each attempt on a line, and how it ended."""
    to, at = name_of(transfer["target_id"], names), transfer["began_at"][11:19]
    yield f"{transfer['id']}  {at}  {transfer['mode']}, to {to}, asked for by {transfer['asked_by']}"
    rows = [_row(place, one, names) for place, one in enumerate(transfer["attempts"], start=1)]
    if transfer["refer"]:
        yield f"  REFER: {transfer['refer']}"
    yield from aligned(rows)
    yield f"  {outcome_of(transfer)}"


def outcome_of(transfer: Told) -> str:
    """How it ended, or what is going on."""
    outcome = transfer["outcome"]
    if outcome is None:
        return "being taken back" if transfer["cancelled"] else "under way"
    through = " by the caller's own phone (REFER)" if outcome == "connected" and transfer["by"] == "refer" else ""
    afterwards = "" if outcome in _KEPT else _AFTERWARDS.get(transfer["last_resort"], "")
    return _OUTCOME[outcome] + through + afterwards


def step_of(event: Told, target_id: str, names: Names) -> str:
    """One entry of the record, in words; `target_id` is that of its attempt, if it is about one."""
    who, body = name_of(target_id, names), event["body"]
    match event["kind"]:
        case "caller_parked":
            return "the caller waits, and nobody hears the caller"
        case "attempt_placed":
            return f"{who} is being called, for {body['ring_s']} s at most"
        case "attempt_moved":
            return _MOVED[body["stage"]].format(who)
        case "consult_answered":
            return _ANSWERED[body["answer"]].format(who)
        case "attempt_ended":
            code = f" ({body['sip_code']})" if body.get("sip_code") else ""
            return f"{who} {_ATTEMPT[body['outcome']]}{code}"
        case "transfer_joined":
            return f"the caller and {who} hear each other"
        case _:
            sentence = event["sentence"].rstrip(".")
            return sentence[0].lower() + sentence[1:]


def _row(place: int, one: Told, names: Names) -> tuple[str, ...]:
    words = _ATTEMPT[one["outcome"]] if one["outcome"] else _STAGE[one["stage"]]
    return (f"  {place:>3}", name_of(one["target_id"], names), words, f"since {one['since'][11:19]}")
