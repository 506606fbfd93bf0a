"""`python -m bench.one_turn docs/latency.svg` calls our agent with providers of fixed delays, draws the median turn."""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.__main__ import LINE, with_providers
from bench.caller import Marks, measured_call
from gateway.kernel.logs import quiet_logs

CALLS = 7
LEFT, WIDTH, ROW, TOP = 190, 760, 34, 54
COLOURS = {"wire": "#9aa5b1", "ours": "#2f6fde", "theirs": "#e2a33b", "total": "#2b8a3e"}


@dataclass(frozen=True)
class Bar:
    """Milliseconds from the caller's last loud packet."""

    name: str
    begin: float
    end: float
    whose: str


def bars(stages: dict[str, float], reply_ms: float) -> list[Bar]:
    """`stages` of `turn_measured`; `reply_ms` as the caller measured it."""
    wire, words, turn = stages.get("wire_in", 0.0), stages["stt"], stages["turn_end"]
    token, sound = stages["llm_first_token"], stages["tts_first_audio"]
    spoken = words + token + sound
    return [
        Bar("wire in", 0, wire, "wire"),
        Bar("ears: words", wire, words, "theirs"),
        Bar("has the caller finished?", wire, turn, "ours"),
        Bar("model: first token", words, words + token, "theirs"),
        Bar("voice: first sound", words + token, spoken, "theirs"),
        Bar("framework and wire out", max(spoken, turn), reply_ms, "wire"),
        Bar("heard by the caller", 0, reply_ms, "total"),
    ]


def drawing(rows: Sequence[Bar], floor_ms: int) -> str:
    """SVG."""
    last = max(row.end for row in rows)
    scale = WIDTH / last
    height = TOP + ROW * len(rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" height="{height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="100%" height="100%" fill="white"/><text x="{LEFT}" y="24" font-size="15">'
        f"One turn: from the caller's last sound to the agent's first, ms (providers: {floor_ms})</text>",
    ]
    for at in range(0, int(last) + 1, 100):
        x = LEFT + at * scale
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 30}" stroke="#e4e7eb"/>')
        parts.append(f'<text x="{x:.1f}" y="{height - 12}" text-anchor="middle" fill="#616e7c">{at}</text>')
    for number, row in enumerate(rows):
        y, x, wide = TOP + ROW * number, LEFT + row.begin * scale, max((row.end - row.begin) * scale, 2)
        parts.append(f'<text x="{LEFT - 12}" y="{y + 15}" text-anchor="end">{row.name}</text>')
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="20" rx="3" fill="{COLOURS[row.whose]}"/>')
        parts.append(f'<text x="{x + wide + 6:.1f}" y="{y + 15}" fill="#323f4b">{row.end - row.begin:.0f}</text>')
    return "\n".join([*parts, "</svg>", ""])


async def measured() -> tuple[dict[str, float], float, int]:
    """Medians of the stages and of the reply, and the floor."""
    async with with_providers(lambda text: print(text, file=sys.stderr)) as (stack, delays):
        marks: list[Marks] = [await measured_call(stack.uri, LINE, stack.rtp_ports) for _ in range(CALLS)]
        turns: list[dict[str, Any]] = []
        for call in (await stack.get("/v1/calls"))["data"]:
            events = (await stack.get(f"/v1/calls/{call['id']}/events"))["data"]
            turns += [one["body"]["stages"] for one in events if one["kind"] == "turn_measured"]
        replies = [mark.reply_ms for mark in marks[1:] if mark.reply_ms is not None]
        whole = [one for one in turns if {"stt", "turn_end", "llm_first_token", "tts_first_audio"} <= one.keys()]
        stages = {key: statistics.median(one[key] for one in whole if key in one) for key in whole[0]}
        return stages, statistics.median(replies), delays.floor


def main() -> None:
    quiet_logs()
    stages, reply_ms, floor_ms = asyncio.run(measured())
    print({key: round(value) for key, value in stages.items()}, round(reply_ms))
    Path(sys.argv[1]).write_text(drawing(bars(stages, reply_ms), floor_ms))


if __name__ == "__main__":
    main()
