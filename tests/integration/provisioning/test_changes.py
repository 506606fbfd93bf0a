"""What is written over REST reaches LiveKit, whatever order it comes in; what must not be there is not."""

from __future__ import annotations

import pytest

from tests.integration.control_plane.plane import Json, Plane
from tests.integration.provisioning.sights import (
    KINDS,
    OTHER,
    SOME,
    THIRD,
    all_in_sync,
    numbers_of,
    one_of_each,
    read,
    reconciled,
    sync,
    theirs,
    until,
)


async def test_livekit_gets_what_was_written_and_we_know_its_ids(plane: Plane) -> None:
    inbound, outbound, rule = await one_of_each(plane)
    for kind, one in zip(KINDS, (inbound, outbound, rule), strict=True):
        wanted = [one["id"]] if kind != "dispatch-rules" else []  # a rule waits for its trunk
        assert (await sync(plane, kind))["to_create"] == wanted
    await reconciled(plane)

    trunk = await theirs(plane, "inbound-trunks", inbound["id"])
    assert trunk and trunk.body == {
        "name": "carrier", "numbers": [SOME], "allowed_addresses": ["192.0.2.0/24"], "allowed_numbers": [],
        "auth_username": "carrier", "auth_password": "s3cret",
    }  # fmt: skip
    way_out = await theirs(plane, "outbound-trunks", outbound["id"])
    assert way_out and (way_out.body["address"], way_out.body["transport"]) == ("sip.carrier.example", "tls")
    taken = await theirs(plane, "dispatch-rules", rule["id"])
    assert taken and (taken.body["trunk_ids"], taken.body["agent_id"]) == ([trunk.livekit_id], rule["agent_id"])
    for kind, ours, found in zip(KINDS, (inbound, outbound, rule), (trunk, way_out, taken), strict=True):
        assert (await read(plane, kind, ours))["livekit_id"] == found.livekit_id


async def test_a_second_pass_changes_nothing(plane: Plane) -> None:
    made = await one_of_each(plane)
    await reconciled(plane)
    before = [await plane.switchboard.list(kind) for kind in KINDS]
    shown = [await read(plane, kind, one) for kind, one in zip(KINDS, made, strict=True)]
    await reconciled(plane)
    assert [await plane.switchboard.list(kind) for kind in KINDS] == before
    assert [await read(plane, kind, one) for kind, one in zip(KINDS, made, strict=True)] == shown


async def test_a_write_is_noticed_at_once(plane: Plane) -> None:
    plane.provisioning.start()
    inbound, outbound, rule = await one_of_each(plane)

    async def everything_is_there() -> bool:
        found = [
            await theirs(plane, kind, one["id"]) for kind, one in zip(KINDS, (inbound, outbound, rule), strict=True)
        ]
        return all(found) and await all_in_sync(plane)

    await until(everything_is_there, "LiveKit has it all", within_s=10)
    await plane.admin.patch(f"/v1/inbound-trunks/{inbound['id']}", json={"auth_password": "n3w"})

    async def the_new_password_is_there() -> bool:
        found = await theirs(plane, "inbound-trunks", inbound["id"])
        return found is not None and found.body["auth_password"] == "n3w"

    await until(the_new_password_is_there, "LiveKit has the new password", within_s=10)
    await plane.admin.delete(f"/v1/outbound-trunks/{outbound['id']}")

    async def it_is_gone() -> bool:
        return await theirs(plane, "outbound-trunks", outbound["id"]) is None

    await until(it_is_gone, "LiveKit has it no more", within_s=10)


async def test_a_trunk_without_numbers_is_kept_from_livekit_which_would_let_it_take_every_number(plane: Plane) -> None:
    inbound, _, rule = await one_of_each(plane)
    number = (await plane.admin.get("/v1/numbers")).json()["data"][0]
    await reconciled(plane)
    await plane.admin.patch(f"/v1/numbers/{number['id']}", json={"inbound_trunk_id": None})
    await reconciled(plane)
    assert await theirs(plane, "inbound-trunks", inbound["id"]) is None
    assert await theirs(plane, "dispatch-rules", rule["id"]) is None, "a rule without trunk would take strangers"
    assert (await read(plane, "inbound-trunks", inbound))["livekit_id"] == ""
    assert (await read(plane, "dispatch-rules", rule))["livekit_id"] == ""


