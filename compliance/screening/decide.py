"""What follows from what is known about a caller: the call goes on, a key is asked for, or it is refused. Pure.

    source → caller → do_not_originate → anonymous → only_allowed → caller_rate → number_rate → challenge

**Which entry counts.** Of all entries that name the caller's number the most specific one decides, whichever list it is
on: a number before a range before a prefix, a narrower range before a wider one, a longer prefix before a shorter one.
So `+15105550100` on the allow list gets through a block of `+1510`, and the other way round. Two ranges of the same
width: the block counts. Entries for the source are weighed among themselves (the smaller block of addresses counts)
and stand apart: a good number from a bad source is refused, and so is a bad number from a good source.

A number on a do-not-originate list gets in only when the allow list has exactly this number: somebody meant it.

**Codes.** Lists: 603 with the phrase "Network Blocked", the 603+ of ATIS-1000099, which tells the caller's side that
somebody may be asked about it. Anonymous: 433 (RFC 5079). Not on the only list that lets in: 403. Rates: 480 with
Retry-After, which speaks for the called number alone (RFC 3261 §21.4.18); with 503 the carrier would send us no call of
anybody for that time (§21.5.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.screening.found import Found, Match, Recent
from compliance.screening.terms import ScreeningTerms

BLOCKED_PHRASE = "Network Blocked"
_NARROWEST_FIRST = ("number", "range", "prefix", "source")


@dataclass(frozen=True)
class Finding:
    """One check that ran. `by` is the id of the entry, or the name of the list, that decided it."""

    name: str
    passed: bool
    reason: str
    by: str = ""


@dataclass(frozen=True)
class Refusal:
    sip_code: int
    slug: str
    phrase: str = ""
    retry_after_s: int | None = None


@dataclass(frozen=True)
class Screened:
    """Findings in their order, up to the one that refuses. `challenge`: the call may go on once a key is pressed."""

    findings: tuple[Finding, ...]
    refusal: Refusal | None = None
    challenge: bool = False


def screen(terms: ScreeningTerms, found: Found) -> Screened:
    """The first check that refuses decides."""
    findings: list[Finding] = []
    for finding, refusal in _checks(terms, found):
        findings.append(finding)
        if not finding.passed:
            return Screened(tuple(findings), refusal)
    asked = _challenge(terms, found)
    return Screened((*findings, asked) if asked else tuple(findings), challenge=asked is not None)


def deciding(found: Found, *, source: bool = False) -> Match | None:
    """The entry that counts, of those for the number, or of those for the source."""
    ours = [match for match in found.matches if (match.kind == "source") is source]
    return min(ours, key=_order, default=None)


def _order(match: Match) -> tuple[int, int, bool]:
    return _NARROWEST_FIRST.index(match.kind), match.breadth, match.list == "allow"


def _checks(terms: ScreeningTerms, found: Found) -> Iterator[tuple[Finding, Refusal]]:
    of_source, of_caller = deciding(found, source=True), deciding(found)
    yield _listed("source_screened", "the source", of_source), Refusal(603, "source_blocked", BLOCKED_PHRASE)
    yield _listed("caller_screened", "the caller", of_caller), Refusal(603, "caller_blocked", BLOCKED_PHRASE)
    yield _never_calls(found, of_caller), Refusal(603, "do_not_originate", BLOCKED_PHRASE)
    yield _anonymous(terms, found), Refusal(433, "anonymous_caller")
    yield _only_allowed(terms, found), Refusal(403, "not_on_allow_list")
    yield (
        _rate("caller_rate", "this caller", terms.rate_per_caller, found.of_caller),
        Refusal(480, "caller_rate", retry_after_s=_wait(found.of_caller)),
    )
    yield (
        _rate("number_rate", "the called number", terms.rate_per_number, found.to_number),
        Refusal(480, "number_rate", retry_after_s=_wait(found.to_number)),
    )


def _listed(name: str, whom: str, match: Match | None) -> Finding:
    if match is None:
        return Finding(name, True, f"no entry names {whom}")
    reason = f"{whom} is on the {match.list} list, by an entry for a {match.kind}"
    return Finding(name, match.list == "allow", reason, match.id)


def _never_calls(found: Found, of_caller: Match | None) -> Finding:
    if not found.never_calls:
        return Finding("do_not_originate", True, "the caller's number is on no do-not-originate list")
    if of_caller is not None and of_caller.kind == "number":  # on the allow list, or the check before had refused
        return Finding("do_not_originate", True, "it is on such a list, and on the allow list", of_caller.id)
    return Finding("do_not_originate", False, "the caller's number is one that never places calls", found.never_calls)


def _anonymous(terms: ScreeningTerms, found: Found) -> Finding:
    if not found.anonymous:
        return Finding("anonymous", True, "the caller shows a number, or a name")
    words = "refused" if terms.anonymous == "refuse" else "taken"
    reason = f"the caller shows no number, and such calls are {words}"
    return Finding("anonymous", terms.anonymous != "refuse", reason)


def is_allowed(found: Found) -> bool:
    """True when the number, or the source, is on an allow list by the entry that counts."""
    counting = (deciding(found), deciding(found, source=True))
    return any(match is not None and match.list == "allow" for match in counting)


def _only_allowed(terms: ScreeningTerms, found: Found) -> Finding:
    if not terms.only_allowed:
        return Finding("only_allowed", True, "callers need not be on an allow list")
    passed = is_allowed(found)
    return Finding("only_allowed", passed, f"the caller is on {'an' if passed else 'no'} allow list, and has to be")


def _rate(name: str, whose: str, most: int | None, recent: Recent) -> Finding:
    if most is None:
        return Finding(name, True, f"no limit on calls a minute for {whose}")
    return Finding(name, recent.calls < most, f"{recent.calls} of {most} calls a minute for {whose}")


def _wait(recent: Recent) -> int:
    return max(1, recent.free_in_s)


def _challenge(terms: ScreeningTerms, found: Found) -> Finding | None:
    if found.anonymous and terms.anonymous == "challenge":
        why = "the caller shows no number"
    elif terms.challenge == "all":
        why = "every caller is asked"
    elif terms.challenge == "unknown" and not is_allowed(found):
        why = "the caller is on no allow list"
    else:
        return None
    return Finding("challenge", True, f"a key has to be pressed before the call goes on: {why}")
