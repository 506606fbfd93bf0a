"""In which ways a run of number tokens may be meant, the likeliest first. Pure.

Where a language or a word is in doubt there is more than one reading; a doubt is settled in one way for the whole run,
so a few readings are all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from compliance.redaction.grammar import Choices, Piece, read
from compliance.redaction.marks import Mark
from compliance.redaction.tokens import DIRECT
from compliance.redaction.words import Kind

MOST_READINGS = 12


def readings(marks: Sequence[Mark]) -> Iterator[list[Piece]]:
    """The likeliest first, at most `MOST_READINGS`."""
    if all(mark.plain for mark in marks):  # digits and digit words, nothing else
        yield [
            Piece(mark.typed or str(mark.value), place, place, mark.joint if place else DIRECT)
            for place, mark in enumerate(marks)
        ]
        if any(mark.repairs for mark in marks):
            yield read(marks, Choices(repairs="piece"))
            yield read(marks, Choices(repairs="group"))
        return
    usual = _usual(marks)
    yield read(marks, usual)
    for choices in islice(_others(marks, usual), MOST_READINGS - 1):
        yield read(marks, choices)


def _usual(marks: Sequence[Mark]) -> Choices:
    votes: dict[str, float] = {}
    weak: set[str] = set()
    for mark in marks:
        if mark.weak:
            weak.add(mark.weak)
        elif mark.kind is not Kind.CONJUNCTION:
            for language in mark.languages:
                votes[language] = votes.get(language, 0.0) + 1 / len(mark.languages)
    if not weak:
        return Choices()
    most = max(votes, key=lambda language: votes[language]) if votes else "e"
    meant = {
        "um": most == "p",
        "once": most == "s",
        "oh": most in "edf",
        "article": most in "sdfp",
        "sound": False,
    }
    return Choices(weak=frozenset(name for name in weak if meant[name]))


def _others(marks: Sequence[Mark], usual: Choices) -> Iterator[Choices]:
    kinds = {mark.kind for mark in marks}
    bases = [usual]
    if kinds & {Kind.HUNDRED, Kind.HUNDREDS, Kind.THOUSAND}:
        bases.append(Choices(weak=usual.weak, hundreds=False))
    if Kind.THOUSAND in kinds:
        bases.append(Choices(weak=usual.weak, bare_thousand="after"))
        bases.append(Choices(weak=usual.weak, bare_thousand="always"))
    if Kind.TENS in kinds:
        bases.append(Choices(weak=usual.weak, joined=False, hundreds=False))
    yield from bases[1:]
    if any(mark.repairs for mark in marks):
        yield Choices(weak=usual.weak, repairs="piece")
        yield Choices(weak=usual.weak, repairs="group")
    if any(mark.counts for mark in marks):
        yield Choices(weak=usual.weak, counts=True)
    names = sorted({mark.weak for mark in marks if mark.weak})
    for base in bases:
        for name in names:
            yield replace(base, weak=base.weak ^ {name})
    if len(names) > 1:
        yield Choices(weak=usual.weak ^ set(names))
