"""What the provisioning tests look at: LiveKit's own lists, and what the control plane says about them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import get_args

from tests.integration.control_plane.plane import Json, Plane
from trunks.ports import Kind, Provisioned

KINDS: tuple[Kind, ...] = get_args(Kind)
SOME, OTHER, THIRD = "+15105550100", "+15105550101", "+15105550102"


async def until(met: Callable[[], Awaitable[bool]], what: str, within_s: float = 30.0) -> None:
    """Looks again and again; for what nobody announces."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not await met():
        assert loop.time() < deadline, f"not within {within_s:.0f} s: {what}"
        await asyncio.sleep(0.05)


async def sync(plane: Plane, kind: Kind) -> Json:
    """`GET /v1/…/sync`."""
    answer = await plane.admin.get(f"/v1/{kind}/sync")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def all_in_sync(plane: Plane) -> bool:
    return all([(await sync(plane, kind))["in_sync"] for kind in KINDS])


async def reconciled(plane: Plane) -> None:
    assert await plane.provisioning.reconcile()
    assert await all_in_sync(plane)


async def theirs(plane: Plane, kind: Kind, owner: str) -> Provisioned | None:
    """The object in LiveKit that carries our id."""
    found = [one for one in await plane.switchboard.list(kind) if one.owner == owner]
    assert len(found) <= 1
    return found[0] if found else None


async def numbers_of(plane: Plane, trunk: Json) -> list[str]:
    found = await theirs(plane, "inbound-trunks", trunk["id"])
    assert found
    return found.body["numbers"]


async def read(plane: Plane, kind: Kind, one: Json) -> Json:
    return (await plane.admin.get(f"/v1/{kind}/{one['id']}")).json()


async def one_of_each(plane: Plane) -> tuple[Json, Json, Json]:
    """An inbound trunk with a number, an outbound one, and a rule."""
    inbound = await plane.trunk(auth_username="carrier", auth_password="s3cret")
    await plane.number(SOME, inbound)
    outbound = await plane.made(
        "/v1/outbound-trunks", name="way out", address="sip.carrier.example", numbers=[SOME], transport="tls"
    )
    return inbound, outbound, await plane.rule(inbound, await plane.agent(), numbers=[SOME])
