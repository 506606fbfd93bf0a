"""`python -m bench.amd`: who answered, told from telephone audio that is made at run time from a seed.

The last line is the figure, of the detector with the embedded ears.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bench.amd.calls import SHARES
from bench.amd.listening import Mode, outcomes
from bench.amd.score import Score, show
from bench.amd.voices import Part
from gateway.kernel.errors import SetupError

EACH = 120
MODES: tuple[Mode, ...] = ("audio", "words")


def measure(part: Part, seed: int, each: int, progress: Console) -> list[Score]:
    """Raises SetupError without the programs that speak."""
    if missing := [program for program in ("flite", "espeak-ng") if shutil.which(program) is None]:
        raise SetupError(f"{' and '.join(missing)} not found", todo="run tests/packages.sh")
    total, began = each * sum(SHARES.values()), time.monotonic()
    scores: list[Score] = []
    with tempfile.TemporaryDirectory(prefix="amd-") as folder, progress.status("starting") as status:
        for mode in MODES:
            heard = []
            for outcome in outcomes(Path(folder), part, mode, seed, each):
                heard.append(outcome)
                status.update(f"{time.monotonic() - began:4.0f} s  {mode}: {len(heard)} of {total} calls")
            scores.append(Score(mode, heard))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.amd", description=__doc__)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument(
        "--each", type=int, default=EACH, help=f"calls of a kind; {sum(SHARES.values())} times as many in all"
    )
    parser.add_argument(
        "--part", choices=("scored", "chosen"), default="scored", help="chosen: what thresholds were chosen on"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON for each mode before the last")
    asked = parser.parse_args()
    scores = measure(asked.part, asked.seed, asked.each, Console(stderr=True))
    for score in scores:
        if asked.json:
            print(json.dumps({**score.figures(), "seed": asked.seed, "part": asked.part, "matrix": score.matrix()}))
        else:
            show(score, Console(width=130, file=sys.stdout))
    print(scores[-1].line())


if __name__ == "__main__":
    main()
