"""The figures of all arms side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from bench.figures import Series


def show(found: Mapping[str, Sequence[Series]]) -> None:
    """Cells are p50 / p95 (n), or the one value there is."""
    table = Table("figure", "unit", *found, "aim")
    names = list(dict.fromkeys(series.name for those in found.values() for series in those))
    for name in names:
        row = {arm: next((one for one in those if one.name == name), None) for arm, those in found.items()}
        some = next(one for one in row.values() if one is not None)
        table.add_row(name, some.unit.split(" of ")[0], *(cell(one) for one in row.values()), some.aim)
    Console(width=150).print(table)


def cell(series: Series | None) -> str:
    if series is None or not series.samples:
        return "-"
    figures = series.figures()
    if figures["n"] == 1:
        return f"{figures['p50']}"
    return f"{figures['p50']:.0f} / {figures['p95']:.0f} ({figures['n']})"
