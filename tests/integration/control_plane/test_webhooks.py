"""Webhooks over REST: who is told what, secrets shown once, what was given up and is sent once more."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import text

from gateway.auth.scopes import SCOPES, Role, Scope
from gateway.bootstrap import secret_box
from gateway.calls.own_facts import RecordedFact
from gateway.kernel.errors import SetupError
from gateway.kernel.ids import new_id
from gateway.webhooks import endpoints
from gateway.webhooks.payload import TYPES
from tests.integration.control_plane.plane import Json, Plane, problem
from tests.integration.receiver import receiver, status
from tests.unit.calls.story import Facts

PATH, URL = "/v1/webhooks", "https://crm.example/hook"


async def hook(plane: Plane, **fields: object) -> Json:
    return await plane.made(PATH, **{"name": "crm", "url": URL, **fields})


async def refused(plane: Plane, **fields: object) -> Json:
    return problem(await plane.admin.post(PATH, json={"name": "crm", "url": URL, **fields}))


async def call_ended(plane: Plane) -> str:
    facts = Facts(new_id("call"))
    story: list[RecordedFact] = [facts.invite(), facts.admitted(), facts.left(5)]
    await plane.container.calls.runner.take(story)
    return facts.call_id


async def settle(plane: Plane, status: str) -> list[str]:
    """What waits counts as delivered or dead from now on; returns ids, the newest first."""
    rows = await plane.rows("SELECT id FROM webhook_deliveries WHERE status = 'waiting' ORDER BY id DESC")
    async with plane.container.database.begin() as session:
        await session.execute(
            text("UPDATE webhook_deliveries SET status = :s, begun = true, attempts = 20 WHERE status = 'waiting'"),
            {"s": status},
        )
    return [row["id"] for row in rows]


async def test_a_secret_is_shown_once_and_sealed(plane: Plane) -> None:
    made = await hook(plane)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    one = (await plane.admin.get(f"{PATH}/{made['id']}")).json()
    assert one == made and (await plane.admin.get(PATH)).json()["data"] == [made]
    [row] = await plane.rows("SELECT * FROM webhooks")
    assert secret not in str(row) and plane.container.secrets.open(row["secret"]) == secret


async def test_without_its_key_file_nothing_starts_once_there_is_a_webhook(plane: Plane) -> None:
    container = plane.container
    key_file = container.settings.state_dir / "elsewhere.key"
    settings = container.settings.model_copy(update={"key_file": key_file})
    await secret_box(settings, container.database)
    key_file.unlink()
    await hook(plane)
    with pytest.raises(SetupError, match="missing"):
        await secret_box(settings, container.database)


async def test_a_new_secret_leaves_the_old_one_valid_for_a_while(plane: Plane) -> None:
    made = await hook(plane)
    answer = await plane.admin.post(f"{PATH}/{made['id']}/secret", json={"overlap_s": 60})
    assert answer.status_code == 200 and answer.json()["secret"] != made["secret"]
    assert answer.json()["old_secret_until"] == "2026-11-20T09:01:00Z"
    [row] = await plane.rows("SELECT * FROM webhooks")
    box = plane.container.secrets
    assert (box.open(row["old_secret"]), box.open(row["secret"])) == (made["secret"], answer.json()["secret"])
    at_once = await plane.admin.post(f"{PATH}/{made['id']}/secret", json={"overlap_s": 0})
    assert at_once.json()["old_secret_until"] is None
    assert (await plane.rows("SELECT old_secret FROM webhooks"))[0]["old_secret"] == ""


async def test_a_create_sent_twice_makes_one_and_does_not_show_the_secret_again(plane: Plane) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await plane.admin.post(PATH, json={"name": "crm", "url": URL}, headers=headers)
    again = await plane.admin.post(PATH, json={"name": "crm", "url": URL}, headers=headers)
    assert (first.status_code, problem(again)["code"]) == (201, "idempotency.done")
    assert len(await plane.rows("SELECT id FROM webhooks")) == 1
    kept = await plane.rows("SELECT * FROM idempotency_keys")
    assert first.json()["secret"] not in str(kept)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://crm.example/", "https"),
        ("ftp://crm.example/", "https"),
        ("crm.example", "https"),
        ("https://user:pass@crm.example/", "password"),
        ("https://127.0.0.1/", "loopback"),
        ("https://[::1]:8443/", "loopback"),
        ("https://10.0.0.1/", "private"),
        ("https://169.254.169.254/latest/meta-data", "cloud"),
        ("https://[::ffff:10.0.0.1]/", "IPv4"),
    ],
)
async def test_a_url_that_may_not_be_reached_is_refused_with_the_reason(plane: Plane, url: str, words: str) -> None:
    told = await refused(plane, url=url)
    assert (told["status"], told["field"]) == (422, "url") and words in told["detail"] and told["todo"]
    made = await hook(plane)
    changed = problem(await plane.admin.patch(f"{PATH}/{made['id']}", json={"url": url}))
    assert changed["field"] == "url"
    assert (await plane.admin.get(f"{PATH}/{made['id']}")).json()["url"] == URL


async def test_an_unknown_type_of_event_is_refused_with_those_there_are(plane: Plane) -> None:
    told = await refused(plane, events=["call.sneezed"])
    assert told["status"] == 422 and all(name in told["detail"] for name in TYPES)


async def test_there_is_a_bound(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST", 2)
    await hook(plane), await hook(plane)
    assert (await refused(plane))["code"] == "webhook.too_many"


async def test_who_may_not_see_numbers_sends_them_nowhere(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    personal = await hook(plane, personal=True)
    plain = await hook(plane)
    less: Mapping[Role, frozenset[Scope]] = SCOPES | {Role.ADMIN: SCOPES[Role.ADMIN] - {Scope.CALLS_PII}}
    monkeypatch.setattr("gateway.auth.deps.SCOPES", less)
    assert (await refused(plane, personal=True))["field"] == "personal"
    for one, change in ((plain, {"personal": True}), (personal, {"url": "https://elsewhere.example/"})):
        answer = await plane.admin.patch(f"{PATH}/{one['id']}", json=change)
        assert problem(answer)["status"] == 403
    assert (await plane.admin.patch(f"{PATH}/{personal['id']}", json={"name": "x"})).status_code == 200
    assert (await plane.admin.patch(f"{PATH}/{personal['id']}", json={"personal": False})).status_code == 200
    shown = [(row["url"], bool(row["personal"])) for row in await plane.rows("SELECT * FROM webhooks ORDER BY id")]
    assert shown == [(URL, False), (URL, False)]


async def test_deliveries_are_listed_counted_and_filtered(plane: Plane) -> None:
    made = await hook(plane)
    call_id = await call_ended(plane)
    dead = await settle(plane, "dead")
    await call_ended(plane)
    answer = (await plane.admin.get(f"{PATH}/{made['id']}/deliveries?status=dead")).json()
    assert [one["id"] for one in answer["data"]] == dead
    assert [(one["type"], one["call_id"], one["attempts"]) for one in answer["data"]] == [
        ("call.ended", call_id, 20), ("call.started", call_id, 20)
    ]  # fmt: skip
    assert len((await plane.admin.get(f"{PATH}/{made['id']}/deliveries")).json()["data"]) == 4
    one = (await plane.admin.get(f"{PATH}/{made['id']}")).json()
    assert (one["waiting"], one["dead"]) == (2, 2)
    page = (await plane.admin.get(f"{PATH}/{made['id']}/deliveries?limit=3")).json()
    rest = await plane.admin.get(f"{PATH}/{made['id']}/deliveries?limit=3&cursor={page['next_cursor']}")
    assert len(page["data"]) == 3 and len(rest.json()["data"]) == 1


async def test_one_is_replayed_and_not_while_it_waits(plane: Plane) -> None:
    made = await hook(plane, events=["call.ended"])
    await call_ended(plane)
    [name] = await settle(plane, "dead")
    path = f"{PATH}/{made['id']}/deliveries/{name}/replay"
    answer = await plane.admin.post(path)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["id"], told["status"], told["attempts"], told["replays"]) == (name, "waiting", 0, 1)
    assert problem(await plane.admin.post(path))["code"] == "delivery.waiting"
    other = await hook(plane)
    wrong = await plane.admin.post(f"{PATH}/{other['id']}/deliveries/{name}/replay")
    assert problem(wrong)["status"] == 404


async def test_all_that_were_given_up_are_replayed_and_no_others(plane: Plane) -> None:
    made, other = await hook(plane), await hook(plane, events=["call.ended"])
    await call_ended(plane)
    await settle(plane, "dead")
    await call_ended(plane)
    await settle(plane, "delivered")
    answer = await plane.admin.post(f"{PATH}/{made['id']}/replay")
    assert (answer.status_code, answer.json()) == (202, {"replayed": 2})
    rows = await plane.rows("SELECT webhook_id, status, begun FROM webhook_deliveries ORDER BY id")
    waiting = [row for row in rows if row["status"] == "waiting"]
    assert {row["webhook_id"] for row in waiting} == {made["id"]} and not any(row["begun"] for row in waiting)
    assert [row["status"] for row in rows if row["webhook_id"] == other["id"]] == ["dead", "delivered"]


async def test_a_test_says_in_words_what_came_back(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane.container.webhooks.outside, "_allowed", (ip_network("127.0.0.0/8"),))
    async with receiver(status(200), status(500)) as there:
        made = await hook(plane, url=there.url)
        path = f"{PATH}/{made['id']}/test"
        good, bad = [(await plane.admin.post(path)).json() for _ in range(2)]
    gone = (await plane.admin.post(path)).json()
    assert (good["ok"], good["status"], good["words"]) == (True, 200, "the receiver answered 200")
    assert (bad["ok"], bad["status"], bad["words"]) == (False, 500, "the receiver answered 500")
    assert (gone["ok"], gone["status"], gone["words"]) == (False, None, "the connection was refused or cut off")
    assert await plane.rows("SELECT id FROM webhook_deliveries") == []


async def test_what_is_done_is_in_the_audit_record(plane: Plane) -> None:
    made = await hook(plane)
    await plane.admin.patch(f"{PATH}/{made['id']}", json={"enabled": False})
    await plane.admin.post(f"{PATH}/{made['id']}/secret", json={})
    await plane.admin.post(f"{PATH}/{made['id']}/replay")
    await plane.admin.post(f"{PATH}/{made['id']}/test")
    await plane.admin.delete(f"{PATH}/{made['id']}")
    rows = await plane.rows("SELECT verb FROM audit WHERE object = :o ORDER BY id", o=made["id"])
    assert [row["verb"] for row in rows] == ["create", "update", "renew_secret", "replay", "test", "delete"]


async def test_a_viewer_reads_and_changes_nothing(plane: Plane) -> None:
    made = await hook(plane)
    viewer = plane.clients[Role.VIEWER]
    assert (await viewer.get(f"{PATH}/{made['id']}/deliveries")).status_code == 200
    calls: list[Any] = [
        viewer.post(f"{PATH}/{made['id']}/{what}", json={}) for what in ("secret", "test", "replay")
    ]  # fmt: skip
    assert [(await one).status_code for one in calls] == [403, 403, 403]
