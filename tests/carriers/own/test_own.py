"""A trunk or PBX of the company's own: nothing is bought, nothing is changed there, and people are told what to do."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from gateway.kernel.errors import BadInput, NotAuthenticated, Unavailable
from tests.carriers.bench import spec
from trunks.carriers.own.account import Own, OwnKeys
from trunks.carriers.own.registered import REGISTERED
from trunks.carriers.port import Carrier, NumberQuery, Order, OwnedNumber

NUMBER, TAG = "+14155550100", "gw:test:num_1"


def own(**keys: object) -> Carrier:
    return REGISTERED.open(OwnKeys.model_validate({"host": "pbx.example.com", **keys}), {})


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "host", "port", "network"),
    [
        ({"host": "pbx.example.com"}, "pbx.example.com:5060", 5060, ()),
        ({"host": "pbx.example.com", "transport": "tls"}, "pbx.example.com:5061", 5061, ()),
        ({"host": "pbx.example.com", "transport": "tls", "port": 5060}, "pbx.example.com:5060", 5060, ()),
        ({"host": "192.0.2.1", "port": 5080}, "192.0.2.1:5080", 5080, ("192.0.2.1/32",)),
        ({"host": "2001:db8::1"}, "[2001:db8::1]:5060", 5060, ("2001:db8::1/128",)),
        ({"host": "[2001:db8::1]"}, "[2001:db8::1]:5060", 5060, ("2001:db8::1/128",)),
        ({"host": " pbx\n"}, "pbx:5060", 5060, ()),
    ],
)
async def test_a_place_is_a_name_or_an_address(
    given: dict[str, object], host: str, port: int, network: tuple[str, ...]
) -> None:
    keys = OwnKeys.model_validate(given)
    assert OwnKeys.model_validate(keys.model_dump()) == keys, "stored and read again, it is the same"
    assert keys.port == port
    carrier = Own(keys)
    seen = await carrier.observe_trunk(spec())
    assert seen is not None
    assert (seen.host, seen.transports) == (host, (keys.transport,))
    assert carrier.sources() == network


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""}, {"host": "sip:pbx.example.com"}, {"host": "pbx.example.com:5060"}, {"host": "a b"},
        {"host": "-pbx.example.com"}, {"host": "a..b"}, {"host": "x" * 64 + ".example.com"},
        {"host": "pbx.example.com", "port": 0}, {"host": "pbx.example.com", "port": 65536},
        {"host": "pbx.example.com", "transport": "ws"}, {"host": "pbx.example.com", "template": "cisco"},
        {"host": "pbx.example.com", "password": "x"}, {},
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OwnKeys.model_validate(wrong)


# -- is it there? -----------------------------------------------------------------------------------------------------


async def test_a_host_that_has_an_address_is_fine() -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        await own(host=host).check()


async def test_a_host_without_an_address_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        await own(host="pbx.invalid").check()  # RFC 6761: no such name will ever exist
    assert "pbx.invalid has no address" in refused.value.detail
    assert refused.value.field == "keys.host"
    assert refused.value.todo


async def test_a_dns_that_does_not_answer_is_another_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", silent)
    with pytest.raises(Unavailable) as refused:
        await own().check()
    assert refused.value.todo


# -- nothing is bought, nothing is changed ----------------------------------------------------------------------------


async def test_it_sells_nothing_and_what_it_has_is_ours_at_once() -> None:
    async with own() as carrier:
        assert carrier.capabilities.buy_numbers.can == "no"
        with pytest.raises(BadInput) as refused:
            await carrier.search(NumberQuery("US"))
        assert refused.value.todo
        done = Order("done", NUMBER, NUMBER)
        assert await carrier.buy(NUMBER, TAG) == await carrier.order(NUMBER, TAG) == done
        assert [one async for one in carrier.numbers()] == []
        assert [one async for one in carrier.calls(datetime(2026, 11, 22, tzinfo=UTC))] == []
        assert list(await carrier.trunks()) == []


async def test_a_trunk_is_what_was_wanted_and_a_step_for_people() -> None:
    async with own(template="asterisk") as carrier:
        made = await carrier.ensure_trunk(spec())
        assert await carrier.observe_trunk(spec()) == made
        assert (made.tag, made.name, made.differs) == (spec().tag, spec().name, ())
        assert (made.username, made.password) == ("", ""), "the spec's"
        (step,) = made.steps
        assert "gateway carriers template NAME" in step.what
        assert step.link.startswith("https://docs.asterisk.org/")
        number = OwnedNumber(NUMBER, NUMBER, TAG)
        await carrier.tag_number(number, TAG)
        await carrier.assign(number, made, spec())
        await carrier.unassign(number)
        await carrier.release(number)
        await carrier.delete_trunk(made)


async def test_what_cannot_be_had_is_said() -> None:
    told = {}
    for make in ("asterisk", "freeswitch", "3cx", "other"):
        seen = await own(template=make).ensure_trunk(spec())
        told[make] = seen.unsupported
    assert told == {
        "asterisk": ("caller_names",), "freeswitch": ("caller_names",), "3cx": ("username", "caller_names"),
        "other": ("caller_names",),
    }  # fmt: skip
    plain = spec(username="", password="", caller_names=False)
    assert (await own(template="3cx").ensure_trunk(plain)).unsupported == ()


async def test_a_spec_without_a_place_is_refused() -> None:
    for act in (own().ensure_trunk, own().observe_trunk):
        with pytest.raises(BadInput) as refused:
            await act(spec(targets=()))
        assert (refused.value.field, refused.value.code) == ("targets", "carrier.trunk_invalid")


def test_no_webhook_is_believed() -> None:
    with pytest.raises(NotAuthenticated) as refused:
        own().check_webhook("https://gateway.example.com", {"any": "header"}, b"{}")
    assert refused.value.todo
