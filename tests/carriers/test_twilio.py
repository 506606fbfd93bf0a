"""What only Twilio has: its passwords, papers, trial accounts, secure trunks, and its SDK on our wire."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace

import pytest
from pydantic import SecretStr, ValidationError
from twilio.request_validator import RequestValidator

from gateway.kernel.errors import NotAllowed, NotAuthenticated, Unavailable
from tests.carriers.bench import FREE, spec
from tests.carriers.suite.acts import MOST_REQUESTS, NUMBER, NUMBER_TAG, account
from tests.carriers.twilio.bench import TwilioBench
from tests.carriers.twilio.double import ACCOUNT, KEY, SECRET, TOKEN
from tests.carriers.twilio.numbers import Shelved
from tests.carriers.twilio.sip_lists import CREDENTIALS
from trunks.carriers.port import Carrier, NumberQuery, SipTarget
from trunks.carriers.twilio.account import TwilioKeys
from trunks.carriers.twilio.registered import REGISTERED

BERLIN = "+493012345678"


@pytest.fixture
def bench() -> TwilioBench:
    return TwilioBench()


# -- trunks -----------------------------------------------------------------------------------------------------------


async def test_a_new_password_is_written_and_the_old_one_is_gone(carrier: Carrier, bench: TwilioBench) -> None:
    await carrier.ensure_trunk(spec())
    changed = spec(password="Another horse 8 battery")
    seen = await carrier.observe_trunk(changed)
    assert seen is not None
    assert seen.differs == ("password",)
    await carrier.ensure_trunk(changed)
    assert list(bench.double.lists.passwords.values()) == ["Another horse 8 battery"]
    (named,) = bench.double.lists.lists[CREDENTIALS].values()
    assert "horse" not in named["friendly_name"]


@pytest.mark.parametrize("acted", [False, True])
async def test_a_password_that_is_taken_back_halfway_is_the_old_one_again(acted: bool) -> None:
    for request in range(1, MOST_REQUESTS):
        bench = TwilioBench()
        async with account(bench) as carrier:
            await carrier.ensure_trunk(spec())
            bench.double.ends_at(request, acted=acted)
            with contextlib.suppress(Unavailable):
                await carrier.ensure_trunk(spec(password="Another horse 8 battery"))
            killed = bench.double.heal()
            await carrier.ensure_trunk(spec())
            assert list(bench.double.lists.passwords.values()) == [spec().password], f"killed at request {request}"
        if not killed:
            assert request > 10
            return
    pytest.fail("it never came to an end")


async def test_a_secure_trunk_goes_over_tls(carrier: Carrier, bench: TwilioBench) -> None:
    secure = spec(secure=True, targets=(SipTarget("sip.example.com", 5061, "tls"),))
    made = await carrier.ensure_trunk(secure)
    assert (made.transports, made.differs) == (("tls",), ())
    (trunk,) = bench.double.trunks.urls.values()
    assert [row["sip_url"] for row in trunk.values()] == ["sip:sip.example.com:5061;transport=tls"]


async def test_targets_are_asked_in_the_order_of_the_spec(carrier: Carrier, bench: TwilioBench) -> None:
    await carrier.ensure_trunk(spec())
    turned = spec(targets=tuple(reversed(spec().targets)))
    await carrier.ensure_trunk(turned)
    (urls,) = bench.double.trunks.urls.values()
    hosts = [row["sip_url"] for row in sorted(urls.values(), key=lambda row: row["priority"])]
    assert hosts == ["sip:sip2.example.com:5070;transport=tcp", "sip:sip.example.com:5060;transport=tcp"]


async def test_a_long_name_is_cut_and_the_tag_stays(carrier: Carrier, bench: TwilioBench) -> None:
    long = spec(name="A name that is much longer than what Twilio takes for a name of anything")
    made = await carrier.ensure_trunk(long)
    assert (made.tag, made.differs) == (long.tag, ())
    (trunk,) = bench.double.trunks.trunks.values()
    assert len(trunk["friendly_name"]) <= 64


async def test_a_trial_account_is_a_step_for_people(carrier: Carrier, bench: TwilioBench) -> None:
    bench.double.kind_of_account = "Trial"
    (step,) = (await carrier.ensure_trunk(spec())).steps
    assert "upgrade" in step.what
    assert step.link.startswith("https://console.twilio.com/")


# -- numbers ----------------------------------------------------------------------------------------------------------


async def test_an_area_outside_north_america_is_looked_for_by_its_digits(carrier: Carrier, bench: TwilioBench) -> None:
    bench.double.numbers.shelf += [Shelved(BERLIN, "DE", address_requirements="local"), Shelved("+498912345678", "DE")]
    (offer,) = await carrier.search(NumberQuery("de", area="30"))
    assert (offer.number, offer.country) == (BERLIN, "DE")
    assert [step.link for step in offer.needs] == [
        "https://console.twilio.com/us1/develop/phone-numbers/regulatory-compliance/addresses"
    ]
    assert await carrier.search(NumberQuery("DE", area="30", contains="999")) == []


async def test_an_address_is_given_once_there_is_one_in_the_country(carrier: Carrier, bench: TwilioBench) -> None:
    bench.double.numbers.shelf.append(Shelved(BERLIN, "DE", address_requirements="any", bundle=True))
    bench.double.numbers.add_address("US")
    assert (await carrier.buy(BERLIN, NUMBER_TAG)).state == "needs_human"
    bench.file_papers(looks=0)
    waiting = await carrier.buy(BERLIN, NUMBER_TAG)
    assert [step.what.split()[0] for step in waiting.steps] == ["enter"]
    bench.double.numbers.add_address("DE")
    assert (await carrier.buy(BERLIN, NUMBER_TAG)).state == "done"
    assert bench.sold() == [BERLIN]


async def test_a_number_is_found_though_twilio_compares_parts(carrier: Carrier, bench: TwilioBench) -> None:
    bench.own(f"{NUMBER}9", NUMBER_TAG)
    assert await carrier.order(NUMBER, NUMBER_TAG) is None


async def test_prices_are_asked_for_once_a_country(carrier: Carrier, bench: TwilioBench) -> None:
    for number in FREE:
        bench.own(number, "gw:contract:any")
    prices = [one.monthly async for one in carrier.numbers()]
    assert [str(price and price.amount) for price in prices] == ["1.15"] * 3
    assert len([one for one in bench.double.exchanges if "pricing" in one.host]) == 1


async def test_keys_that_may_not_see_prices_still_see_numbers(carrier: Carrier, bench: TwilioBench) -> None:
    bench.double.forbidden = "/PhoneNumbers/Countries"
    assert {one.monthly for one in await carrier.search(NumberQuery("US"))} == {None}


# -- the account ------------------------------------------------------------------------------------------------------


async def test_a_closed_account_is_called_so(carrier: Carrier, bench: TwilioBench) -> None:
    bench.double.status_of_account = "suspended"
    with pytest.raises(NotAllowed) as closed:
        await carrier.check()
    assert closed.value.code == "carrier.account_closed"


async def test_an_answer_that_is_none_is_unavailable(
    carrier: Carrier, bench: TwilioBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.double, "saying", lambda status: (b"<html>busy</html>", "text/html"))
    bench.double.fail("broken_before", "GET", "", times=None)
    with pytest.raises(Unavailable):
        await carrier.check()
    bench.double.exchanges.clear()  # the contract allows no such answer


def test_keys_are_enough_or_refused() -> None:
    token, pair = SecretStr(TOKEN), SecretStr(SECRET)
    assert TwilioKeys(account_sid=ACCOUNT, auth_token=token).user == ACCOUNT
    keys = TwilioKeys(account_sid=ACCOUNT, api_key_sid=KEY, api_key_secret=pair)
    assert (keys.user, keys.secret) == (KEY, SECRET)
    assert SECRET not in repr(keys)
    for wrong in ({}, {"api_key_sid": KEY}, {"api_key_secret": pair, "auth_token": token}):
        with pytest.raises(ValidationError):
            TwilioKeys(account_sid=ACCOUNT, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        REGISTERED.keys.model_validate({"account_sid": ACCOUNT, "auth_token": TOKEN, "region": "us1"})


async def test_the_environment_does_not_decide_where_requests_go(
    bench: TwilioBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "f" * 32)
    async with account(bench) as carrier:
        await carrier.check()
    assert [one.host for one in bench.double.exchanges] == ["https://api.twilio.com"]


async def test_what_is_registered_opens_an_account_at_the_double(bench: TwilioBench) -> None:
    keys = REGISTERED.keys.model_validate({"account_sid": ACCOUNT, "auth_token": TOKEN})
    async with bench.double.running() as elsewhere, REGISTERED.open(keys, elsewhere) as carrier:
        await carrier.check()
        assert carrier.capabilities == REGISTERED.capabilities
    assert REGISTERED.kind == "twilio"


# -- webhooks ---------------------------------------------------------------------------------------------------------


def test_a_json_webhook_is_signed_by_the_hash_of_its_body(bench: TwilioBench) -> None:
    carrier = bench.open({})
    body = b'{"a": 1}'
    url = f"https://gateway.example.com/hook?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, {})}
    carrier.check_webhook(url, headers, body)
    with pytest.raises(NotAuthenticated):
        carrier.check_webhook(url, headers, b'{"a": 2}')
    with pytest.raises(NotAuthenticated):
        carrier.check_webhook(url.replace("https", "http"), headers, body)


def test_a_name_that_comes_twice_in_a_form_counts_twice(bench: TwilioBench) -> None:
    url, body = "https://gateway.example.com/hook", b"Digits=1&Digits=2"
    signed = RequestValidator(TOKEN).compute_signature(url, _Twice({"Digits": ["1", "2"]}))
    bench.open({}).check_webhook(url, {"X-Twilio-Signature": signed}, body)
    with pytest.raises(NotAuthenticated):
        bench.open({}).check_webhook(url, {"X-Twilio-Signature": signed}, b"Digits=1")


class _Twice(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_without_the_token_no_webhook_can_be_checked(bench: TwilioBench) -> None:
    keys = REGISTERED.keys.model_validate({"account_sid": ACCOUNT, "api_key_sid": KEY, "api_key_secret": SECRET})
    with pytest.raises(NotAuthenticated) as refused:
        REGISTERED.open(keys, {}).check_webhook("https://gateway.example.com/hook", {"X-Twilio-Signature": "x"}, b"")
    assert "auth_token" in (refused.value.todo or "")


def test_nothing_of_a_spec_shows_its_password() -> None:
    assert "horse" not in repr(replace(spec(), name="x"))
