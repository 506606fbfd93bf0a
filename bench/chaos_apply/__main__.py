"""`make chaos-apply`: N kills while numbers are bought. N=200, SEED=1, JSON=1 for a line of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.chaos_apply.storm import storm
from gateway.kernel.logs import quiet_logs

KILLS = 200


def main() -> None:
    quiet_logs()
    kills, seed = int(os.environ.get("N") or KILLS), int(os.environ.get("SEED") or 1)
    with tempfile.TemporaryDirectory(prefix="gateway-chaos-apply-") as folder:
        found = asyncio.run(storm(kills, seed, Path(folder), lambda text: print(text, file=sys.stderr)))
    print(f"numbers sold                {found.sold}, while {found.faults} requests went wrong on purpose")
    print(f"killed                      {found.kills}, of these {found.kills_at_work} at work")
    print(f"the next apply converged    {'yes' if found.converged else 'no'}")
    print(
        f"bought, and not known here  {found.lost_purchases}; known here, and not bought {found.rows_without_purchase}"
    )
    if os.environ.get("JSON"):
        print(json.dumps(asdict(found)))
    print(f"double purchases {found.double_purchases}, lost purchases {found.lost_purchases}")
    sys.exit(0 if found.is_good else 1)


if __name__ == "__main__":
    main()
