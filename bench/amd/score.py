"""What was taken for what, how soon people were known, how exact the beeps are: figures and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.amd.calls import SHARES
from bench.amd.listening import Mode, Outcome

KNOWN_WITHIN_S = 2.0
MACHINES = ("voicemail", "ivr", "screening", "fax", "announcement")
SPEAKING = ("voicemail", "ivr", "screening")
NOBODY = ("silence", None)


def percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


@dataclass
class Score:
    mode: Mode
    outcomes: Sequence[Outcome]

    def of(self, *kinds: str) -> list[Outcome]:
        return [one for one in self.outcomes if one.truth in kinds]

    def known_in_time(self, people: Sequence[Outcome]) -> float:
        """Percent told to be people within two seconds."""
        return percent(sum(one.told == "human" and one.waited_s <= KNOWN_WITHIN_S for one in people), len(people))

    def figures(self) -> dict[str, Any]:
        people, machines, speaking = self.of("human"), self.of(*MACHINES), self.of(*SPEAKING)
        known = [one for one in people if one.told == "human"]
        waited = np.quantile([one.waited_s for one in known] or [0.0], (0.5, 0.9))
        since_word = [one.at_s - (one.speech_s or 0.0) for one in known]
        since_answer = np.quantile([one.at_s for one in known] or [0.0], (0.5, 0.9))
        errors = [abs(error) * 1000 for one in self.outcomes for error in one.beep_errors_s]
        exact = np.quantile(errors or [0.0], (0.5, 0.95))
        late = [one.corrected_after_s for one in machines if one.corrected_after_s is not None]
        return {
            "mode": self.mode, "calls": len(self.outcomes),
            "human_in_time_percent": self.known_in_time(people),
            "human_in_time_of_first_word_percent": percent(
                sum(waited <= KNOWN_WITHIN_S for waited in since_word), len(people)
            ),
            "human_s_p50": round(float(waited[0]), 2), "human_s_p90": round(float(waited[1]), 2),
            "human_since_answer_s_p50": round(float(since_answer[0]), 2),
            "human_since_answer_s_p90": round(float(since_answer[1]), 2),
            "false_machine_percent": percent(sum(one.told not in ("human", *NOBODY) for one in people), len(people)),
            "missed_human_percent": percent(sum(one.told in NOBODY for one in people), len(people)),
            "false_human_percent": percent(sum(one.told == "human" for one in machines), len(machines)),
            "false_human_of_speaking_percent": percent(sum(one.told == "human" for one in speaking), len(speaking)),
            "false_human_after_correction_percent": percent(
                sum(one.final == "human" for one in machines), len(machines)
            ),
            "human_corrected_wrongly_percent": percent(
                sum(one.told == "human" != one.final for one in people), len(people)
            ),
            "correction_s_p50": round(float(np.median(late)), 2) if late else 0.0,
            "beeps": sum(one.beeps for one in self.outcomes), "beeps_found": len(errors),
            "beeps_too_many": sum(one.beeps_too_many for one in self.outcomes),
            "beep_ms_p50": round(float(exact[0]), 1), "beep_ms_p95": round(float(exact[1]), 1),
            "recall_percent": {kind: self._recall(kind) for kind in SHARES},
            "human_in_time_by_manner": {
                manner: self.known_in_time([one for one in people if one.manner == manner])
                for manner in sorted({one.manner for one in people})
            },
        }  # fmt: skip

    def _recall(self, kind: str) -> float:
        """After corrections."""
        calls = self.of(kind)
        return percent(sum(one.final == kind for one in calls), len(calls))

    def matrix(self) -> dict[str, Counter[str]]:
        """What it was, and what it was taken for in the end."""
        found = {kind: Counter[str]() for kind in SHARES}
        for one in self.outcomes:
            found[one.truth][one.final or "undecided"] += 1
        return found

    def line(self) -> str:
        figures = self.figures()
        return (
            f"amd: {figures['calls']} calls, human within {KNOWN_WITHIN_S} s {figures['human_in_time_percent']} %, "
            f"false machine {figures['false_machine_percent']} %, false human {figures['false_human_percent']} % "
            f"({figures['false_human_after_correction_percent']} % after correction), "
            f"beep +-{figures['beep_ms_p95']:.0f} ms p95"
        )


TITLES: dict[Mode, str] = {"audio": "audio only", "words": "audio, and the words of the embedded ears"}


def show(score: Score, console: Console) -> None:
    columns = [*SHARES, "undecided"]
    table = Table("it was", *columns, "calls", "recall", title=f"{TITLES[score.mode]}: taken for, in the end")
    figures = score.figures()
    for kind, taken in score.matrix().items():
        cells = [str(taken[column] or "·") for column in columns]
        table.add_row(kind, *cells, str(taken.total()), f"{figures['recall_percent'][kind]} %")
    console.print(table)
    console.print(
        f"people known after {figures['human_s_p50']} s p50, {figures['human_s_p90']} s p90 (of the answer, or of the "
        f"first word after more than 0.5 s); of the answer: {figures['human_since_answer_s_p50']} s, "
        f"{figures['human_since_answer_s_p90']} s"
    )
    by_manner = ", ".join(f"{manner} {share} %" for manner, share in figures["human_in_time_by_manner"].items())
    console.print(f"people known within {KNOWN_WITHIN_S} s by manner: {by_manner}")
    console.print(
        f"people known within {KNOWN_WITHIN_S} s of their first word, whenever it came: "
        f"{figures['human_in_time_of_first_word_percent']} %"
    )
    console.print(
        f"taken for people at first: {figures['false_human_percent']} % of all machines, "
        f"{figures['false_human_of_speaking_percent']} % of those that speak; corrected after "
        f"{figures['correction_s_p50']} s p50; people corrected wrongly: {figures['human_corrected_wrongly_percent']} %"
    )
    console.print(
        f"beeps found {figures['beeps_found']} of {figures['beeps']}, {figures['beeps_too_many']} that were none, "
        f"end off by {figures['beep_ms_p50']} ms p50, {figures['beep_ms_p95']} ms p95"
    )
    console.print(score.line())
