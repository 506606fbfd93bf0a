"""What the terminal shows: a line per step with the time since the start; quiet when JSON is asked for."""

from __future__ import annotations

import sys
import time

from rich.console import Console


class Terminal:
    """Progress goes to stderr, so that stdout carries results only."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False, quiet=quiet, soft_wrap=True)
        self._start = time.monotonic()

    def say(self, text: str, style: str = "") -> None:
        self._console.print(f"[dim]{time.monotonic() - self._start:6.1f} s[/]  {text}", style=style or None)

    def progress(self, name: str, state: str) -> None:
        style = {"ready": "green", "ended": "red", "restarting": "yellow"}.get(state, "dim")
        self.say(f"{name:<16} [{style}]{state}[/]")


def out(text: str) -> None:
    """A result, on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
