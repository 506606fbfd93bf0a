"""`make chaos-campaign`: N=1000 contacts, KILLS=20, SEED=1, JSON=1 for a line of JSON, KEEP=1 to keep the logs."""

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

from bench.campaigns.chaos import CampaignChaos
from gateway.kernel.logs import quiet_logs

CONTACTS, KILLS = 1000, 20


def main() -> None:
    quiet_logs()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack ends with us
    contacts, kills = int(os.environ.get("N") or CONTACTS), int(os.environ.get("KILLS") or KILLS)
    seed, folder = int(os.environ.get("SEED") or 1), Path(tempfile.mkdtemp(prefix="gateway-chaos-"))
    chaos = CampaignChaos(contacts, kills, seed, folder, lambda text: print(text, file=sys.stderr, flush=True))
    found = asyncio.run(chaos.run())
    killed = ", ".join(f"{name} {count}" for name, count in found.kills.most_common())
    print(f"contacts  {found.contacts} in {found.seconds:.0f} s; it stopped by itself {found.resumed} times")
    print(f"killed    {found.kills.total()}: {killed}")
    print("outcomes  " + ", ".join(f"{name} {count}" for name, count in found.outcomes.most_common()))
    if os.environ.get("JSON"):
        print(json.dumps(asdict(found)))
    if found.is_good and not os.environ.get("KEEP"):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs      {folder}", file=sys.stderr)
    print(f"dialled twice {found.twice}, lost {found.lost}, dialled against the gate {found.against_the_gate}")
    sys.exit(0 if found.is_good else 1)


if __name__ == "__main__":
    main()
