"""What a verification says: what is wrong, where, and what it could not look at. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST = 20  # findings that are kept; what is wrong first matters


class Wrong(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    SIGNATURE = "signature"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    """`seq` to `last` are the entries it is one of; 0: it is about none."""

    wrong: Wrong
    seq: int
    last: int
    words: str


@dataclass
class Report:
    """`findings` in the order of the entries, the first wrong one first."""

    origin: str = ""
    key: str = ""
    whole: bool = True  # an export of everything; of a part, what is left out is not known
    entries: int = 0
    checkpoints: int = 0
    kept_checkpoints: int = 0
    unreadable: int = 0  # lines of those kept elsewhere, such as one that a crash has cut off
    signed_up_to: int = 0
    values: int = 0
    erased: int = 0
    clock_steps: list[tuple[int, int]] = field(default_factory=list)  # entry, ms behind; the first ones
    findings: list[Finding] = field(default_factory=list)
    more_findings: int = 0

    @property
    def good(self) -> bool:
        return not self.findings

    def add(self, wrong: Wrong, seq: int, words: str, *, last: int = 0) -> None:
        if len(self.findings) == MOST:
            self.more_findings += 1
            return
        self.findings.append(Finding(wrong, seq, last or seq, words))
