"""Transfers over REST: begun by whoever may, refused in words, taken back, handed back, shown, and audited."""

from __future__ import annotations

import asyncio

import pytest

from gateway.auth.scopes import Role
from gateway.calls import transfer_facts as x
from gateway.kernel.ids import new_id
from tests.integration.control_plane.live_calls import LiveCall, live_call, person, phone, team
from tests.integration.control_plane.plane import Plane, problem
from tests.unit.calls.story import NUMBERS, Facts

NOTE = "wants a refund of eleven hundred"


@pytest.fixture
async def call(plane: Plane) -> LiveCall:
    return await live_call(plane)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
async def test_whoever_may_control_calls_begins_one_that_is_recorded_audited_and_carried_out(
    call: LiveCall, role: Role
) -> None:
    ana = await person(call.plane)
    shown = await call.began(ana, role=role)
    assert (shown["call_id"], shown["mode"], shown["target_id"]) == (call.id, "warm", ana)
    assert (shown["outcome"], shown["attempts"], shown["last_resort"]) == (None, [], "agent")
    assert await call.transfers() == [shown]
    assert call.plane.carried == [(shown["id"], call.id)]
    [began] = [one for one in await call.log() if isinstance(one, x.TransferBegan)]
    assert await call.acts(shown["id"]) == [(began.asked_by, "begin")]
    assert shown["asked_by"] == began.asked_by and began.asked_by.startswith("key_")


async def test_a_viewer_sees_transfers_and_moves_nobody(call: LiveCall) -> None:
    ana, viewer = await person(call.plane), call.plane.clients[Role.VIEWER]
    shown = await call.began(ana)
    for path in ("/transfers", f"/transfers/{shown['id']}/cancel", "/hand-back"):
        answer = await viewer.post(f"{call.path}{path}", json={"to": ana})
        assert answer.status_code == 403 and "calls:control" in problem(answer)["detail"]
    assert (await viewer.get(f"{call.path}/transfers/{shown['id']}")).json() == shown
    assert len(await call.acts(shown["id"])) == 1


async def test_a_target_that_is_not_there_or_not_open_is_refused(call: LiveCall) -> None:
    closed = await person(call.plane, "closed", operators_may_send=False)
    off = await person(call.plane, "off", enabled=False)
    assert await call.refused("tgt_none") == (404, "transfer.unknown")
    assert await call.refused(closed) == (403, "transfer.forbidden")
    assert await call.refused(closed, role=Role.OPERATOR) == (403, "transfer.forbidden")
    assert await call.refused(off) == (422, "transfer.disabled")
    assert problem(await call.asked(off))["field"] == "to"
    assert not call.plane.carried


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mode", "lukewarm"),
        ("last_resort", "voicemail"),
        ("skill", ""),
        ("note", "x" * 2001),
        ("whom", "ana"),
        ("to", 7),
    ],
)
async def test_a_body_that_says_nothing_sensible_is_refused_with_its_field(
    call: LiveCall, field: str, value: object
) -> None:
    body = {"to": await person(call.plane), field: value}
    answer = await call.plane.admin.post(f"{call.path}/transfers", json=body)
    assert (answer.status_code, problem(answer)["field"]) == (422, field)
    assert not await call.transfers()


async def test_a_caller_is_not_sent_to_the_phone_in_their_own_hand(call: LiveCall) -> None:
    own = await phone(call.plane, NUMBERS.ani, "own")
    assert await call.refused(own, mode="cold") == (422, "transfer.same_party")
    answer = await call.asked(own)
    assert NUMBERS.ani not in answer.text
    ana = await person(call.plane)
    desk = await team(call.plane, own, ana)
    await call.began(desk)
    assert await call.waves() == [[ana]]


async def test_a_team_of_nobody_but_the_caller_is_nobody(call: LiveCall) -> None:
    desk = await team(call.plane, await phone(call.plane, NUMBERS.ani))
    assert await call.refused(desk) == (422, "transfer.nobody")


async def test_a_number_by_which_callers_reach_us_would_bring_the_caller_back(call: LiveCall) -> None:
    ours = await phone(call.plane, "+15105550122")
    await call.plane.number("+15105550122")
    assert await call.refused(ours) == (422, "transfer.own_number")


