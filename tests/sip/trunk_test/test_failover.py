"""A human who is called by route: one carrier refuses on the wire, and the caller is joined by way of the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.sip.scenarios.steps import Steps, recv, respond, taken, taken_bye
from tests.sip.stack import RunningStack
from tests.sip.transfers.caller import Caller
from tests.sip.transfers.office import NUMBERS, Office, open_office
from tests.sip.transfers.test_cold import RINGING, Desk

NUMBER = "+15105550146"


def refuses(status: int) -> Steps:
    """Nothing rings before."""
    return [recv("INVITE"), respond(100), respond(status, tag="callee", again=True), recv("ACK")]


@contextmanager
def by_route(stack: RunningStack, office: Office) -> Iterator[dict[str, str]]:
    """The first human goes by route: by the office's trunks, in their order. Their names by id."""
    targets = [stack.get(f"/v1/transfer-targets/{one}") for one in office.targets]
    trunks = [one["trunk_id"] for one in targets]
    routes = []
    for place, trunk in enumerate(trunks):
        body = {"name": f"by {trunk}", "prefix": "1510", "trunk_id": trunk, "priority": place}
        routes.append(stack.post("/v1/routes", body)["id"])
    path = f"/v1/transfer-targets/{office.targets[0]}"
    stack.api.patch(path, json={"trunk_id": None}).raise_for_status()
    try:
        yield {trunk: str(place) for place, trunk in enumerate(trunks)}
    finally:
        stack.api.patch(path, json={"trunk_id": trunks[0]}).raise_for_status()
        for route in routes:
            stack.api.delete(f"/v1/routes/{route}").raise_for_status()


def attempts_of(office: Office, call_id: str) -> list[dict[str, Any]]:
    kinds = ("attempt_placed", "trunk_failed", "attempt_ended", "transfer_joined")
    return [one for one in office.events(call_id) if one["kind"] in kinds]


@pytest.mark.parametrize("status", [503, 403])
async def test_the_second_carrier_takes_the_call_that_the_first_refused(
    caller: Caller, desk: Desk, stack: RunningStack, status: int
) -> None:
    down, human = await desk(refuses(status)), await desk(taken(*RINGING), taken_bye())
    with (
        open_office(stack, NUMBER, [down.port, human.port], mode="cold") as office,
        by_route(stack, office) as trunks,
    ):

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.told(office, "transfer_settled", outcome="connected")
            await caller.told(office, "agent_lost")

        await caller.talks(office, conversation)
        await down.done()
        await human.done()
        told = attempts_of(office, caller.call_id)
        assert [one["kind"] for one in told] == ["attempt_placed", "trunk_failed", "transfer_joined"]
        failed = told[1]["body"]
        assert (trunks[failed["trunk_id"]], failed["sip_code"]) == ("0", status)
        (explained, _) = stack.post("/v1/routes/explain", {"called": NUMBERS[0]}, expect=200)["routes"]
        assert explained["place"] == 1 and explained["circuit"] == "closed"  # one failure is none


async def test_a_busy_human_is_not_called_again_by_another_carrier(
    caller: Caller, desk: Desk, stack: RunningStack
) -> None:
    busy, other = await desk(refuses(486)), await desk([recv("INVITE")])
    with open_office(stack, NUMBER, [busy.port, other.port], mode="cold") as office, by_route(stack, office):

        async def conversation() -> None:
            await caller.asks_for_a_human()
            await caller.is_told(office, "the line is busy")

        await caller.talks(office, conversation)
        await busy.done()
        told = attempts_of(office, caller.call_id)
        assert [one["kind"] for one in told] == ["attempt_placed", "attempt_ended"]
        assert told[1]["body"]["sip_code"] == 486
