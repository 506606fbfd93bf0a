"""The places that an agent may send callers to: they exist, and stay as long as an agent names them."""

from __future__ import annotations

from tests.integration.control_plane.plane import Plane, problem

TARGET = {"kind": "operator", "name": "Ann", "identity": "ann"}


async def test_an_agent_names_only_targets_that_exist(plane: Plane) -> None:
    choice = {"name": "ann", "target_id": "tgt_nobody"}
    body = {"name": "receptionist", "greeting": "Hello", "transfers": [choice]}
    refused = problem(await plane.admin.post("/v1/agents", json=body))
    assert (refused["status"], refused["field"]) == (404, "transfers.0.target_id")
    agent = await plane.agent()
    refused = problem(await plane.admin.patch(f"/v1/agents/{agent['id']}", json={"transfers": [choice]}))
    assert refused["field"] == "transfers.0.target_id"


async def test_a_target_that_an_agent_names_is_kept_until_it_is_named_no_more(plane: Plane) -> None:
    target = await plane.made("/v1/transfer-targets", **TARGET)
    path = f"/v1/agents/{(await plane.agent())['id']}"
    choice = {"name": "ann", "target_id": target["id"]}
    answer = await plane.admin.patch(path, json={"transfers": [choice]})
    assert answer.json()["transfers"][0]["mode"] == "warm"
    refused = problem(await plane.admin.delete(f"/v1/transfer-targets/{target['id']}"))
    assert refused["code"] == "target.in_use" and path.removeprefix("/v1/agents/") in refused["detail"]
    await plane.admin.patch(path, json={"transfers": []})
    assert (await plane.admin.delete(f"/v1/transfer-targets/{target['id']}")).status_code == 204
