from __future__ import annotations

import pytest

from tests.integration.campaigns.floor import LINK, Floor
from tests.integration.control_plane.conftest import plane  # noqa: F401 - a fixture
from tests.integration.control_plane.plane import Plane
from tests.integration.do_not_call.conftest import (
    Desk,
    desk,  # noqa: F401 - a fixture
)


@pytest.fixture
async def floor(plane: Plane, desk: Desk) -> Floor:  # noqa: F811
    """At noon of a working day in Ohio, with a trunk that LiveKit knows."""
    agent, noon = await plane.agent(), desk.noon
    plane.clock.go((noon - plane.clock.now()).total_seconds())
    trunk = await plane.made(
        "/v1/outbound-trunks", name="campaigns", address="sip.carrier.example", numbers=["+16145550198"],
        price_per_minute="0.01", max_calls=100,
    )  # fmt: skip
    async with plane.container.database.begin() as session:
        from trunks.models import TrunkRow

        row = await session.get_one(TrunkRow, trunk["id"])
        row.livekit_id = LINK
    return Floor(plane, desk, agent["id"], trunk["id"])
