"""What is Telnyx's own: orders that take a while, papers, the forms of a trunk, signatures, refusals."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.kernel.errors import (
    BadInput,
    Conflict,
    GatewayError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Overloaded,
    Unavailable,
)
from tests.carriers.bench import AREA, FREE, spec
from tests.carriers.telnyx.bench import TelnyxBench
from tests.carriers.telnyx.stock import ForSale
from trunks.carriers.port import Carrier, NumberQuery, SipTarget
from trunks.carriers.telnyx import webhooks
from trunks.carriers.telnyx.errors import refusal

NUMBER, TAG = FREE[0], "gw:test:num_1"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def bench() -> TelnyxBench:
    return TelnyxBench()


# -- numbers ----------------------------------------------------------------------------------------------------------


async def test_an_order_is_pending_until_the_number_is_there(carrier: Carrier, bench: TelnyxBench) -> None:
    bench.double.looks = 3
    assert (await carrier.buy(NUMBER, TAG)).state == "pending"
    assert [one async for one in carrier.numbers()] == []
    orders = [await carrier.order(NUMBER, TAG) for _ in range(3)]
    assert [order.state for order in orders if order] == ["pending", "pending", "pending"]
    done = await carrier.order(NUMBER, TAG)
    assert done is not None
    assert done.state == "done"
    (owned,) = [one async for one in carrier.numbers()]
    assert (owned.remote_id, owned.tag) == (done.remote_id, TAG)


async def test_an_order_that_failed_has_bought_nothing_and_can_be_made_again(
    carrier: Carrier, bench: TelnyxBench
) -> None:
    bench.double.looks = 9
    await carrier.buy(NUMBER, TAG)
    bench.double.stock.fails(NUMBER)
    failed = await carrier.order(NUMBER, TAG)
    assert failed is not None
    assert failed.state == "failed"
    assert "nothing was bought" in failed.problem
    bench.double.looks = 0
    bench.double.stock.for_sale.append(ForSale(NUMBER))
    assert (await carrier.buy(NUMBER, TAG)).state == "done"
    assert bench.sold() == [NUMBER]


async def test_a_number_that_was_given_back_can_be_bought_again_under_its_tag(
    carrier: Carrier, bench: TelnyxBench
) -> None:
    await carrier.buy(NUMBER, TAG)
    (owned,) = [one async for one in carrier.numbers()]
    await carrier.release(owned)
    assert await carrier.order(NUMBER, TAG) is None
    again = await carrier.buy(NUMBER, TAG)
    assert again.state == "done"
    assert again.remote_id != owned.remote_id
    assert bench.sold() == [NUMBER, NUMBER]


async def test_a_number_of_which_this_one_is_a_part_is_another_one(carrier: Carrier, bench: TelnyxBench) -> None:
    bench.own(NUMBER + "9", "longer")
    assert (await carrier.buy(NUMBER, TAG)).state == "done"
    assert bench.sold() == [NUMBER]


async def test_a_search_leaves_out_what_is_only_near_and_tells_of_papers(carrier: Carrier, bench: TelnyxBench) -> None:
    bench.double.stock.for_sale.append(ForSale("+12125550100", area="212"))
    bench.double.stock.needs["US"] = ["Proof of address"]
    offers = await carrier.search(NumberQuery("US", area=AREA))
    assert {one.number for one in offers} == set(FREE)
    assert [step.what for step in offers[0].needs] == ["Proof of address: by a person"]
    assert offers[0].once is not None
    assert (str(offers[0].once.amount), offers[0].once.currency) == ("1.00", "USD")
    assert await carrier.search(NumberQuery("US", area=AREA, features=frozenset({"voice", "fax"}))) == []


async def test_a_locked_number_is_not_given_back(carrier: Carrier, bench: TelnyxBench) -> None:
    bench.own(NUMBER, TAG)
    bench.double.stock.owned[0]["deletion_lock_enabled"] = True
    (owned,) = [one async for one in carrier.numbers()]
    with pytest.raises(Conflict):
        await carrier.release(owned)
    assert bench.owns(NUMBER)


async def test_names_of_callers_are_asked_for_per_number(carrier: Carrier, bench: TelnyxBench) -> None:
    bench.own(NUMBER, TAG)
    (owned,) = [one async for one in carrier.numbers()]
    trunk = await carrier.ensure_trunk(spec())
    for wanted in (True, False):
        await carrier.assign(owned, trunk, spec(caller_names=wanted))
        assert bench.double.stock.owned[0]["caller_id_name_enabled"] is wanted


# -- trunks -----------------------------------------------------------------------------------------------------------


async def test_calls_come_with_whole_numbers_and_their_identity(carrier: Carrier, bench: TelnyxBench) -> None:
    await carrier.ensure_trunk(spec())
    (made,) = bench.double.connections
    assert made["transport_protocol"] == "TCP"
    assert made["inbound"]["ani_number_format"] == "+E.164"
    assert made["inbound"]["dnis_number_format"] == "+e164"
    assert made["inbound"]["shaken_stir_enabled"] is True
    by_id = {row["id"]: (row["fqdn"], row["port"]) for row in bench.double.fqdns}
    assert by_id[made["inbound"]["default_primary_fqdn_id"]] == ("sip.example.com", 5060)
    assert by_id[made["inbound"]["default_secondary_fqdn_id"]] == ("sip2.example.com", 5070)


async def test_without_a_password_each_address_is_let_in(carrier: Carrier, bench: TelnyxBench) -> None:
    by_address = spec(username="", password="", sources=("192.0.2.8/31", "2001:db8::1/128"))
    assert (await carrier.ensure_trunk(by_address)).unsupported == ("refer",)
    assert {row["ip_address"] for row in bench.double.ips} == {"192.0.2.8", "192.0.2.9", "2001:db8::1"}
    assert bench.double.connections[0]["outbound"]["ip_authentication_method"] == "ip-authentication"
    moved = spec(username="", password="", sources=("192.0.2.9/32",))
    seen = await carrier.observe_trunk(moved)
    assert seen is not None
    assert seen.differs == ("sources",)
    await carrier.ensure_trunk(moved)
    assert {row["ip_address"] for row in bench.double.ips} == {"192.0.2.9"}


async def test_telnyx_refuses_srtp_together_with_tls_and_so_it_is_not_asked_for(
    carrier: Carrier, bench: TelnyxBench
) -> None:
    by_tls = spec(secure=True, targets=(SipTarget("sip.example.com", 5061, "tls"),))
    assert "secure" in (await carrier.ensure_trunk(by_tls)).unsupported
    assert bench.double.connections[0]["encrypted_media"] is None
    by_tcp = spec(secure=True)
    made = await carrier.ensure_trunk(by_tcp)
    assert (made.differs, "secure" in made.unsupported) == ((), False)
    assert bench.double.connections[0]["encrypted_media"] == "SRTP"


async def test_a_name_that_another_trunk_has_is_a_conflict(carrier: Carrier, bench: TelnyxBench) -> None:
    bench.add_trunk("Support line")
    with pytest.raises(Conflict) as refused:
        await carrier.ensure_trunk(spec())
    assert "name" in (refused.value.todo or "")


async def test_a_password_that_telnyx_hides_is_taken_for_ours(carrier: Carrier, bench: TelnyxBench) -> None:
    await carrier.ensure_trunk(spec())
    bench.double.connections[0]["password"] = "********"
    seen = await carrier.observe_trunk(spec())
    assert seen is not None
    assert seen.differs == ()


# -- webhooks ---------------------------------------------------------------------------------------------------------


def signed(key: Ed25519PrivateKey, at: datetime, body: bytes) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = base64.b64encode(key.sign(timestamp.encode() + b"|" + body)).decode()
    return {webhooks.SIGNATURE: signature, webhooks.TIMESTAMP: timestamp}


def test_a_webhook_is_believed_for_five_minutes() -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    for apart in (timedelta(), -webhooks.WINDOW, webhooks.WINDOW):
        webhooks.check(public, signed(key, NOW + apart, b"{}"), b"{}", NOW)
    for apart in (timedelta(minutes=5, seconds=1), timedelta(minutes=-6)):
        with pytest.raises(NotAuthenticated) as refused:
            webhooks.check(public, signed(key, NOW + apart, b"{}"), b"{}", NOW)
        assert "too long ago" in refused.value.detail
    other_time = {**signed(key, NOW, b"{}"), webhooks.TIMESTAMP: str(int(NOW.timestamp()) + 1)}
    for headers in (signed(Ed25519PrivateKey.generate(), NOW, b"{}"), other_time):
        with pytest.raises(NotAuthenticated) as refused:
            webhooks.check(public, headers, b"{}", NOW)
        assert refused.value.code == "carrier.signature"


@pytest.mark.parametrize("public", ["", "no base64!", "AAAA"])
def test_a_public_key_that_is_none_lets_nobody_in(public: str) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        webhooks.check(public, signed(Ed25519PrivateKey.generate(), NOW, b"{}"), b"{}", NOW)
    assert "public key" in (refused.value.todo or "")


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (400, "10009", NotAuthenticated, "carrier.keys"),
        (400, "10010", NotAllowed, "carrier.right_missing"),
        (400, "20100", NotAllowed, "carrier.no_funds"),
        (422, "10005", NotFound, "carrier.gone"),
        (422, "10012", Conflict, "carrier.conflict"),
        (422, "10021", Conflict, "carrier.conflict"),
        (422, "10016", BadInput, "carrier.refused"),
        (429, "10009", Overloaded, "carrier.busy"),
        (500, "10009", Unavailable, "carrier.unavailable"),
    ],
)
def test_a_code_says_more_than_a_status(status: int, code: str, kind: type[GatewayError], ours: str) -> None:
    error = refusal(httpx.Response(status, json={"errors": [{"code": code, "title": "Title"}]}))
    assert (type(error), error.code) == (kind, ours)
    assert error.todo


def test_a_field_is_named_as_we_call_it() -> None:
    for pointer, field in (
        ("/phone_numbers/0/phone_number", "number"),
        ("/inbound/odd", None),
        ("/user_name", "username"),
    ):
        fault = {"code": "10015", "title": "Bad Request", "source": {"pointer": pointer}}
        assert refusal(httpx.Response(422, json={"errors": [fault]})).field == field


def test_how_long_to_wait_may_stand_in_a_header_of_telnyx() -> None:
    assert refusal(httpx.Response(429, headers={"x-ratelimit-reset": "17"})).headers == {"Retry-After": "17"}
