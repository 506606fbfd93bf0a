"""What a transfer takes from the record, the rule and the agent's profile: whom it rings, what follows, who may."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.auth.scopes import Role
from gateway.calls import transfer_facts as x
from gateway.kernel.ids import new_id
from gateway.kernel.role_tokens import RoleTokens
from tests.integration.control_plane.live_calls import LiveCall, live_call, person, team
from tests.integration.control_plane.plane import Json, Plane, client_of, problem

NOTE = "wants a refund of eleven hundred"


async def with_human(plane: Plane, target: str) -> LiveCall:
    """Another caller, who is with this human."""
    call = await live_call(plane)
    await call.joins(await call.began(target), target)
    return call


async def test_of_a_team_who_has_had_no_caller_the_longest_is_rung_first(plane: Plane) -> None:
    talks, gone, back, never, left = [await person(plane, name) for name in ("tom", "gus", "bea", "nan", "lea")]
    desk = await team(plane, talks, left, back, gone, never, strategy="longest_idle")
    calls = {one: await with_human(plane, one) for one in (gone, back, left, talks)}
    await calls[gone].tell(calls[gone].facts.left(calls[gone].t))  # the caller hung up
    assert (await plane.admin.post(f"{calls[back].path}/hand-back")).status_code == 202
    [transfer] = await calls[left].transfers()
    plane.clock.go(5)
    await calls[left].tell(calls[left].facts.human_left(calls[left].t, transfer["id"]))
    call = await live_call(plane)
    await call.began(desk)
    assert await call.waves() == [[never], [gone], [back], [left], [talks]]


async def test_who_was_relieved_of_a_caller_by_another_human_is_idle_since_then(plane: Plane) -> None:
    first, second, third = [await person(plane, name) for name in ("fay", "sue", "tim")]
    call = await with_human(plane, first)
    await call.joins(await call.began(second, mode="cold"), second)
    other = await with_human(plane, third)
    await other.tell(other.facts.left(other.t))
    new = await live_call(plane)
    await new.began(await team(plane, second, third, first, strategy="longest_idle"))
    assert await new.waves() == [[first], [third], [second]]


async def test_what_was_long_ago_does_not_count(plane: Plane) -> None:
    ana, bea = await person(plane, "ana"), await person(plane, "bea")
    call = await with_human(plane, ana)
    plane.clock.go(90_000)
    await call.tell(call.facts.left(call.t))
    new = await live_call(plane)
    await new.began(await team(plane, ana, bea, strategy="longest_idle"))
    assert await new.waves() == [[ana], [bea]]


async def test_of_a_team_those_with_the_skill_are_rung(plane: Plane) -> None:
    ana, bea = await person(plane, "ana", skills=["billing"]), await person(plane, "bea")
    call, desk = await live_call(plane), await team(plane, bea, ana)
    assert await call.refused(desk, skill="french") == (422, "transfer.nobody")
    await call.began(desk, skill="billing")
    assert await call.waves() == [[ana]]


@pytest.mark.parametrize(("rule", "asked", "kept"), [
    ("callback", {}, "callback"), ("callback", {"last_resort": "goodbye"}, "goodbye"), ("", {}, "agent"),
])  # fmt: skip
async def test_what_follows_when_nobody_is_reached_is_the_requests_word_or_the_rules(
    plane: Plane, rule: str, asked: Json, kept: str
) -> None:
    fields = {"last_resort": rule} if rule else {}
    made = await plane.rule(await plane.trunk(), await plane.agent(), **fields)
    call = await live_call(plane, rule_id=made["id"])
    assert (await call.began(await person(plane), **asked))["last_resort"] == kept


async def test_the_next_human_is_asked_for_cold_while_a_caller_is_with_one(plane: Plane) -> None:
    ana, bea = await person(plane, "ana"), await person(plane, "bea")
    call = await with_human(plane, ana)
    assert await call.refused(bea, mode="warm") == (409, "transfer.no_agent")
    await call.began(bea, mode="cold")
    [first, second] = [one for one in await call.log() if isinstance(one, x.TransferBegan)]
    assert second.replaces == f"{first.transfer_id}-0-0"


async def test_a_note_is_for_the_human_and_for_who_may_see_it(
    plane: Plane, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    call = await live_call(plane)
    await call.began(await person(plane), note=NOTE, key="one")
    assert await call.refused("tgt_none", note=NOTE) == (409, "transfer.under_way")
    assert await call.refused("tgt_none", note=NOTE, key="one") == (409, "idempotency.reused")
    story = await plane.container.transfers.story(call.id, (await call.transfers())[0]["id"])
    assert story.note == NOTE  # as the agent will tell it
    for role, seen in ((Role.VIEWER, False), (Role.OPERATOR, True)):
        events = (await plane.clients[role].get(f"{call.path}/events")).json()["data"]
        [began] = [one for one in events if one["kind"] == "transfer_began"]
        assert (began["pii"] == {"note": NOTE}) is seen
        assert NOTE not in str(began["body"]) and NOTE not in began["sentence"]
    for path in ("", "/timeline", "/cdr", "/transfers"):
        assert "eleven" not in (await plane.clients[Role.VIEWER].get(f"{call.path}{path}")).text
    kept = await plane.rows("SELECT * FROM audit")
    kept += await plane.rows("SELECT seq, body, source, fact_id FROM call_events")
    kept += await plane.rows("SELECT state FROM calls")
    assert kept and not any("eleven" in str(row) for row in kept)
    assert "eleven" not in "".join(capsys.readouterr()) + caplog.text


class Worker:
    """An agent worker at the internal address, with a call of its agent."""

    def __init__(self, call: LiveCall, internal: httpx.AsyncClient, tokens: RoleTokens) -> None:
        self.call, self._internal, self._tokens = call, internal, tokens

    async def asks(self, choice: str, *, request: str = "r1", call_id: str = "", **body: Any) -> httpx.Response:
        return await self.asks_as(
            self._tokens.sign("worker", "transfers", "worker-1"), choice, request, call_id, **body
        )

    async def asks_as(
        self, token: str, choice: str = "human", request: str = "r1", call_id: str = "", **body: Any
    ) -> httpx.Response:
        return await self._internal.post(
            f"/internal/v1/calls/{call_id or self.call.id}/transfers",
            json={"choice": choice, "request": request, **body}, headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip


@pytest.fixture
async def worker(plane: Plane) -> Any:
    """The agent's profile names `human`, who lets it in, and `boss`, who does not."""
    agent = await plane.agent()
    human = await person(plane, "human", allowed_agents=[agent["id"]], operators_may_send=False)
    boss = await person(plane, "boss")
    choices = [
        {"name": "human", "target_id": human, "mode": "cold", "key": "0"},
        {"name": "boss", "target_id": boss, "key": "1", "phrases": ["the boss"]},
    ]
    answer = await plane.admin.patch(f"/v1/agents/{agent['id']}", json={"transfers": choices})
    assert answer.status_code == 200, answer.text
    async with client_of(plane.internal) as internal:
        yield Worker(await live_call(plane, agent_id=agent["id"]), internal, plane.container.tokens)


