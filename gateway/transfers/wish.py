"""Somebody wants a caller to go on with a human: may that begin, and who is rung? Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.auth.scopes import Role
from gateway.calls.call import Call
from gateway.calls.transfer_facts import LastResort, Mode, Ring
from gateway.transfers.permission import Refusal, may_send, same_party
from gateway.transfers.plan import attempts
from gateway.transfers.story import transfer_of
from gateway.transfers.target import Target


@dataclass(frozen=True)
class Wish:
    """`by_agent` or `by_role` says as what somebody asks; `by` who it is, for the record. `note` is for the human.

    `refer`: a cold one is to begin with a REFER, whatever is known of the trunk.
    """

    target_id: str
    mode: Mode
    by: str
    by_agent: str | None = None
    by_role: Role | None = None
    note: str = field(default="", repr=False)
    skill: str | None = None
    last_resort: LastResort | None = None
    refer: bool = False


@dataclass(frozen=True)
class Known:
    """What the wish is judged by. `ours`: numbers by which callers reach us. `refer_works` on the caller's trunk."""

    target: Target | None
    members: Sequence[Target] = ()
    ours: Collection[str] = ()
    idle_since: Mapping[str, datetime | None] = field(default_factory=dict)
    refer_works: bool = False


@dataclass(frozen=True)
class Granted:
    """`waves`: whom to ring. `replaces`, `refers`: see `TransferBegan`."""

    waves: tuple[tuple[Ring, ...], ...]
    replaces: str = ""
    refers: bool = False


def judge(wish: Wish, call: Call, joined: str, known: Known) -> Granted | Refusal:
    """`joined`: the attempt whose human the caller is with, if there is one."""
    if refusal := _not_now(wish, call) or may_send(known.target, by_agent=wish.by_agent, by_role=wish.by_role):
        return refusal
    assert known.target is not None
    is_team = known.target.kind == "team"
    people = [*known.members] if is_team else [known.target]
    refused = {one.id: refusal for one in people if (refusal := _wrong_party(call, one, known.ours))}
    if not is_team and refused:
        return refused[known.target.id]
    waves = attempts(known.target, [one for one in people if one.id not in refused], known.idle_since, wish.skill)
    if not waves:
        why = f"with the skill {wish.skill} " if wish.skill else ""
        return Refusal("nobody", f"Nobody {why}can be rung for this target now: all are switched off, or the caller.")
    has_address = known.target.kind in ("phone", "sip")
    if wish.refer and (not has_address or call.human):
        return Refusal("no_refer", "Only a caller who is with no human, and a phone or SIP target, fit a REFER.")
    refers = wish.mode == "cold" and has_address and not call.human and (wish.refer or known.refer_works)
    return Granted(waves, joined if call.human else "", refers)


def _not_now(wish: Wish, call: Call) -> Refusal | None:
    if call.ended:
        return Refusal("ended", "The call is over already.")
    if transfer_of(call.asked_by):
        return Refusal("not_a_caller", "This is the call to a human; transfer the call of the caller.")
    if call.answered_at is None or not call.room:
        return Refusal("not_on", "The call is not on yet.")
    if call.hangup:
        return Refusal("ended", "The call is being ended.")
    if call.transfer:
        return Refusal("under_way", "Another transfer of this call is under way; take it back first.")
    if call.capture.state == "running":
        return Refusal("capture", "The caller is keying in what nobody may know; wait for its end, or cancel it.")
    if call.human and wish.mode == "warm":
        return Refusal("no_agent", "The caller is with a human, so no agent can tell another one; ask for a cold one.")
    return None


def _wrong_party(call: Call, target: Target, ours: Collection[str]) -> Refusal | None:
    if target.number and target.number in ours:
        return Refusal("own_number", "This transfer target is a number of this gateway; the caller would come back.")
    return same_party(call.pii.ani if call.direction == "inbound" else call.pii.dnis, target)
