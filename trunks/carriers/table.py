"""`python -m trunks.carriers.table`: what can be done with each carrier by program, for docs/carriers.md."""

from __future__ import annotations

import sys

from trunks.carriers.capabilities import rows
from trunks.carriers.kinds import KINDS, registered


def markdown() -> str:
    """Without a line feed at its end."""
    head, *rest = rows([registered(kind).capabilities for kind in KINDS])
    return "\n".join([_line(head), _line(("---",) * len(head)), *map(_line, rest)])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(markdown() + "\n")
