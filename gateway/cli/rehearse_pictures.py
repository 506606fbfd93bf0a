"""Rehearsals as they are held, for a terminal: a line for each, and a sum. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.markup import escape

from gateway.cli.columns import plain
from gateway.rehearsals.held import Held

_MARKS = {"passed": "[green]✓[/]", "failed": "[bold red]✗[/]", "not_judged": "[yellow]?[/]"}


def line(held: Held) -> str:
    """One that is over."""
    said_again = sum(step.tries - 1 for step in held.steps)
    again = f", said again: {said_again}" if said_again else ""
    seconds = f"{held.took_s:.1f} s" if held.took_s >= 1 else f"{held.took_s * 1000:.0f} ms"
    name = escape(plain(held.rehearsal.name))
    return f"{_MARKS[held.verdict]} {name}  [dim]by {held.rehearsal.by}, {seconds}{again}[/]"


def why(held: Held) -> Iterator[str]:
    """What was not as expected, a line each."""
    if held.fault:
        yield f"    {escape(plain(held.fault))}"
    for one in held.findings:
        if one.met is not True:
            mark = "✗" if one.met is False else "?"
            yield f"    {mark} {escape(plain(one.expected))}  [dim]found: {escape(plain(one.found))}[/]"
    if held.verdict == "failed" and not any(one.met is False for one in held.findings) and not held.fault:
        yield f"    {escape(held.why)}"


def counted(held: Sequence[Held]) -> str:
    """How they went, in one line."""
    counts = {name: sum(one.verdict == name for one in held) for name in ("passed", "failed", "not_judged")}
    said = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    colour = "red" if counts["failed"] else "yellow" if counts["not_judged"] else "green"
    return f"[bold {colour}]{len(held)} rehearsals: {', '.join(said) or 'none'}[/]"


def progress(done: int, whole: int, failed: int) -> str:
    """While they go on."""
    return f"[dim]{done} of {whole}{f', [red]{failed} failed[/]' if failed else ''}[/]"
