"""Requests inside a call go along the recorded route, and to the newest Contact (RFC 3261 §12, §16.12)."""

from __future__ import annotations

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.steps import Steps, ack, answered, bye, invite, recv, reinvite, request, respond, sdp

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEAR, FAR = "<sip:near@[local_ip]:[local_port]{}>", "<sip:far@[local_ip]:[local_port]{}>"
LOOSE = [NEAR.format(";lr"), FAR.format(";lr")]
IN_ORDER = "Record-Route: <sip:near@[^\r\n]*\r\nRecord-Route: <sip:far@"


def routed(*routes: str) -> list[str]:
    return [f"Record-Route: {route}" for route in routes]


async def agent_hangs_up(phones: Phones, steps: Steps) -> None:
    sipp = await phones.call(steps)
    agent = await phones.desk.agent(sipp.call_id)
    await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "leg_answered")
    if "INFO" in "".join(steps):
        await phones.desk.saw(sipp, "INFO sip")
    await phones.desk.close_room(agent.room.name)
    await sipp.done()


async def test_two_loose_hops_are_recorded_and_used_in_order(phones: Phones) -> None:
    ours = recv("BYE", has=["^BYE sip:[+]15105550188@", "Route: <sip:near@[^>]*;lr>.*Route: <sip:far@[^>]*;lr>"])
    await agent_hangs_up(
        phones, [invite(headers=routed(*LOOSE)), *answered([IN_ORDER]), ack(routes=True), ours, respond(200)]
    )


async def test_hops_in_one_header_are_two_hops(phones: Phones) -> None:
    ours = recv("BYE", has=["^BYE sip:[+]15105550188@", "Route: <sip:near@[^>]*;lr>.*<sip:far@[^>]*;lr>"])
    headers = [f"Record-Route: {', '.join(LOOSE)}"]
    await agent_hangs_up(phones, [invite(headers=headers), *answered(["near.*far"]), ack(), ours, respond(200)])


async def test_strict_hop_is_the_request_uri_and_the_contact_goes_last(phones: Phones) -> None:
    ours = recv("BYE", has=["^BYE sip:near@", "Route: <sip:far@[^>]*>.*Route: <sip:[+]15105550188@"])
    headers = routed(NEAR.format(""), FAR.format(";lr"))
    await agent_hangs_up(phones, [invite(headers=headers), *answered([IN_ORDER]), ack(), ours, respond(200)])


async def test_requests_of_the_caller_along_the_route_are_taken(phones: Phones) -> None:
    steps = [invite(headers=routed(*LOOSE)), *answered([IN_ORDER]), ack(routes=True)]
    info = [request("INFO", 2, routes=True, body="5", kind="application/dtmf"), recv(200)]
    await phones.completes([*steps, *info, *bye(3, routes=True)])


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_new_contact_is_where_the_bye_goes(phones: Phones, method: str) -> None:
    moved = {"Contact": "<sip:moved@[local_ip]:[local_port]>"}
    body = sdp(version=2)
    if method == "INVITE":
        refresh = [reinvite(2, body, change=moved), *answered(), ack(2)]
    else:
        refresh = [request("UPDATE", 2, body=body, change=moved), recv(200, has=["UPDATE"])]
    seen = [request("INFO", 3, body="5", kind="application/dtmf"), recv(200)]
    ours = recv("BYE", has=["^BYE sip:moved@"])
    await agent_hangs_up(phones, [invite(), *answered(), ack(), *refresh, *seen, ours, respond(200)])


async def test_a_reinvite_does_not_change_the_route(phones: Phones) -> None:
    steps = [invite(headers=routed(*LOOSE)), *answered(), ack()]
    other = ["Record-Route: <sip:other@[local_ip]:[local_port];lr>"]
    seen = [request("INFO", 3, body="5", kind="application/dtmf"), recv(200)]
    ours = recv("BYE", has=["Route: <sip:near@"], lacks=["other@"])
    refresh = [reinvite(2, sdp(version=2), headers=other), *answered(), ack(2)]
    await agent_hangs_up(phones, [*steps, *refresh, *seen, ours, respond(200)])
