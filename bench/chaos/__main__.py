"""`make chaos-transfer`: N transfers while processes are killed.

N=200, SEED=1, LANES=4 at a time, JSON=1 for a line of JSON, KEEP=1 to keep the logs of a run without a fault.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.chaos.figures import figures_of, show
from bench.chaos.storm import storm
from gateway.kernel.logs import quiet_logs

TRANSFERS, LANES = 200, 4


def main() -> None:
    quiet_logs()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack ends with us
    count, seed = int(os.environ.get("N") or TRANSFERS), int(os.environ.get("SEED") or 1)
    lanes = int(os.environ.get("LANES") or LANES)
    folder = Path(tempfile.mkdtemp(prefix="gateway-chaos-"))
    seen, left = asyncio.run(storm(count, seed, lanes, folder, lambda text: print(text, file=sys.stderr)))
    figures = figures_of(seen, left)
    show(figures)
    if os.environ.get("JSON"):
        print(json.dumps(asdict(figures)))
    if figures.is_good and not os.environ.get("KEEP"):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs                                    {folder}", file=sys.stderr)
    sys.exit(0 if figures.is_good else 1)


if __name__ == "__main__":
    main()
