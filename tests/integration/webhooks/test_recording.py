"""Exactly what is in the calls' logs is delivered: nothing more, nothing twice, nothing lost by a crash."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.calls.models import CallEventRow
from gateway.db.session import Database
from gateway.webhooks.models import WebhookRow
from tests.integration.calls.conftest import ManualClock
from tests.integration.receiver import receiver, status
from tests.integration.webhooks.post import Post, post_office
from tests.unit.calls.story import Facts

TOLD = {"leg_answered": "call.answered", "agent_joined": "agent.joined", "call_ended": "call.ended"}


async def expected(database: Database) -> set[tuple[str, int, str]]:
    """(call, seq, type) by the logs."""
    async with database.begin() as session:
        rows = list(await session.scalars(select(CallEventRow).where(CallEventRow.repeated.is_(False))))
    started = {(row.call_id, 1, "call.started") for row in rows if row.seq == 1}
    return started | {(row.call_id, row.seq, TOLD[row.kind]) for row in rows if row.kind in TOLD}


async def test_processes_that_record_the_same_call_at_once_lose_nothing_and_double_nothing(
    database: Database, tmp_path: Path
) -> None:
    async with (
        post_office(database, tmp_path / "a", carries=False) as one,
        post_office(database, tmp_path / "b", carries=False) as two,
    ):
        await one.add("https://a.example/")
        await one.add("https://b.example/", events=["call.answered"])
        stories = [Facts(f"call_01kaaaaaaaaaaaaaaaaaaaaaa{letter}") for letter in "bcdef"]
        told = []
        for facts in stories:
            steps = [facts.invite(), facts.admitted(), facts.joined(), facts.answered(), facts.agent(), facts.left(9)]
            told += [post.record(fact) for post in (one, two) for fact in steps]
        await asyncio.gather(*told)
        rows = await one.rows()
    logged = await expected(database)
    by_receiver: dict[str, list[tuple[str, int, str]]] = {}
    for row in rows:
        by_receiver.setdefault(row.webhook_id, []).append((row.call_id, row.seq, row.type))
    everything, answers = sorted(by_receiver.values(), key=len, reverse=True)
    assert len(everything) == len(set(everything)) and set(everything) == logged
    assert sorted(answers) == sorted(one for one in logged if one[2] == "call.answered")
    assert len(answers) == len(stories)


async def test_what_undoes_the_record_undoes_the_delivery(post: Post) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("the disk is full")

    await post.add("https://a.example/")
    post.calls.runner.on_append(fail)
    facts = Facts()
    with pytest.raises(ValueError, match="disk"):
        await post.record(facts.invite(), facts.admitted())
    assert await post.rows() == [] and await expected(post.database) == set()


async def test_what_was_recorded_while_nobody_delivered_is_delivered_by_the_next_start(
    database: Database, tmp_path: Path
) -> None:
    async with receiver() as there:
        async with post_office(database, tmp_path, carries=False) as recording:
            await recording.add(there.url)
            await recording.short_call()
            assert {row.begun for row in await recording.rows()} == {False}
        async with post_office(database, tmp_path) as carrying:
            rows = await carrying.settled("delivered", 3)
    assert {row.begun for row in rows} == {True} and len(there.requests) == 3


async def test_one_that_was_begun_and_not_marked_is_not_sent_twice(database: Database, tmp_path: Path) -> None:
    async with receiver() as there, post_office(database, tmp_path) as post:
        await post.add(there.url)
        await post.short_call()
        await post.settled("delivered", 3)
        async with database.begin() as session:  # as if it had died in between
            for row in await post.rows():
                held = await session.get(type(row), row.id)
                assert held is not None
                held.begun = False
        await post.when(lambda rows: all(row.begun for row in rows))
        await post.short_call()
        await post.settled("delivered", 6)
    assert len(there.requests) == 6


async def test_a_receiver_that_is_taken_away_takes_its_deliveries_along(database: Database, tmp_path: Path) -> None:
    async with post_office(database, tmp_path, carries=False) as post:
        row = await post.add("https://a.example/")
        await post.short_call()
        async with database.begin() as session:
            held = await session.get(WebhookRow, row.id)
            await session.delete(held)
        assert await post.rows() == []
        async with post_office(database, tmp_path) as carrying:
            assert await carrying.webhooks.loops.begin_recorded() == 0


async def test_an_attempt_whose_work_is_forgotten_and_begun_again_sends_nothing(
    database: Database, tmp_path: Path
) -> None:
    async with receiver(status(500), status(204)) as there, post_office(database, tmp_path) as post:
        await post.add(there.url, events=["call.ended"])
        await post.short_call()
        [row] = await post.settled("delivered", 1)
        clock = post.calls.clock
        assert isinstance(clock, ManualClock)
        clock.go(2 * 3600)
        assert await post.durable.tidy() >= 1
        row.round, row.attempts, row.next_at = 1, 0, None
        await post.webhooks.delivering.begin_attempt(row)
        await post.short_call()
        await post.settled("delivered", 2)
    assert len(there.requests) == 3
