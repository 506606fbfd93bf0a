"""Who spoke when, as an SVG: a row for each side, a bar for each turn. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gateway.rehearsals.story import Turn

WIDTH, LEFT, ROW, TOP, BOTTOM = 912, 60, 26, 6, 20
SHORTEST = 4.0  # of a bar, in units of the picture
MOST_TICKS = 10
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
_FILL = {"caller": "#5b8def", "agent": "#1f9d6b", "keys": "#c2410c", "told": "#8fceb5"}


def time_picture(turns: Sequence[Turn], ends_s: float) -> str:
    """ "" for a call without a turn."""
    if not turns:
        return ""
    whole = max(ends_s, max(one.ended_s for one in turns), 0.1)
    scale = (WIDTH - LEFT - 10) / whole
    parts = [_side(row, name) for row, name in enumerate(("caller", "agent"))]
    for one in turns:
        x = LEFT + max(one.began_s, 0) * scale
        width = max((one.ended_s - max(one.began_s, 0)) * scale, SHORTEST)
        y = TOP + (ROW if one.speaker == "agent" else 0) + 3
        kind = {"keyed": "keys", "told": "told"}.get(one.how, one.speaker)
        cut = " (cut off)" if one.interrupted else ""
        parts.append(
            f'<rect class="{kind}" fill="{_FILL[kind]}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 7}" '
            f'rx="3"><title>{one.began_s:.1f} s  {escape(one.text)}{cut}</title></rect>'
        )
    parts += _ticks(whole, scale)
    height = TOP + 2 * ROW + BOTTOM
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="who spoke when">'
        f"<title>who spoke when</title>{''.join(parts)}</svg>"
    )


def _side(row: int, name: str) -> str:
    return f'<text class="faint" x="0" y="{TOP + row * ROW + 17}">{name}</text>'


def _ticks(whole: float, scale: float) -> list[str]:
    step = next((one for one in _STEPS if whole / one <= MOST_TICKS), _STEPS[-1])
    y = TOP + 2 * ROW
    ticks: list[str] = []
    for n in range(int(whole / step) + 1):
        x = LEFT + n * step * scale
        ticks.append(
            f'<line class="grid" stroke="#d9dee7" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{y}"/>'
            f'<text class="faint" x="{x:.1f}" y="{y + 15}" text-anchor="middle">{n * step:g} s</text>'
        )
    return ticks
