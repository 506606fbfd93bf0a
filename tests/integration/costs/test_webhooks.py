"""Carriers' webhooks with the carriers' real signatures: what is heeded wakes the reading; strangers learn nothing."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from gateway.carrier_webhooks.endpoints import LONGEST
from gateway.costs.turns import APART
from tests.carriers.telnyx.bench import TelnyxBench
from tests.carriers.twilio.bench import TwilioBench
from tests.integration.control_plane.plane import client_of, problem
from tests.integration.costs.office import PUBLIC, Office, recorded

BODY = {
    "twilio": b"CallSid=CA1&CallStatus=completed&AccountSid=AC1",
    "telnyx": b'{"data":{"id":"1ccc7b54","event_type":"call.hangup"}}',
}
SIGNING = tuple(BODY)


class Post:
    """An account whose records were read, and webhooks that come for it; from no API key."""

    def __init__(self, office: Office, kind: str, carrier_id: str) -> None:
        self.office, self.kind, self.carrier_id = office, kind, carrier_id
        self.path, self.body = f"/carriers/{carrier_id}/webhooks", BODY[kind]

    def signed(self, body: bytes | None = None, *, path: str = "", public: str = PUBLIC) -> dict[str, str]:
        return self.office.bench(self.kind).sign(public + (path or self.path), self.body if body is None else body)

    async def comes(self, headers: dict[str, str], body: bytes | None = None, *, path: str = "") -> httpx.Response:
        async with client_of(self.office.plane.app) as stranger:
            return await stranger.post(path or self.path, content=self.body if body is None else body, headers=headers)

    async def woke(self) -> bool:
        """Were the records read since?"""
        double = self.office.bench(self.kind).double
        before = len(double.exchanges)
        await self.office.records.begin_due()
        await self.office.records.settled()
        self.office.plane.clock.go(APART.total_seconds())
        return len(double.exchanges) > before


async def post_to(office: Office, kind: str) -> Post:
    post = Post(office, kind, await office.account(kind))
    assert await post.woke()  # it is new
    assert not await post.woke()
    return post


@pytest.mark.parametrize("kind", SIGNING)
async def test_a_signed_one_wakes_the_reading_and_tells_nothing_else(office: Office, kind: str) -> None:
    post = await post_to(office, kind)
    recorded(office.bench(kind), office.ago(minutes=1), price="0.0085")
    answer = await post.comes(post.signed())
    assert (answer.status_code, answer.content) == (200, b"")
    assert await post.woke()
    (row,) = await office.rows()
    assert row.price == "0.0085"


@pytest.mark.parametrize("kind", SIGNING)
async def test_the_same_again_changes_nothing(office: Office, kind: str) -> None:
    post = await post_to(office, kind)
    headers = post.signed()
    assert (await post.comes(headers)).status_code == 200
    assert await post.woke()
    assert (await post.comes(headers)).status_code == 200
    assert not await post.woke()
    another = post.body.replace(b"1", b"2")
    assert (await post.comes(post.signed(another), another)).status_code == 200
    assert await post.woke()


async def test_a_form_that_is_played_back_in_another_order_is_the_same_again(office: Office) -> None:
    post = await post_to(office, "twilio")
    headers = post.signed()
    await post.comes(headers)
    assert await post.woke()
    turned = b"&".join(reversed(post.body.split(b"&")))
    assert sorted(parse_qsl(turned)) == sorted(parse_qsl(post.body))
    assert (await post.comes(headers, turned)).status_code == 200
    assert not await post.woke()


def told(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in problem(answer).items() if name != "request_id"}


@pytest.mark.parametrize("kind", SIGNING)
async def test_what_is_not_the_carriers_is_refused_in_the_same_words_as_an_account_that_there_is_not(
    office: Office, kind: str
) -> None:
    post = await post_to(office, kind)
    nobody = "/carriers/car_01kaaaaaaaaaaaaaaaaaaaaaaa/webhooks"
    unknown = await post.comes(post.signed(path=nobody), path=nobody)
    wrong = [
        await post.comes(post.signed(), post.body + b"x"),
        await post.comes({}),
        await post.comes(dict.fromkeys(post.signed(), "AAAA")),
        await post.comes(post.signed(), path=f"/carriers/{kind}/webhooks"),  # its name, in place of its id
    ]
    assert unknown.status_code == 401
    assert all(told(one) == told(unknown) for one in wrong)
    assert kind not in unknown.text.lower() and "signature" not in unknown.text.lower()
    assert not await post.woke()


async def test_the_address_that_is_signed_is_the_public_one_and_never_the_requests(office: Office) -> None:
    post = await post_to(office, "twilio")
    assert (await post.comes(post.signed(public="http://api"))).status_code == 401
    assert (await post.comes(post.signed(public="https://elsewhere.example.com"))).status_code == 401
    async with client_of(office.plane.app) as stranger:
        headers = post.signed(public="https://elsewhere.example.com") | {"Host": "elsewhere.example.com"}
        headers |= {"X-Forwarded-Host": "elsewhere.example.com", "X-Forwarded-Proto": "https"}
        assert (await stranger.post(post.path, content=post.body, headers=headers)).status_code == 401
    asked = post.path + "?which=1&of=2"
    assert (await post.comes(post.signed(), path=asked)).status_code == 401
    assert (await post.comes(post.signed(path=asked), path=asked)).status_code == 200


async def test_one_that_was_signed_more_than_five_minutes_ago_changes_nothing(office: Office) -> None:
    post = await post_to(office, "telnyx")
    bench = office.bench("telnyx")
    assert isinstance(bench, TelnyxBench)

    def signed_at(at: datetime) -> dict[str, str]:
        stamp = str(int(at.timestamp()))
        signature = bench._signer.sign(stamp.encode() + b"|" + post.body)
        return {"Telnyx-Signature-Ed25519": base64.b64encode(signature).decode(), "Telnyx-Timestamp": stamp}

    assert (await post.comes(signed_at(datetime.now(UTC) - timedelta(minutes=6)))).status_code == 401
    assert not await post.woke()
    assert (await post.comes(signed_at(datetime.now(UTC) - timedelta(minutes=4)))).status_code == 200
    assert await post.woke()


async def test_a_carrier_that_signs_nothing_is_not_heeded(office: Office) -> None:
    carrier_id = await office.account("wavix")
    async with client_of(office.plane.app) as stranger:
        assert (await stranger.post(f"/carriers/{carrier_id}/webhooks", content=b"{}")).status_code == 401


async def test_without_a_public_address_there_is_nothing_here(office: Office) -> None:
    post = await post_to(office, "twilio")
    office.plane.container.settings.carriers.public_url = ""
    assert (await post.comes(post.signed())).status_code == 404
    assert not await post.woke()


async def test_a_body_has_an_end(office: Office) -> None:
    post = await post_to(office, "twilio")
    assert isinstance(office.bench("twilio"), TwilioBench)
    long = b"a=" + b"x" * (LONGEST - 2)
    assert (await post.comes(post.signed(long), long)).status_code == 200
    assert (await post.comes(post.signed(long + b"x"), long + b"x")).status_code == 413
    assert (await post.comes({}, b"\xff" * LONGEST)).status_code == 401
