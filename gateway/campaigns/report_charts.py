"""Charts as SVG that stands in a page: no script, colours by the page's classes, values in words beside them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 720
_ROW, _LABEL = 26, 190
_HEIGHT, _LEFT, _BOTTOM, _TOP = 220, 52, 26, 12
_MOST_TICKS = 6
# the page's own colours win over these, which are for what reads no styles
_FILL = {"a": 'class="a" fill="#5b8def"', "b": 'class="b" fill="#1f9d6b"'}
_GRID = 'class="grid" stroke="#d9dee7"'
_GOAL = 'class="goal" stroke="#c2410c" stroke-dasharray="6 4"'


@dataclass(frozen=True)
class Column:
    """One step of a time or a range: `label` under it, `says` when it is pointed at."""

    label: str
    value: float
    inner: float = 0.0
    says: str = ""


def bars(title: str, rows: Sequence[tuple[str, int]]) -> str:
    """A bar for each row, its value and its share behind it; "" for none."""
    if not rows:
        return ""
    total, most = sum(value for _, value in rows), max(value for _, value in rows)
    room = WIDTH - _LABEL - 120
    parts: list[str] = []
    for n, (label, value) in enumerate(rows):
        y, width = n * _ROW, room * value / most if most else 0.0
        share = f"{value / total:.1%}" if total else "0 %"
        parts.append(
            f'<text class="label" x="{_LABEL - 10}" y="{y + 17}" text-anchor="end">{escape(label)}</text>'
            f'<rect {_FILL["a"]} x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 9}" rx="2"/>'
            f'<text x="{_LABEL + width + 8:.1f}" y="{y + 17}">{value:,} <tspan class="faint">{share}</tspan></text>'
        )
    return _svg(title, len(rows) * _ROW, parts)


def columns(title: str, steps: Sequence[Column], *, line: float | None = None, unit: str = "") -> str:
    """A column for each step, its inner part before it, and a line across at a value; "" for none."""
    if not steps:
        return ""
    top = _round_up(max([one.value for one in steps] + ([line] if line else [])))
    width, height = WIDTH - _LEFT - 8, _HEIGHT - _TOP - _BOTTOM
    each = width / len(steps)
    gap = min(2.0, each * 0.2)

    def y(value: float) -> float:
        return _TOP + height * (1 - value / top)

    parts = [_grid(y, top)]
    for n, one in enumerate(steps):
        x = _LEFT + n * each
        for kind, value in (("a", one.value), ("b", one.inner)):
            if value:
                parts.append(
                    f'<rect {_FILL[kind]} x="{x:.2f}" y="{y(value):.2f}" width="{each - gap:.2f}" '
                    f'height="{height + _TOP - y(value):.2f}"><title>{escape(one.says)}</title></rect>'
                )
    if line:
        parts.append(f'<line {_GOAL} x1="{_LEFT}" x2="{WIDTH - 8}" y1="{y(line):.2f}" y2="{y(line):.2f}"/>')
    parts += _labels(steps, each)
    if unit:
        parts.append(f'<text class="faint" x="{_LEFT}" y="{_HEIGHT + 10}">{escape(unit)}</text>')
    return _svg(title, _HEIGHT + (14 if unit else 0), parts)


def _grid(y: Callable[[float], float], top: float) -> str:
    lines = ""
    for part in (0.0, 0.5, 1.0):
        at = y(top * part)
        lines += (
            f'<line {_GRID} x1="{_LEFT}" x2="{WIDTH - 8}" y1="{at:.2f}" y2="{at:.2f}"/>'
            f'<text class="faint" x="{_LEFT - 8}" y="{at + 4:.2f}" text-anchor="end">{top * part:,.4g}</text>'
        )
    return lines


def _labels(steps: Sequence[Column], each: float) -> list[str]:
    every = max(1, -(-len(steps) // _MOST_TICKS))
    return [
        f'<text class="faint" x="{_LEFT + n * each:.2f}" y="{_HEIGHT - 8}">{escape(steps[n].label)}</text>'
        for n in range(0, len(steps), every)
    ]


def _round_up(value: float) -> float:
    """1, 2 or 5 times a power of ten."""
    size = 1.0
    while size * 10 <= value:
        size *= 10
    while size > value > 0:
        size /= 10
    return next((size * step for step in (1, 2, 5, 10) if size * step >= value), size * 10)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
