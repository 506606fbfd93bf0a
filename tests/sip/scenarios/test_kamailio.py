"""Kamailio in between: two hops that record their route, both ways, and one that asks our call out for a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sip.foreign.kamailio import Kamailio
from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.far_end import dialled
from tests.sip.scenarios.sipp import HOST
from tests.sip.scenarios.steps import (
    ack,
    answered,
    bye,
    invite,
    recv,
    reinvite,
    respond,
    sdp,
    taken_bye,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRUNK = {"auth_username": "gw", "auth_password": "s3cret"}
TWO_HOPS = "Record-Route:.*;lr.*Record-Route:.*;lr"
HOLD = [reinvite(2, sdp(version=2), routes=True), recv(100, optional=True), recv(200), ack(2, routes=True)]


async def test_call_in_over_two_hops_is_held_and_hung_up(phones: Phones, tmp_path: Path) -> None:
    with Kamailio(tmp_path, f"{HOST}:{phones.node.port}") as inner, Kamailio(tmp_path, inner.address) as outer:
        steps = [invite(), *answered([TWO_HOPS]), ack(routes=True), *HOLD, *bye(3, routes=True)]
        sipp = await phones.call(steps, port=outer.port)
        await sipp.done()
        assert (await phones.desk.end_of(sipp.call_id))["slug"] == "completed"


async def test_our_bye_of_a_call_in_goes_over_two_hops(phones: Phones, tmp_path: Path) -> None:
    with Kamailio(tmp_path, f"{HOST}:{phones.node.port}") as inner, Kamailio(tmp_path, inner.address) as outer:
        ours = recv("BYE", has=["Via:.*Via:.*Via:"])
        sipp = await phones.call([invite(), *answered(), ack(routes=True), ours, respond(200)], port=outer.port)
        agent = await phones.desk.agent(sipp.call_id)
        await phones.desk.fact_of(await phones.desk.call(sipp.call_id), "leg_answered")
        await phones.desk.close_room(agent.room.name)
        await sipp.done()


async def test_call_out_over_two_hops_is_answered_and_hung_up(phones: Phones, tmp_path: Path) -> None:
    ours = recv("BYE", has=["Via:.*Via:.*Via:"])
    invited = recv("INVITE", has=[TWO_HOPS, "Via:.*Via:.*Via:"], routes=True)
    ok = respond(200, "[last_Record-Route:]", body=sdp(), tag="callee", again=True)
    sipp = await phones.called([invited, ok, recv("ACK", has=["Via:.*Via:.*Via:"]), ours, respond(200)])
    with Kamailio(tmp_path, f"{HOST}:{sipp.port}") as inner, Kamailio(tmp_path, inner.address) as outer:
        far = await dialled(phones, sipp, through=outer.address)
        await far.answered()
        await far.hangs_up()
        await far.sipp.done()


async def test_call_out_is_answered_after_kamailio_asked_for_the_password(phones: Phones, tmp_path: Path) -> None:
    ok = respond(200, "[last_Record-Route:]", body=sdp(), tag="callee", again=True)
    sipp = await phones.called([recv("INVITE", lacks=["Proxy-Authorization"]), ok, recv("ACK"), *taken_bye()])
    with Kamailio(tmp_path, f"{HOST}:{sipp.port}", asks=True) as proxy:
        far = await dialled(phones, sipp, through=proxy.address, trunk=TRUNK)
        await far.answered()
        await far.hangs_up()
        await far.sipp.done()


async def test_call_out_with_a_wrong_password_fails_at_kamailio(phones: Phones, tmp_path: Path) -> None:
    sipp = await phones.called([recv("INVITE")])
    with Kamailio(tmp_path, f"{HOST}:{sipp.port}", asks=True) as proxy:
        far = await dialled(phones, sipp, through=proxy.address, trunk=TRUNK | {"auth_password": "wrong"})
        assert await far.fails() == 407
