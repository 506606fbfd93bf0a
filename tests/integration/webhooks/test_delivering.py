"""What is recorded reaches the receiver: signed, at least once, and nobody waits for a slow one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from gateway.calls import transfer_facts as x
from gateway.db.session import Database
from gateway.webhooks import schedule
from gateway.webhooks.delivering import AT_ONCE_PER_RECEIVER
from gateway.webhooks.schedule import ATTEMPTS
from gateway.webhooks.signing import new_secret
from tests.integration.calls.conftest import ManualClock
from tests.integration.receiver import receiver, silence, status
from tests.integration.webhooks.post import Post, post_office
from tests.unit.calls.story import NUMBERS


async def test_a_call_is_told_signed_and_without_personal_data(post: Post) -> None:
    async with receiver() as there:
        webhook = await post.add(there.url)
        facts = await post.short_call()
        requests = await there.got(3)
        rows = await post.settled("delivered", 3)
    for request in requests:
        assert Webhook(post.box.open(webhook.secret)).verify(request.body, request.headers) == request.json
        assert request.json["data"]["call_id"] == facts.call_id
        assert NUMBERS.ani not in request.body.decode() and "pii" not in request.json["data"]
        assert request.headers["content-type"] == "application/json"
    told = {request.json["type"]: request.headers["webhook-id"] for request in requests}
    assert told == {row.type: row.id for row in rows}
    assert set(told) == {"call.started", "call.answered", "call.ended"}
    assert all((row.attempts, row.last_status, row.last_problem) == (1, 204, "") for row in rows)


async def test_a_receiver_is_told_only_what_it_wants(post: Post) -> None:
    async with receiver() as there, receiver() as other:
        await post.add(there.url, events=["call.ended"])
        await post.add(other.url)
        await post.add(other.url, enabled=False)
        await post.short_call()
        await post.settled("delivered", 4)
    assert [request.json["type"] for request in there.requests] == ["call.ended"]
    assert len(other.requests) == 3


async def test_who_asked_for_personal_data_is_told_numbers_and_the_note(post: Post) -> None:
    async with receiver() as there:
        await post.add(there.url, personal=True, events=["call.started", "transfer.began"])
        facts = await post.short_call()
        ring = ((x.Ring(target_id="tgt_1", ring_s=20),),)
        await post.record(
            facts.transfer(
                x.TransferBegan, 4, mode="cold", target_id="tgt_1", asked_by="agt_1", waves=ring, pii={"note": "Hello"}
            )
        )
        told = {request.json["type"]: request.json["data"]["pii"] for request in await there.got(2)}
    whom = {"ani": NUMBERS.ani, "dnis": NUMBERS.dnis}
    assert told == {"call.started": whom, "transfer.began": whom | {"note": "Hello"}}
    assert all(NUMBERS.ani not in str(row.body) for row in await post.rows())


async def test_a_failure_is_tried_again_under_the_same_id_with_the_same_words(post: Post) -> None:
    async with receiver(status(500), status(302, "Location: https://elsewhere.example/\r\n"), status(204)) as there:
        await post.add(there.url, events=["call.ended"])
        await post.short_call()
        [row] = await post.settled("delivered", 1)
    assert len(there.requests) == 3 and row.attempts == 3
    assert len({(request.headers["webhook-id"], request.body) for request in there.requests}) == 1


async def test_the_next_attempt_is_due_when_the_receiver_wishes(database: Database, tmp_path: Path) -> None:
    async with (
        post_office(database, tmp_path, judge=schedule.judge) as post,
        receiver(status(503, "Retry-After: 1000\r\n")) as there,
    ):
        await post.add(there.url, events=["call.ended"])
        await post.short_call()
        [row] = await post.when(lambda rows: bool(rows) and rows[0].attempts == 1)
        now = post.calls.clock.now()
    assert (row.status, row.last_status, row.next_at) == ("waiting", 503, now + timedelta(seconds=1000))
    assert row.last_problem == "the receiver answered 503"


async def test_who_is_silent_holds_nobody_else_up(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.webhooks.sending.WITHIN_S", 600.0)
    async with receiver(silence) as slow, receiver() as fast:
        await post.add(slow.url)
        await post.add(fast.url)
        for _ in range(8):
            await post.short_call()
        await fast.got(24)
        rows = await post.settled("delivered", 24)
        await slow.got(AT_ONCE_PER_RECEIVER)
    assert {row.status for row in rows} == {"waiting", "delivered"}
    assert len(slow.requests) == AT_ONCE_PER_RECEIVER  # of 24


async def test_silence_counts_as_a_failure(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.webhooks.sending.WITHIN_S", 0.5)
    async with receiver(silence, status(200)) as there:
        await post.add(there.url, events=["call.ended"])
        await post.short_call()
        [row] = await post.settled("delivered", 1)
    assert row.attempts == 2


async def test_nobody_there_is_tried_until_it_is_given_up_and_then_kept(post: Post) -> None:
    async with receiver() as there:
        url = there.url
    webhook = await post.add(url, events=["call.ended"])
    await post.short_call()
    [row] = await post.settled("dead", 1)
    assert (row.attempts, row.last_status) == (ATTEMPTS, None)
    assert "refused" in row.last_problem and "not tried, after 10" in row.last_problem and row.settled_at is not None
    assert (await post.webhook(webhook.id)).enabled


async def test_a_receiver_that_is_gone_is_switched_off_and_told_nothing_more(post: Post) -> None:
    async with receiver(status(410)) as there:
        webhook = await post.add(there.url, events=["call.ended"])
        await post.short_call()
        await post.settled("dead", 1)
        row = await post.webhook(webhook.id)
        assert not row.enabled and "410" in row.off_reason
        await post.short_call()
    assert len(await post.rows()) == 1 and len(there.requests) == 1


async def test_what_waits_for_one_that_is_switched_off_is_given_up(database: Database, tmp_path: Path) -> None:
    async with post_office(database, tmp_path, carries=False) as post, receiver() as there:
        webhook = await post.add(there.url, events=["call.ended"])
        await post.short_call()
        async with database.begin() as session:
            row = await session.get(type(webhook), webhook.id)
            assert row is not None
            row.enabled = False
        async with post_office(database, tmp_path) as carrying:
            [delivery] = await carrying.settled("dead", 1)
    assert "switched off" in delivery.last_problem and there.connections == 0


async def test_both_secrets_check_while_one_is_exchanged_and_then_only_the_new(post: Post) -> None:
    old, now = new_secret(), post.calls.clock.now()
    async with receiver() as there:
        row = await post.add(
            there.url, events=["call.ended"], old_secret=post.box.seal(old), old_secret_until=now + timedelta(hours=1)
        )
        await post.short_call()
        [first] = await there.got(1)
        for secret in (old, post.box.open(row.secret)):
            Webhook(secret).verify(first.body, first.headers)
        async with post.database.begin() as session:
            held = await session.get(type(row), row.id)
            assert held is not None
            held.old_secret_until = now - timedelta(seconds=1)
        await post.short_call()
        second = (await there.got(2))[1]
    Webhook(post.box.open(row.secret)).verify(second.body, second.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(second.body, second.headers)


async def test_a_receiver_inside_is_never_connected_to(database: Database, tmp_path: Path) -> None:
    async with post_office(database, tmp_path, inside=False) as post, receiver() as there:
        await post.add(there.url, events=["call.ended"])
        await post.short_call()
        [row] = await post.settled("dead", 1)
    assert "loopback" in row.last_problem and there.connections == 0


async def test_a_ping_says_what_came_back(post: Post) -> None:
    async with receiver(status(200), status(404)) as there:
        webhook = await post.add(there.url)
        assert [(await post.webhooks.ping(webhook)).status for _ in range(2)] == [200, 404]
    assert (await post.webhooks.ping(webhook)).problem == "the connection was refused or cut off"
    assert there.requests[0].json["type"] == "webhook.ping"
    assert Webhook(post.box.open(webhook.secret)).verify(there.requests[0].body, there.requests[0].headers)
    assert await post.rows() == []


async def test_a_receiver_for_which_too_much_waits_is_switched_off(database: Database, tmp_path: Path) -> None:
    async with post_office(database, tmp_path, carries=False) as post:
        full, wanting = (
            await post.add("https://a.example/"),
            await post.add("https://b.example/", events=["call.ended"]),
        )
        await post.short_call()
        post.webhooks.loops.most_waiting = 2
        await post.webhooks.loops.tidy()
        assert not (await post.webhook(full.id)).enabled and (await post.webhook(wanting.id)).enabled
        assert "2 deliveries" in (await post.webhook(full.id)).off_reason
        await post.short_call()
        assert len([row for row in await post.rows() if row.webhook_id == full.id]) == 3


async def test_what_was_settled_long_ago_is_forgotten_and_what_waits_never(database: Database, tmp_path: Path) -> None:
    async with post_office(database, tmp_path) as post, receiver(status(204), status(410)) as there:
        await post.add(there.url, events=["call.answered", "call.ended"])
        await post.short_call()
        await post.settled("dead", 1)
        assert [row.status for row in await post.rows()].count("delivered") == 1
        clock = post.calls.clock
        assert isinstance(clock, ManualClock)
        left = []
        for days in (6, 2, 21, 2):
            clock.go(days * 86_400)
            await post.webhooks.loops.tidy()
            left.append(sorted(row.status for row in await post.rows()))
    assert left == [["dead", "delivered"], ["dead"], ["dead"], []]