async def test_a_call_that_is_not_there_not_on_over_or_ending_is_not_transferred(call: LiveCall) -> None:
    ana, f = await person(call.plane), call.facts
    nowhere = await call.plane.admin.post(f"/v1/calls/{new_id('call')}/transfers", json={"to": ana})
    assert (nowhere.status_code, problem(nowhere)["code"]) == (404, "call.not_found")
    ringing = LiveCall(call.plane, Facts(new_id("call")))
    await ringing.tell(ringing.facts.invite(), ringing.facts.admitted())
    assert await ringing.refused(ana) == (409, "transfer.not_on")
    await call.tell(f.hangup(5))
    assert await call.refused(ana) == (409, "transfer.ended")
    await call.tell(f.left())
    assert await call.refused(ana) == (409, "transfer.ended")


async def test_the_call_to_a_human_is_not_transferred_in_place_of_the_callers(call: LiveCall) -> None:
    ana = await person(call.plane)
    transfer = await call.began(ana)
    to_human = LiveCall(call.plane, Facts(new_id("call")))
    f = to_human.facts
    invite = f.invite(direction="outbound", asked_by=f"{transfer['id']}-0-0")
    await to_human.tell(invite, f.admitted(direction="outbound"), f.joined(), f.answered())
    assert await to_human.refused(ana) == (409, "transfer.not_a_caller")


async def test_one_transfer_at_a_time_and_the_next_one_when_it_is_over(call: LiveCall) -> None:
    ana, bea = await person(call.plane), await person(call.plane, "bea")
    first = await call.began(ana)
    assert await call.refused(bea) == (409, "transfer.under_way")
    await call.tell(call.facts.transfer(x.TransferSettled, 9, first["id"], outcome="declined"))
    second = await call.began(bea)
    assert [one["id"] for one in await call.transfers()] == [first["id"], second["id"]]
    assert [one["outcome"] for one in await call.transfers()] == ["declined", None]


async def test_of_two_at_the_same_instant_one_begins(plane: Plane) -> None:
    ana, bea = await person(plane), await person(plane, "bea")
    for _ in range(5):
        call = await live_call(plane)
        answers = await asyncio.gather(call.asked(ana), call.asked(bea), call.asked(ana, role=Role.OPERATOR))
        assert sorted(one.status_code for one in answers) == [202, 409, 409]
        assert {problem(one)["code"] for one in answers if one.is_error} == {"transfer.under_way"}
        assert len(await call.transfers()) == 1
    assert len(plane.carried) == 5


async def test_the_same_request_again_is_the_same_transfer(call: LiveCall) -> None:
    ana = await person(call.plane)
    first = await call.began(ana, key="one", note=NOTE)
    assert (await call.began(ana, key="one", note=NOTE))["id"] == first["id"]
    assert len(await call.acts(first["id"])) == 1
    await call.tell(call.facts.left())
    assert (await call.began(ana, key="one", note=NOTE))["id"] == first["id"]
    assert {one for one, _ in call.plane.carried} == {first["id"]}


async def test_the_same_key_from_two_requests_at_once_is_one_transfer(plane: Plane) -> None:
    ana = await person(plane)
    for _ in range(5):
        call = await live_call(plane)
        answers = await asyncio.gather(*(call.asked(ana, key="one") for _ in range(3)))
        assert [one.status_code for one in answers] == [202] * 3
        assert len({one.json()["id"] for one in answers}) == 1 == len(await call.transfers())


@pytest.mark.parametrize(
    "other",
    [{"note": "something else"}, {"mode": "cold"}, {"mode": "refer"}, {"last_resort": "goodbye"}, {"skill": "billing"}],
)
async def test_the_same_key_with_another_body_is_refused(call: LiveCall, other: dict[str, str]) -> None:
    ana = await person(call.plane, skills=["billing"])
    await call.began(ana, key="one", note=NOTE)
    assert await call.refused(ana, key="one", **({"note": NOTE} | other)) == (409, "idempotency.reused")


async def test_two_people_may_use_the_same_key(call: LiveCall) -> None:
    ana = await person(call.plane)
    await call.began(ana, key="one")
    assert await call.refused(ana, key="one", role=Role.OPERATOR) == (409, "transfer.under_way")


