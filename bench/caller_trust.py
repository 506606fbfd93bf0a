"""What the check of an Identity header adds to call set-up: admission with and without one, in turn.

Each call has a token of its own, signed just before; the provider's certificate is kept (warm) after the first.
Run alone: `python -m bench.caller_trust`.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bench.admission import provision
from bench.figures import Series, show
from gateway.calls.facts import NumbersPii
from gateway.kernel.ids import new_id
from gateway.kernel.logs import quiet_logs
from tests.integration.calls.conftest import asked
from tests.integration.control_plane.plane import Plane, make_plane
from tests.integration.databases import empty_database
from tests.stir import maker
from tests.stir.believing import believing
from tests.stir.certificate_server import certificate_server
from trunks.memory_switchboard import MemorySwitchboard

CALLED, CALLER = f"+{maker.DEST}", f"+{maker.ORIG}"
ROUNDS = 1000


def signed(plane: Plane, x5u: str) -> str:
    now = int(plane.clock.now().timestamp())
    jose = maker.jose_header(x5u=x5u)
    return maker.identity(maker.claims(iat=now, origid=secrets.token_hex(8)), jose=jose)


async def measure(rounds: int) -> list[Series]:
    without, checked = Series("admission, no Identity header"), Series("admission, Identity header checked")
    added = Series("added to call set-up", aim="p95 <= 2")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-bench-")))
        server = stack.enter_context(certificate_server(folder))
        server.files["passport.pem"] = maker.bundle
        database = await stack.enter_async_context(empty_database(folder))
        plane = make_plane(database, MemorySwitchboard(), folder, stir=believing(folder, server))
        await provision(plane, CALLED)

        async def once(*identity: str) -> tuple[float, str]:
            pii = NumbersPii(ani=CALLER, dnis=CALLED, source_address="192.0.2.7")
            asking = asked(new_id("call"), pii=pii, identity_headers=list(identity))
            began = time.perf_counter()
            verdict = await plane.container.calls.admissions.verdict_on(asking)
            took = (time.perf_counter() - began) * 1000
            own = verdict.caller_trust.own if verdict.caller_trust else None
            return took, own.verstat if own else ""

        url = server.url("passport.pem")
        await once(signed(plane, url))  # fetches the certificate
        for _ in range(rounds):
            header = signed(plane, url)
            bare, _ = await once()
            full, verstat = await once(header)
            assert verstat == "TN-Validation-Passed", (verstat, header)
            without.add(bare)
            checked.add(full)
        await plane.container.stir.close()
        await plane.container.calls.close()
    ordered = zip(sorted(checked.samples), sorted(without.samples), strict=True)
    for slower, faster in ordered:  # rank by rank: the machine's noise is in both
        added.add(slower - faster)
    return [without, checked, added]


if __name__ == "__main__":
    quiet_logs()
    show(asyncio.run(measure(ROUNDS)))
