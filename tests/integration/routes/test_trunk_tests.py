"""`/v1/trunk-tests`: who may begin one, what may be called, one at a time, and what stays with the trunk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from gateway.auth.scopes import Role
from gateway.kernel.errors import Unavailable
from gateway.sip.wire.refer import ReferOutcome
from gateway.trunk_test.plan import TestPlan
from gateway.trunk_test.seen import Incoming, Seen
from gateway.trunk_test.service import TrunkTests
from tests.integration.control_plane.plane import Json, Plane, problem

OWN, SHOWN = "+15105550100", "+15105550199"
GOOD = {"received": 500.0, "lost": 0.0}


class Line:
    """In place of the calls themselves: sees what it is told to, when it is told to."""

    def __init__(self) -> None:
        self.plans: list[TestPlan] = []
        self.seen = Seen()
        self.error: Exception | None = None
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    def begin(self, test_id: str, plan: TestPlan, tell: Callable[[str], None]) -> Line:
        self.plans.append(plan)
        self._tell = tell
        return self

    async def run(self) -> None:
        self._tell("calling out")
        await self.goes_on.wait()
        if self.error:
            raise self.error


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def tests(plane: Plane, line: Line) -> AsyncIterator[TrunkTests]:
    container = plane.container
    made = TrunkTests(container.database.begin, plane.clock, container.secrets, line.begin)
    plane.app.state.trunk_tests = made
    yield made
    await made.close()


async def way_out(plane: Plane, **fields: object) -> Json:
    body = {
        "address": "sip.carrier.example:5070", "numbers": [SHOWN], "auth_username": "gw", "auth_password": "s3cret",
        **fields,
    }  # fmt: skip
    return await plane.made("/v1/outbound-trunks", **({"name": "out"} | body))


async def test_the_number_that_is_called_is_one_of_ours_and_the_call_is_made_with_the_trunks_credentials(
    plane: Plane, tests: TrunkTests, line: Line
) -> None:
    inbound, trunk = await plane.trunk(), await way_out(plane, transport="tcp")
    await plane.number(SHOWN, inbound)
    await plane.number(OWN, inbound)
    began = await plane.made("/v1/trunk-tests", trunk_id=trunk["id"])
    assert began["id"].startswith("ttst_") and began["state"] == "running" and began["own_number"] is True
    await tests.settled()
    (plan,) = line.plans
    assert (plan.host, plan.port, plan.transport) == ("sip.carrier.example", 5070, "tcp")
    assert (plan.user, plan.password, plan.shows, plan.number, plan.own) == ("gw", "s3cret", SHOWN, OWN, True)
    told = (await plane.admin.get(f"/v1/trunk-tests/{began['id']}")).json()
    assert (told["state"], told["steps"], len(told["items"])) == ("done", ["calling out"], 12)
    assert OWN.lstrip("+") not in str(told) and SHOWN.lstrip("+") not in str(told)
    acts = await plane.rows("SELECT verb FROM audit WHERE object = :id", id=began["id"])
    assert [one["verb"] for one in acts] == ["create"]


async def test_one_runs_at_a_time(plane: Plane, tests: TrunkTests, line: Line) -> None:
    trunk, body = await way_out(plane), {"number": OWN}
    line.goes_on.clear()
    first = await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], **body)
    refused = problem(await plane.admin.post("/v1/trunk-tests", json={"trunk_id": trunk["id"], **body}))
    assert (refused["status"], refused["code"]) == (409, "trunk_test.running") and first["id"] in refused["todo"]
    line.goes_on.set()
    await tests.settled()
    await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], **body)


async def test_what_the_trunk_would_not_dial_is_not_called_by_a_test_either(plane: Plane, tests: TrunkTests) -> None:
    trunk = await way_out(plane)
    for number, words in (("+442071234567", "GB"), ("+19005550100", "premium")):
        refused = problem(await plane.admin.post("/v1/trunk-tests", json={"trunk_id": trunk["id"], "number": number}))
        assert refused["code"] == "trunk_test.destination" and words in refused["detail"]


async def test_what_has_no_number_of_its_own_asks_for_one(plane: Plane, tests: TrunkTests, line: Line) -> None:
    trunk = await way_out(plane)
    refused = problem(await plane.admin.post("/v1/trunk-tests", json={"trunk_id": trunk["id"]}))
    assert (refused["code"], refused["field"]) == ("trunk_test.number", "number")
    began = await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], number="+15105550123")
    assert began["own_number"] is False
    await tests.settled()


async def test_only_an_outbound_trunk_that_is_switched_on_is_tested(plane: Plane, tests: TrunkTests) -> None:
    inbound, trunk = await plane.trunk(), await way_out(plane, enabled=False)
    for trunk_id, status in ((inbound["id"], 404), ("trk_none", 404), (trunk["id"], 409)):
        answer = await plane.admin.post("/v1/trunk-tests", json={"trunk_id": trunk_id, "number": OWN})
        assert problem(answer)["status"] == status


async def test_who_may_not_write_may_neither_begin_nor_read_one(plane: Plane, tests: TrunkTests) -> None:
    trunk = await way_out(plane)
    began = await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], number=OWN)
    for role in (Role.VIEWER, Role.OPERATOR):
        client = plane.clients[role]
        body = {"trunk_id": trunk["id"], "number": OWN}
        assert (await client.post("/v1/trunk-tests", json=body)).status_code == 403
        assert (await client.get(f"/v1/trunk-tests/{began['id']}")).status_code == 403
    unknown = problem(await plane.admin.get("/v1/trunk-tests/ttst_01m80za001e3e986j5jm96p8mr"))
    assert unknown["code"] == "trunk_test.not_found"


async def test_what_was_measured_stays_with_both_trunks_and_refer_with_the_one_tested(
    plane: Plane, tests: TrunkTests, line: Line
) -> None:
    inbound, trunk = await plane.trunk(), await way_out(plane)
    came = Incoming("call_1", inbound["id"], SHOWN, answered=True, keys={"1": "rfc4733"}, rtp=GOOD)
    line.seen = Seen(
        shown=SHOWN, answered_ms=900.0, codec="PCMA", takes_events=True, incoming=came, pressed=True, info_status=501,
        chirps_sent=5, chirps_back=[200.0], hold_status=200, heard_sound=True, rtp=GOOD,
        refer=ReferOutcome("failure", 405),
    )  # fmt: skip
    assert trunk["measured"] == {}
    await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], number=OWN)
    await tests.settled()
    out = (await plane.admin.get(f"/v1/outbound-trunks/{trunk['id']}")).json()
    back = (await plane.admin.get(f"/v1/inbound-trunks/{inbound['id']}")).json()
    assert out["measured"] == back["measured"]
    assert (out["measured"]["dtmf"], out["measured"]["codec"], out["measured"]["delay_ms"]) == (
        ["rfc4733"],
        "PCMA",
        200.0,
    )
    assert (out["refer"], out["refer_how"]) == ("refused", "a trunk test's REFER was answered with 405")
    assert back["refer"] == "unknown"


async def test_a_test_that_breaks_off_says_so_and_the_next_may_begin(
    plane: Plane, tests: TrunkTests, line: Line
) -> None:
    trunk = await way_out(plane)
    line.error = Unavailable("the network is gone")
    began = await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], number=OWN)
    await tests.settled()
    told = (await plane.admin.get(f"/v1/trunk-tests/{began['id']}")).json()
    assert (told["state"], told["problem"]) == ("failed", "the network is gone")
    assert {one["verdict"] for one in told["items"]} == {"not_measured"}
    await plane.made("/v1/trunk-tests", trunk_id=trunk["id"], number=OWN)


async def test_the_same_create_twice_calls_once(plane: Plane, tests: TrunkTests, line: Line) -> None:
    trunk = await way_out(plane)
    body, key = {"trunk_id": trunk["id"], "number": OWN}, {"Idempotency-Key": "once"}
    first, again = [await plane.admin.post("/v1/trunk-tests", json=body, headers=key) for _ in range(2)]
    assert first.json()["id"] == again.json()["id"] and len(line.plans) == 1
