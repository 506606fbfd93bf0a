"""Follows a campaign live: drawn in place on a terminal, lines elsewhere; through restarts of the control plane."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live
from rich.text import Text

from gateway.cli.campaign_file import LIST, PATH
from gateway.cli.campaign_progress_pictures import live_lines, plain_line
from gateway.cli.control_plane import ask
from gateway.cli.terminal import out
from gateway.kernel.errors import Unavailable

LOOK_S = 1.0
LINE_S = 10.0  # between lines of one state, where nothing is drawn over
PATIENCE_S = 60.0  # for a control plane that is away
OVER = ("stopped", "finished")

Told = dict[str, Any]


def watch(client: httpx.Client, campaign_id: str) -> Told:
    """Until the campaign is at rest and nobody is on the line; the last that was told. Ctrl-C leaves it running."""
    try:
        if sys.stdout.isatty():
            with Live(console=Console(highlight=False), auto_refresh=False) as live:
                last = _followed(client, campaign_id, lambda told: draw(live, told))
        else:
            last = _followed(client, campaign_id, Lines())
    except KeyboardInterrupt:
        out(f"the campaign goes on without you; back to it: gateway campaigns watch {campaign_id}")
        raise SystemExit(0) from None
    for line in ending(last):
        out(line)
    return last


def _followed(client: httpx.Client, campaign_id: str, show: Callable[[Told], None]) -> Told:
    heard_at = time.monotonic()
    while True:
        try:
            told = ask(client, "GET", f"{PATH}/{campaign_id}/progress", next_step=LIST)
        except Unavailable:
            if time.monotonic() > heard_at + PATIENCE_S:
                raise
        else:
            heard_at = time.monotonic()
            show(told)
            if at_rest(told):
                return told
        time.sleep(LOOK_S)


def at_rest(told: Told) -> bool:
    return told["state"] != "running" and not any(told["open"].values())


def ending(told: Told) -> list[str]:
    """Why nothing more comes, and what to type next."""
    name = told["campaign_id"]
    if told["state"] in OVER:
        return [f"{told['says']}; next: gateway campaigns report {name} --out report.html"]
    again = "resume" if told["state"] == "paused" else "start"
    return [f"{told['says']}; next: gateway campaigns {again} {name} --watch"]


def draw(live: Live, told: Told) -> None:
    live.update(Text("\n".join(live_lines(told)), no_wrap=True, overflow="ellipsis"), refresh=True)


class Lines:
    """A line when something has changed, and not too many."""

    def __init__(self) -> None:
        self._said_at, self._state = float("-inf"), ""

    def __call__(self, told: Told) -> None:
        now = time.monotonic()
        if told["state"] != self._state or now >= self._said_at + LINE_S or at_rest(told):
            out(plain_line(told))
            self._said_at, self._state = now, told["state"]
