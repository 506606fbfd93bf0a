"""Whether a trunk's far end takes a REFER: shown, set by an administrator, and what follows for a transfer."""

from __future__ import annotations

import pytest

from gateway.auth.scopes import Role
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_event
from gateway.calls.transfer_facts import TransferBegan
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.unit.calls.story import CALL, Facts

PHONE = {"kind": "phone", "name": "desk", "number": "+15105550171"}


async def a_call(plane: Plane, trunk: Json) -> None:
    f = Facts()
    facts = [f.invite(), f.admitted(trunk_id=trunk["id"]), f.joined(), f.answered(), f.agent()]
    await plane.container.calls.runner.take(facts)


async def a_phone(plane: Plane) -> Json:
    out = await plane.made("/v1/outbound-trunks", name="out", address="sip.carrier.example", numbers=["+15105550100"])
    assert out["refer"] == "unknown"
    return await plane.made("/v1/transfer-targets", **PHONE, trunk_id=out["id"])


async def began(plane: Plane) -> TransferBegan:
    async with plane.container.database.begin() as session:
        log = [read_event(row).what for row in await CallRepository(session).log(CALL)]
    return next(what for what in reversed(log) if isinstance(what, TransferBegan))


@pytest.mark.parametrize("path", ["/v1/inbound-trunks", "/v1/outbound-trunks"])
async def test_it_is_unknown_until_it_was_measured_or_set(plane: Plane, path: str) -> None:
    body = {"name": "carrier"} | ({"allowed_addresses": ["192.0.2.0/24"]} if "inbound" in path else {})
    if "outbound" in path:
        body |= {"address": "sip.carrier.example", "numbers": ["+15105550100"]}
    trunk = await plane.made(path, **body)
    assert (trunk["refer"], trunk["refer_how"], trunk["refer_at"]) == ("unknown", "", None)
    path = f"{path}/{trunk['id']}"
    shown = (await plane.admin.patch(path, json={"refer": "works"})).json()
    assert (shown["refer"], shown["refer_how"]) == ("works", "set by an administrator") and shown["refer_at"]
    assert (await plane.admin.patch(path, json={"name": "other"})).json()["refer"] == "works"
    assert (await plane.admin.patch(path, json={"refer": "unknown"})).json()["refer"] == "unknown"
    for wrong in ("refused", "perhaps", None):
        assert (await plane.admin.patch(path, json={"refer": wrong})).status_code == 422
    assert (await plane.clients[Role.OPERATOR].patch(path, json={"refer": "works"})).status_code == 403


@pytest.mark.parametrize(
    ("refer", "mode", "refers"),
    [("works", "cold", True), ("works", "warm", False), ("unknown", "cold", False), ("unknown", "refer", True)],
)
async def test_a_cold_transfer_begins_with_a_refer_where_it_is_known_to_work_or_asked_for(
    plane: Plane, refer: str, mode: str, refers: bool
) -> None:
    trunk = await plane.trunk()
    assert (await plane.admin.patch(f"/v1/inbound-trunks/{trunk['id']}", json={"refer": refer})).status_code == 200
    target = await a_phone(plane)
    await a_call(plane, trunk)
    answer = await plane.admin.post(f"/v1/calls/{CALL}/transfers", json={"to": target["id"], "mode": mode})
    assert answer.status_code == 202, answer.text
    assert answer.json()["mode"] == ("warm" if mode == "warm" else "cold") and answer.json()["refer"] is None
    assert (await began(plane)).refers is refers


async def test_a_person_at_a_browser_and_a_team_cannot_be_referred_to(plane: Plane) -> None:
    trunk = await plane.trunk()
    await plane.admin.patch(f"/v1/inbound-trunks/{trunk['id']}", json={"refer": "works"})
    ana = await plane.made("/v1/transfer-targets", name="ana", kind="operator", identity="ana")
    team = await plane.made("/v1/transfer-targets", name="all", kind="team", members=[(await a_phone(plane))["id"]])
    await a_call(plane, trunk)
    for target in (ana, team):
        refused = await plane.admin.post(f"/v1/calls/{CALL}/transfers", json={"to": target["id"], "mode": "refer"})
        assert (refused.status_code, problem(refused)["code"]) == (409, "transfer.no_refer")
    answer = await plane.admin.post(f"/v1/calls/{CALL}/transfers", json={"to": team["id"], "mode": "cold"})
    assert answer.status_code == 202 and not (await began(plane)).refers
