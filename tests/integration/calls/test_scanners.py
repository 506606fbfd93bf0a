"""`GET /v1/scanners`: refused and dropped requests by source, for those who may see addresses."""

from __future__ import annotations

from gateway.auth.scopes import Role
from gateway.calls.admit import Route
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import Clients, World, asked
from tests.unit.calls.story import NUMBERS


async def test_who_tried_is_listed_with_what_was_dropped_most_first(world: World, clients: Clients) -> None:
    world.routes[NUMBERS.dnis] = Route()
    for _ in range(3):
        await world.calls.admissions.verdict_on(asked(new_id("call")))
    world.clock.go(120)
    await world.calls.node_is_alive("node-1", [], {"198.51.100.9": 40, NUMBERS.source_address: 2})
    seen = (await clients[Role.OPERATOR].get("/v1/scanners")).json()["data"]
    assert [(one["source_address"], one["refused"]) for one in seen] == [("198.51.100.9", 40), ("192.0.2.7", 5)]
    assert seen[1]["first_seen"] < seen[1]["last_seen"]
    assert (await clients[Role.VIEWER].get("/v1/scanners")).status_code == 403
    world.clock.go(25 * 3600)
    assert (await clients[Role.OPERATOR].get("/v1/scanners")).json()["data"] == []
