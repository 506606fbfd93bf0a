"""LiveKit or Redis away: the control plane goes on, says so, and makes it good as soon as they are back."""

from __future__ import annotations

import pytest

from gateway.kernel.errors import GatewayError
from tests.integration.control_plane.plane import Plane, problem
from tests.integration.provisioning.sights import KINDS, all_in_sync, one_of_each, reconciled, sync, theirs, until
from tests.integration.switchboard import Switchboard


async def test_without_livekit_the_state_says_so_and_writing_goes_on(plane: Plane, switchboard: Switchboard) -> None:
    await reconciled(plane)
    await switchboard.livekit.stop()
    inbound, outbound, _ = await one_of_each(plane)
    assert not await plane.provisioning.reconcile()
    for kind in KINDS:
        answer = await plane.admin.get(f"/v1/{kind}/sync")
        assert (answer.status_code, problem(answer)["code"]) == (503, "livekit.unavailable")
        assert problem(answer)["todo"] == "gateway doctor"
    assert (await plane.admin.get(f"/v1/inbound-trunks/{inbound['id']}")).json() == inbound

    await switchboard.livekit.start()
    await switchboard.livekit.wait_ready()
    state = await sync(plane, "outbound-trunks")
    assert (state["to_create"], state["last_error"]) == ([outbound["id"]], "LiveKit does not answer")
    await reconciled(plane)
    assert (await sync(plane, "outbound-trunks"))["last_error"] is None


@pytest.mark.usefixtures("impatient")
async def test_what_was_written_while_livekit_was_away_is_there_when_it_is_back(
    plane: Plane, switchboard: Switchboard
) -> None:
    plane.provisioning.start()
    await until(lambda: all_in_sync(plane), "the first pass")
    await switchboard.livekit.stop()
    made = await one_of_each(plane)
    await switchboard.livekit.start()
    await switchboard.livekit.wait_ready()
    await until(lambda: all_in_sync(plane), "LiveKit has what was written")
    for kind, one in zip(KINDS, made, strict=True):
        assert await theirs(plane, kind, one["id"])


@pytest.mark.usefixtures("impatient")
async def test_a_redis_that_lost_everything_is_filled_again_by_itself(plane: Plane, switchboard: Switchboard) -> None:
    plane.provisioning.start()
    made = await one_of_each(plane)

    async def everything_is_there() -> bool:
        try:
            found = [await theirs(plane, kind, one["id"]) for kind, one in zip(KINDS, made, strict=True)]
        except GatewayError:  # while Redis is away LiveKit fails
            return False
        return all(found)

    await until(everything_is_there, "LiveKit has it all")
    await switchboard.redis.stop()
    await switchboard.redis.start()
    await switchboard.redis.wait_ready()
    await until(everything_is_there, "the new Redis has it all")
    await until(lambda: all_in_sync(plane), "and all of it is right")
