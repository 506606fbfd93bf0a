"""`python -m bench.dialler_storm [--contacts 1000] [--kills 20] [--seed 1] [--diallers 1] [--json]`

With one dialler: SQLite, killed again and again. With more: PostgreSQL by GATEWAY_TEST_DATABASE_URL
(`python -m tests.with_postgres …`), one killed for good.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.dialler_storm.storm import Storm
from gateway.kernel.logs import quiet_logs


def main() -> None:
    quiet_logs()
    parser = argparse.ArgumentParser(prog="python -m bench.dialler_storm")
    parser.add_argument("--contacts", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--diallers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    given = os.environ.get("GATEWAY_TEST_DATABASE_URL", "")
    if asked.diallers > 1 and not given:
        again = "python -m tests.with_postgres python -m bench.dialler_storm --diallers 2"
        sys.exit(f"error: several diallers need PostgreSQL\n  next: {again}")
    with tempfile.TemporaryDirectory(prefix="gateway-storm-") as name:
        folder = Path(name)
        url = given or f"sqlite+aiosqlite:///{folder / 'gateway.db'}"
        storm = Storm(asked.contacts, asked.kills, asked.seed, folder, url, asked.diallers, _say)
        found = asyncio.run(storm.run())
    print(f"contacts  {found.contacts} in {found.seconds:.0f} s, on {url.partition('+')[0]}; {found.kills} kills")
    print(f"requests delivered twice on purpose  {found.delivered_twice}")
    print("outcomes  " + ", ".join(f"{name} {count}" for name, count in found.outcomes.most_common()))
    if asked.json:
        print(json.dumps(asdict(found)))
    print(
        f"dialled twice {found.twice}, lost {found.lost}, dialled against the gate {found.against_the_gate}, "
        f"unknown {found.unknown}"
    )
    sys.exit(0 if found.is_good else 1)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
