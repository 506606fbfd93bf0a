"""`/v1/dispatch-rules/resolve`: which rule would take a call, and a sentence for each that would not."""

from __future__ import annotations

from tests.integration.control_plane.plane import Json, Plane, problem

CALLED, OTHER, CALLER, STRANGER = "+15105550100", "+15105550101", "+15105550198", "+15105550199"


async def resolved(plane: Plane, called: str = CALLED, calling: str = STRANGER, **fields: object) -> Json:
    answer = await plane.admin.post("/v1/dispatch-rules/resolve", json={"called": called, "calling": calling, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_most_exact_rule_takes_the_call_and_each_rule_has_its_reason(plane: Plane) -> None:
    trunk, elsewhere = await plane.trunk(), await plane.trunk("elsewhere")
    general, special = await plane.agent("general"), await plane.agent("special")
    await plane.number(CALLED, trunk)
    last = await plane.rule(trunk, general, "last resort")
    vip = await plane.rule(trunk, special, "vip", inbound_numbers=[CALLER])
    line = await plane.rule(trunk, special, "other line", numbers=[OTHER], inbound_numbers=[CALLER, STRANGER])
    asleep = await plane.rule(trunk, general, "asleep", enabled=False)
    away = await plane.rule(elsewhere, general, "away")

    told = await resolved(plane, calling=CALLER)
    assert (told["rule_id"], told["agent_id"], told["trunk_id"]) == (vip["id"], special["id"], trunk["id"])
    assert told["reasons"] == {
        vip["id"]: "it takes the call",
        last["id"]: f"it fits too, but {vip['id']} is more exact",
        line["id"]: "the called number is not in its numbers",
        asleep["id"]: "it is not enabled",
        away["id"]: "it does not name this trunk",
    }
    told = await resolved(plane)
    assert told["rule_id"] == last["id"]
    assert told["reasons"][vip["id"]] == "the calling number is not in its inbound_numbers"


async def test_numbers_are_read_as_e164(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    await plane.number(CALLED, trunk)
    rule = await plane.rule(trunk, agent, numbers=[CALLED], inbound_numbers=[CALLER])
    assert (await resolved(plane, "+1 (510) 555-0100", "+1 510 555 0198"))["rule_id"] == rule["id"]


async def test_a_trunk_can_be_named(plane: Plane) -> None:
    trunk, other, agent = await plane.trunk(), await plane.trunk("other"), await plane.agent()
    await plane.number(CALLED, trunk)
    rule = await plane.rule(other, agent)
    assert (await resolved(plane))["rule_id"] is None
    assert (await resolved(plane, trunk_id=other["id"]))["rule_id"] == rule["id"]
    answer = await plane.admin.post(
        "/v1/dispatch-rules/resolve", json={"called": CALLED, "calling": CALLER, "trunk_id": "trk_none"}
    )
    assert (problem(answer)["status"], answer.json()["field"]) == (404, "trunk_id")


async def test_a_number_on_no_trunk_reaches_no_rule(plane: Plane) -> None:
    trunk, agent = await plane.trunk(), await plane.agent()
    rule = await plane.rule(trunk, agent)
    for _ in range(2):
        told = await resolved(plane)
        assert (told["rule_id"], told["agent_id"], told["trunk_id"]) == (None, None, None)
        assert told["reasons"] == {rule["id"]: "no trunk has the called number"}
        if not await plane.rows("SELECT id FROM numbers"):
            await plane.number(CALLED)


async def test_a_trunk_that_is_off_takes_no_call(plane: Plane) -> None:
    trunk, agent = await plane.trunk(enabled=False), await plane.agent()
    await plane.number(CALLED, trunk)
    rule = await plane.rule(trunk, agent)
    told = await resolved(plane)
    assert (told["rule_id"], told["trunk_id"]) == (None, trunk["id"])
    assert told["reasons"] == {rule["id"]: "the trunk is not enabled"}


async def test_an_imagined_call_has_to_be_a_call(plane: Plane) -> None:
    for body, field in (({"called": CALLED}, "calling"), ({"called": "x", "calling": CALLER}, "called")):
        assert problem(await plane.admin.post("/v1/dispatch-rules/resolve", json=body))["field"] == field
