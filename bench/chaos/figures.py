"""The figures of a storm, and how they are printed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.chaos.judge import Seen


@dataclass(frozen=True)
class Figures:
    """Times in seconds. `without_service`: calls that could not begin, because a process was killed just then."""

    transfers: int
    stranded: int
    doubly_dialled: int
    cut: int
    without_service: int
    record_problems: int
    left: dict[str, int]
    fates: dict[str, int]
    killed: dict[str, int]
    longest_again_s: float
    longest_alone_s: float

    @property
    def is_good(self) -> bool:
        return not (self.stranded or self.doubly_dialled or self.record_problems or self.left)


def figures_of(seen: Sequence[Seen], left: Mapping[str, int]) -> Figures:
    fates = Counter(one.fate for one in seen)
    return Figures(
        transfers=len(seen),
        stranded=fates["stranded"],
        doubly_dialled=sum(one.doubly_dialled for one in seen),
        cut=fates["cut"],
        without_service=fates["not connected"],
        record_problems=sum(bool(one.problems) for one in seen),
        left=dict(left),
        fates=dict(fates),
        killed=dict(Counter(one.killed for one in seen)),
        longest_again_s=round(max((one.again_s for one in seen), default=0.0), 1),
        longest_alone_s=round(max((one.alone_s for one in seen), default=0.0), 1),
    )


def show(figures: Figures) -> None:
    rows = {
        "transfers": f"{figures.transfers}: {_counts(figures.fates)}",
        "met the end of": _counts(figures.killed),
        "stranded": f"{figures.stranded} (aim: 0)",
        "doubly dialled": f"{figures.doubly_dialled} (aim: 0)",
        "cut with the node that carried them": f"{figures.cut}",
        "records that are open or told twice": f"{figures.record_problems} (aim: 0)",
        "left behind": f"{_counts(figures.left) or '0'} (aim: 0)",
        "longest until somebody was there again": f"{figures.longest_again_s} s",
        "longest a human stayed on alone": f"{figures.longest_alone_s} s",
    }
    for what, figure in rows.items():
        print(f"{what:40}{figure}")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items(), key=lambda one: -one[1]))
