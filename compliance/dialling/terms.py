"""The words that questions, rules and decisions share. Pure."""

from __future__ import annotations

from typing import Literal

Purpose = Literal["marketing", "informational", "emergency"]  # emergency: health and safety of whoever is called
ConsentKind = Literal["express", "written"]
CONSENT_MILD_TO_STRICT: tuple[ConsentKind, ...] = ("express", "written")
Scope = Literal["marketing", "everything"]  # what somebody does not want to be called for
Line = Literal["unknown", "fixed", "mobile", "ported"]
Verdict = Literal["allow", "refuse", "not_now"]
Result = Literal["passed", "refused", "not_now"]
CheckName = Literal[
    "destination", "country", "own_list", "revocation", "register", "ban", "consent", "attempts", "hours", "own_window",
    "caps",
]  # fmt: skip
NumberKind = Literal[
    "ordinary", "emergency", "short_code", "premium", "shared_cost", "special", "satellite", "extension", "unreadable"
]


def covers(scope: Scope, purpose: Purpose) -> bool:
    """Whether a wish not to be called for `scope` stands against a call for `purpose`."""
    return scope == "everything" or purpose == "marketing"