async def test_switched_off_is_out_of_livekit_and_switched_on_is_back(plane: Plane) -> None:
    inbound, outbound, rule = await one_of_each(plane)
    await reconciled(plane)
    for kind, one in zip(KINDS, (inbound, outbound, rule), strict=True):
        path = f"/v1/{kind}/{one['id']}"
        await plane.admin.patch(path, json={"enabled": False})
        await reconciled(plane)
        assert await theirs(plane, kind, one["id"]) is None
        assert (await read(plane, kind, one))["livekit_id"] == ""
        await plane.admin.patch(path, json={"enabled": True})
        await reconciled(plane)
        back = await theirs(plane, kind, one["id"])
        assert back and (await read(plane, kind, one))["livekit_id"] == back.livekit_id
    taken = await theirs(plane, "dispatch-rules", rule["id"])
    assert taken and taken.body["trunk_ids"] == [(await read(plane, "inbound-trunks", inbound))["livekit_id"]]


async def two_trunks(plane: Plane) -> tuple[list[Json], list[Json]]:
    """Each with a number of its own, and each with a rule for its number; in LiveKit."""
    agent = await plane.agent()
    trunks = [await plane.trunk("first"), await plane.trunk("second")]
    numbers = [await plane.number(number, trunk) for number, trunk in zip((SOME, OTHER), trunks, strict=True)]
    await plane.number(THIRD, trunks[0])
    for trunk in trunks:
        await plane.rule(trunk, agent)
    await reconciled(plane)
    return trunks, numbers


async def move(plane: Plane, number: Json, trunk: Json) -> None:
    answer = await plane.admin.patch(f"/v1/numbers/{number['id']}", json={"inbound_trunk_id": trunk["id"]})
    assert answer.status_code == 200


async def test_a_number_moves_from_any_trunk_to_any_other(plane: Plane) -> None:
    (first, second), (some, _) = await two_trunks(plane)
    for target, other in ((second, first), (first, second), (second, first)):
        await move(plane, some, target)
        await reconciled(plane)
        assert SOME in await numbers_of(plane, target)
        assert SOME not in await numbers_of(plane, other)


async def test_trunks_that_swap_their_numbers_get_through(plane: Plane) -> None:
    (first, second), (some, other) = await two_trunks(plane)
    await move(plane, some, second)
    await move(plane, other, first)
    await reconciled(plane)
    assert await numbers_of(plane, first) == [OTHER, THIRD]
    assert await numbers_of(plane, second) == [SOME]
    for rule in (await plane.admin.get("/v1/dispatch-rules")).json()["data"]:
        found = await theirs(plane, "dispatch-rules", rule["id"])
        trunk = await read(plane, "inbound-trunks", {"id": rule["trunk_ids"][0]})
        assert found and found.body["trunk_ids"] == [trunk["livekit_id"]]


async def test_rules_that_swap_their_numbers_get_through(plane: Plane) -> None:
    trunk, agent = await plane.trunk(any_number=True), await plane.agent()
    first, second = [await plane.rule(trunk, agent, number, numbers=[number]) for number in (SOME, OTHER)]
    await reconciled(plane)
    for rule, numbers in ((first, [THIRD]), (second, [SOME]), (first, [OTHER])):
        answer = await plane.admin.patch(f"/v1/dispatch-rules/{rule['id']}", json={"numbers": numbers})
        assert answer.status_code == 200, answer.text
    await reconciled(plane)
    for rule, number in ((first, OTHER), (second, SOME)):
        found = await theirs(plane, "dispatch-rules", rule["id"])
        assert found and found.body["numbers"] == [number]


@pytest.mark.parametrize("fields", [{}, {"numbers": [SOME]}, {"inbound_numbers": [OTHER]}])
async def test_two_trunks_with_all_kinds_of_rules_are_taken_by_livekit(plane: Plane, fields: Json) -> None:
    first, second = await plane.trunk("first", any_number=True), await plane.trunk("second")
    await plane.number(SOME, second)
    agent = await plane.agent()
    await plane.rule(first, agent, trunk_ids=[first["id"], second["id"]], **fields)
    await plane.rule(first, agent, "exact", numbers=[SOME, OTHER], inbound_numbers=[THIRD])
    await reconciled(plane)
