"""May a caller be sent there? Closed by default: an agent needs to be named by the target. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.auth.scopes import SCOPES, Role, Scope
from gateway.kernel.e164 import from_sip_user
from gateway.sip.wire.uri import uri_of
from gateway.transfers.target import Target


@dataclass(frozen=True)
class Refusal:
    """`sentence` is for whoever asked, an agent too: no name and no number."""

    code: Literal[
        "unknown", "forbidden", "disabled", "same_party", "own_number", "nobody", "ended", "not_on", "not_a_caller",
        "under_way", "capture", "no_agent", "no_refer",
    ]  # fmt: skip
    sentence: str


def may_send(target: Target | None, *, by_agent: str | None = None, by_role: Role | None = None) -> Refusal | None:
    """None when they may. `by_agent` is an agent's id, `by_role` that of a person's key; nobody at all may not.

    Of a team the team's own permission counts, not that of its members. Who may not is not told more than that.
    """
    if target is None:
        return Refusal("unknown", "There is no such transfer target.")
    if by_agent is None and by_role is None:
        return Refusal("forbidden", "Nobody who may send callers to this target has asked for it.")
    if by_agent is not None and by_agent not in target.allowed_agents:
        return Refusal("forbidden", "This agent may not send callers to this target.")
    if by_role is not None and not (target.operators_may_send and Scope.CALLS_CONTROL in SCOPES[by_role]):
        return Refusal("forbidden", "A key of this role may not send callers to this target.")
    if not target.enabled:
        return Refusal("disabled", "This transfer target is switched off.")
    return None


def same_party(number: str, target: Target) -> Refusal | None:
    """Would the caller be rung? `number` as the call came with it, E.164 or a SIP user.

    A team is nobody's number: ask for each of its members, and leave out whom this names. An extension counts as the
    caller's whatever host it is at: a phone that rings itself is worse than one that is not tried.
    """
    own = from_sip_user(number)
    called = target.number or uri_of(target.uri).user
    if own and called and from_sip_user(called) == own:
        return Refusal("same_party", "This transfer target is the caller's own number.")
    return None
