"""`make planted-card`: N calls with known card numbers, then the search for any of them in any form.

N=100, SEED=1, JSON=1 for a line of JSON. The folder of a run that found something is kept.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.planted_card.run import planted_run
from gateway.kernel.logs import quiet_logs

CALLS = 100


def main() -> None:
    quiet_logs()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack ends with us
    count, seed = int(os.environ.get("N") or CALLS), int(os.environ.get("SEED") or 1)
    folder = Path(tempfile.mkdtemp(prefix="gateway-planted-"))
    came, found = asyncio.run(planted_run(count, seed, folder, lambda text: print(text, file=sys.stderr)))
    for what, number in sorted(Counter(came).items()):
        print(f"calls, {what:32} {number}")
    for what, number in sorted(found.searched.items()):
        print(f"searched, {what:29} {number}")
    for where, number in sorted(found.hits.items()):
        print(f"FOUND in {where:30} {number}")
    total = sum(found.hits.values())
    print(f"card numbers found                      {total}")
    if os.environ.get("JSON"):
        print(json.dumps({"calls": len(came), "searched": found.searched, "found": found.hits, "total": total}))
    if total:
        print(f"kept                                    {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()
