"""What the end of an unanswered call out means: its final response (RFC 3261 §21, 3326, 8197, 8688). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.calls.facts import Party

LONGEST_WORDS = 300
LONGEST_RETRY_S = 86_400

_BUSY = frozenset({486, 600})
_NO_ANSWER = frozenset({408, 480, 487})
_BLOCKED = frozenset({607, 608})
_LIMIT = frozenset({402, 429})
_UNREACHABLE = frozenset({404, 410, 484, 500, 501, 502, 503, 504, 604})
# A network that refuses in the callee's name answers 603 and says so (ATIS-1000099); a plain 603 is the callee's no.
_BY_THE_NETWORK = re.compile(r"analytics|block|spam|unwanted|robocall|fraud", re.I)
_DIGITS = re.compile(r"[0-9][0-9 .()-]{3,}[0-9]")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\ufffd]+")
_ADDRESS = re.compile(r"\b(?:sips?|tel|mailto):[^\s>;,\"]+", re.I)


@dataclass(frozen=True)
class DialOutcome:
    """`slug` is of `gateway.calls.slugs`; `carrier` are the far end's words without numbers and addresses."""

    slug: str
    ended_by: Party
    sip_code: int
    carrier: str = ""
    retry_after_s: int | None = None


def outcome_of(code: int, reason: str, headers: Iterable[tuple[str, str]] = ()) -> DialOutcome:
    """The outcome of a final response 300-699."""
    said = [(name.lower(), value) for name, value in headers]
    retry_after_s = _retry_after(said)
    slug = _slug(code, reason, said, retry_after_s)
    by_callee = slug in ("busy", "no_answer", "declined")
    return DialOutcome(slug, "callee" if by_callee else "carrier", code, carrier_words(reason, said), retry_after_s)


def _slug(code: int, reason: str, said: list[tuple[str, str]], retry_after_s: int | None) -> str:
    if code in _BLOCKED or (code == 603 and _refused_by_network(reason, said)):
        return "blocked"
    if code in _LIMIT or (code == 503 and retry_after_s is not None):
        return "carrier_limit"
    if code in _BUSY:
        return "busy"
    if code in _NO_ANSWER:
        return "no_answer"
    if code == 603:
        return "declined"
    return "unreachable" if code in _UNREACHABLE or code < 400 else "rejected"


def _refused_by_network(reason: str, said: list[tuple[str, str]]) -> bool:
    """True when phrase or Reason header say that the network, not the callee, refused."""
    words = [reason, *(value for name, value in said if name == "reason" and value.lower().startswith("sip"))]
    return any(_BY_THE_NETWORK.search(one) for one in words)


def _retry_after(said: list[tuple[str, str]]) -> int | None:
    for name, value in said:
        found = re.match(r"\s*([0-9]{1,9})", value) if name == "retry-after" else None
        if found:
            return min(int(found[1]), LONGEST_RETRY_S)
    return None


def carrier_words(reason: str, said: Iterable[tuple[str, str]]) -> str:
    """The reason phrase, then each Reason and Warning header; masked, and never longer than `LONGEST_WORDS`."""
    parts = [reason, *(value for name, value in said if name.lower() in ("reason", "warning"))]
    return "; ".join(text for part in parts if (text := masked_words(part)))[:LONGEST_WORDS]


def masked_words(text: str) -> str:
    """What a stranger wrote, in one line, with runs of digits and addresses left out."""
    one_line = _UNPRINTABLE.sub(" ", text)
    return _DIGITS.sub("…", _ADDRESS.sub("…", one_line)).strip()