async def test_an_agent_sends_its_caller_to_whom_its_profile_names(worker: Worker) -> None:
    answer = await worker.asks("human", reason=NOTE)
    assert answer.status_code == 202, answer.text
    [began] = [one for one in await worker.call.log() if isinstance(one, x.TransferBegan)]
    assert answer.json() == {"transfer_id": began.transfer_id}
    assert (began.mode, began.pii) == ("cold", {"note": NOTE}) and began.asked_by.startswith("agt_")
    assert await worker.call.acts(began.transfer_id) == [(began.asked_by, "begin")]
    again = await worker.asks("human", reason=NOTE)
    assert again.json() == answer.json()
    other = await worker.asks("human", reason=NOTE, request="r2")
    assert (other.status_code, problem(other)["code"]) == (409, "transfer.under_way")


async def test_an_agent_sends_its_caller_nowhere_else(worker: Worker) -> None:
    unnamed = await worker.asks("director")
    assert (unnamed.status_code, problem(unnamed)["code"], problem(unnamed)["field"]) == (
        403, "transfer.forbidden", "choice",
    )  # fmt: skip
    closed = await worker.asks("boss")
    assert (closed.status_code, problem(closed)["code"]) == (403, "transfer.forbidden")
    assert not await worker.call.transfers() and not worker.call.plane.carried


async def test_a_call_without_an_agent_and_one_that_is_not_there_have_no_choices(worker: Worker) -> None:
    plain = await live_call(worker.call.plane, agent_id="")
    for call_id in (plain.id, new_id("call")):
        answer = await worker.asks("human", call_id=call_id)
        assert (answer.status_code, problem(answer)["code"]) == (404, "call.not_found")


async def test_only_a_worker_asks_for_an_agent(worker: Worker) -> None:
    plane = worker.call.plane
    tokens = plane.container.tokens
    strangers = (
        "", plane.keys[Role.ADMIN], tokens.sign("worker", "facts", "worker-1"), tokens.sign("node", "facts", "node-1"),
        tokens.sign("node", "transfers", "node-1"),
    )  # fmt: skip
    for token in strangers:
        answer = await worker.asks_as(token)
        assert (answer.status_code, problem(answer)["code"]) == (401, "auth.required")
    assert not await worker.call.transfers()
    public = await plane.admin.post(
        f"/internal/v1/calls/{worker.call.id}/transfers", json={"choice": "human", "request": "r"}
    )
    assert public.status_code == 404
