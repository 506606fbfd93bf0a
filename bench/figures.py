"""Samples to figures: medians and percentiles, a table for people, JSON for the next run to compare with."""

from __future__ import annotations

import json
import platform
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass
class Series:
    """One quantity; `unit` is ms unless said. `aim` is what the design wants, for the reader only."""

    name: str
    unit: str = "ms"
    aim: str = ""
    samples: list[float] = field(default_factory=list)

    def add(self, value: float | None) -> None:
        if value is not None:
            self.samples.append(value)

    def figures(self) -> dict[str, Any]:
        ordered = sorted(self.samples)
        if not ordered:
            return {"name": self.name, "unit": self.unit, "n": 0, "aim": self.aim}
        p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.95, 0.99))
        return {
            "name": self.name, "unit": self.unit, "n": len(ordered), "aim": self.aim,
            "p50": rounded(statistics.median(ordered)), "p95": rounded(p95), "p99": rounded(p99),
            "min": rounded(ordered[0]), "max": rounded(ordered[-1]),
        }  # fmt: skip


def against(ours: Series, peer: Series) -> Series:
    """How many times the peer's, round by round; both have to be complete."""
    pairs = zip(ours.samples, peer.samples, strict=False) if len(ours.samples) == len(peer.samples) else ()
    return Series(f"{ours.name}, against the peer", "times", samples=[mine / theirs for mine, theirs in pairs])


def rounded(value: float) -> float:
    return round(value, 1 if value >= 10 else 3)


def show(series: list[Series]) -> None:
    table = Table("figure", "n", "p50", "p95", "p99", "min", "max", "unit", "aim")
    for row in (one.figures() for one in series):
        cells = (row.get(key, "-") for key in ("name", "n", "p50", "p95", "p99", "min", "max", "unit", "aim"))
        table.add_row(*(str(cell) for cell in cells))
    Console(width=130).print(table)


def write(series: list[Series], folder: Path, notes: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
    content = {"machine": platform.platform(), "notes": notes, "figures": [one.figures() for one in series]}
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path