async def test_one_that_is_taken_back_is_so_once_and_for_good(call: LiveCall) -> None:
    transfer = await call.began(await person(call.plane))
    path = f"{call.path}/transfers/{transfer['id']}/cancel"
    operator, admin = call.plane.clients[Role.OPERATOR], call.plane.admin
    for client in (operator, admin):
        answer = await client.post(path)
        assert answer.status_code == 202 and answer.json()["cancelled"] and answer.json()["outcome"] is None
    assert [verb for _, verb in await call.acts(transfer["id"])] == ["begin", "cancel"]
    await call.tell(call.facts.transfer(x.TransferSettled, 9, transfer["id"], outcome="cancelled"))
    over = await admin.post(path)
    assert (over.status_code, problem(over)["code"]) == (409, "transfer.over")
    unknown = await admin.post(f"{call.path}/transfers/{new_id('xfer')}/cancel")
    assert (unknown.status_code, problem(unknown)["code"]) == (404, "transfer.not_found")
    assert len(await call.acts(transfer["id"])) == 2


async def test_what_is_joined_is_not_taken_back_but_handed_back(call: LiveCall) -> None:
    ana = await person(call.plane)
    transfer = await call.began(ana)
    none = await call.plane.admin.post(f"{call.path}/hand-back")
    assert (none.status_code, problem(none)["code"]) == (409, "call.no_human")
    await call.joins(transfer, ana)
    late = await call.plane.admin.post(f"{call.path}/transfers/{transfer['id']}/cancel")
    assert (late.status_code, problem(late)["code"]) == (409, "transfer.over") and "hand-back" in problem(late)["todo"]
    back = await call.plane.clients[Role.OPERATOR].post(f"{call.path}/hand-back")
    assert back.status_code == 202 and back.json()["id"] == transfer["id"]
    [left] = [one for one in await call.log() if isinstance(one, x.HumanLeft)]
    assert left.handed_back
    assert [verb for _, verb in await call.acts(transfer["id"])] == ["begin", "hand_back"]
    again = await call.plane.admin.post(f"{call.path}/hand-back")
    assert (again.status_code, problem(again)["code"]) == (409, "call.no_human")


async def test_the_history_tells_what_became_of_each_attempt(call: LiveCall) -> None:
    ana, bea = await person(call.plane), await person(call.plane, "bea")
    transfer = await call.began(await team(call.plane, ana, bea))
    f, name = call.facts, transfer["id"]
    first = await call.rings(transfer, ana)
    await call.tell(f.transfer(x.AttemptEnded, 20, name, attempt_id=first, outcome="no_answer", sip_code=480))
    second = await call.rings(transfer, bea, 1)
    [shown] = await call.transfers()
    assert shown["parked"] and shown["outcome"] is None
    assert [(one["id"], one["target_id"], one["stage"], one["outcome"]) for one in shown["attempts"]] == [
        (first, ana, "ended", "no_answer"), (second, bea, "ringing", None),
    ]  # fmt: skip
    await call.tell(
        f.transfer(x.AttemptMoved, 30, name, attempt_id=second, stage="answered"),
        f.transfer(x.AttemptMoved, 31, name, attempt_id=second, stage="briefed"),
        f.transfer(x.ConsultAnswered, 32, name, attempt_id=second, answer="accepted", by="key"),
        f.transfer(x.TransferJoined, 33, name, attempt_id=second),
        f.transfer(x.TransferSettled, 34, name, outcome="connected"),
    )
    [shown] = await call.transfers()
    assert (shown["outcome"], shown["joined"], shown["by"]) == ("connected", second, "bridge")
    assert [(one["stage"], one["outcome"]) for one in shown["attempts"]] == [
        ("ended", "no_answer"), ("joined", "connected"),
    ]  # fmt: skip
    sentences = [one["sentence"] for one in (await call.plane.admin.get(f"{call.path}/timeline")).json()["data"]]
    assert "The human did not answer (480)." in sentences and "Caller and human hear each other." in sentences


async def test_nobody_knows_a_transfer_by_another_call(call: LiveCall) -> None:
    transfer = await call.began(await person(call.plane))
    other = await live_call(call.plane)
    assert await other.transfers() == []
    answer = await call.plane.admin.get(f"{other.path}/transfers/{transfer['id']}")
    assert (answer.status_code, problem(answer)["code"]) == (404, "transfer.not_found")
