"""Certificates by their address: fetched once, kept, asked for by many, and never driven out by failures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from compliance.stir_shaken import certificates as module
from compliance.stir_shaken.certificates import (
    AGAIN_AFTER,
    FAILURE_KEPT,
    KEPT,
    KEPT_AT_MOST,
    MOST_FETCHES,
    MOST_KEPT,
    Certificates,
    lifetime,
)
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.trust import Region
from gateway.net.outside import Answer, NotReached
from tests.stir import maker
from tests.stir.checking import Now, region

GOOD = Answer(200, {}, maker.bundle(), cut=False)
SECOND = timedelta(seconds=1)


@dataclass
class Servers:
    """`answer`: what every address answers; `hold`: when it is set, nobody answers before it is let go."""

    answer: Answer | Exception = GOOD
    asked: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def request(self, method: str, url: str, *, within_s: float, most_bytes: int) -> Answer:
        assert (method, within_s, most_bytes) == ("GET", 2.0, 65_536)
        self.asked.append(url)
        if self.hold is not None:
            await self.hold.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class Setting:
    servers: Servers
    clock: Now
    certificates: Certificates

    async def found(self, url: str = maker.X5U) -> Credential | Fault:
        await self.certificates.fetch(url)
        found = self.certificates.known(url)
        assert found is not None
        return found

    async def slug(self, url: str = maker.X5U) -> str:
        found = await self.found(url)
        assert isinstance(found, Fault) and found.sip_code in (436, 437)
        return found.slug


def reader(clock: Now, *regions: Region) -> Callable[[bytes], Credential]:
    return lambda pem: read_credential(pem, regions or [region()], "shaken", clock.now())


@pytest.fixture
def there() -> Setting:
    servers, clock = Servers(), Now()
    return Setting(servers, clock, Certificates(servers, reader(clock), clock))


async def test_one_is_fetched_once_and_kept_for_a_day(there: Setting) -> None:
    assert there.certificates.known(maker.X5U) is None
    found = await there.found()
    assert isinstance(found, Credential) and found.code == maker.CODE
    there.clock.at += KEPT - SECOND
    assert there.certificates.known(maker.X5U) is found
    there.clock.at += SECOND
    assert there.certificates.known(maker.X5U) is None and len(there.servers.asked) == 1


async def test_those_who_ask_at_the_same_time_wait_for_one_exchange(there: Setting) -> None:
    there.servers.hold = asyncio.Event()
    waiting = [asyncio.create_task(there.certificates.fetch(maker.X5U)) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[0].cancel()  # a caller that gives up takes nobody else's certificate away
    there.servers.hold.set()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert waiting[0].cancelled() and len(there.servers.asked) == 1
    assert isinstance(there.certificates.known(maker.X5U), Credential)


@pytest.mark.parametrize(
    ("answer", "slug"),
    [
        (Answer(404, {}, b"", cut=False), "fetch_status"),
        (Answer(302, {"location": "https://127.0.0.1/"}, b"", cut=False), "fetch_redirect"),
        (Answer(206, {}, maker.bundle(), cut=False), "fetch_status"),
        (Answer(200, {}, b"x" * 65_536, cut=True), "fetch_size"),
        (Answer(200, {}, b"<html>", cut=False), "no_certificate"),
        (Answer(200, {}, b"", cut=False), "no_certificate"),
        (Answer(200, {}, maker.leaf().pem, cut=False), "untrusted"),
        (NotReached("it took too long", code="outside.timeout"), "fetch_timeout"),
        (NotReached("it is a loopback address", code="outside.forbidden"), "fetch_forbidden"),
        (NotReached("another name", code="outside.tls"), "fetch_tls"),
    ],
)
async def test_what_could_not_be_had_is_told_and_not_asked_for_again_for_a_while(
    there: Setting, answer: Answer | Exception, slug: str
) -> None:
    there.servers.answer = answer
    assert await there.slug() == slug
    there.clock.at += FAILURE_KEPT - SECOND
    assert there.certificates.known(maker.X5U) is not None
    there.clock.at += SECOND
    assert there.certificates.known(maker.X5U) is None
    there.servers.answer = GOOD
    assert isinstance(await there.found(), Credential)


async def test_a_failure_that_is_kept_keeps_nothing_else(there: Setting) -> None:
    there.servers.answer = Answer(200, {}, b"x" * 60_000, cut=False)
    found = await there.found()
    assert isinstance(found, Fault) and found.__traceback__ is None and found.__context__ is None


async def test_a_certificate_is_not_kept_beyond_its_end(there: Setting) -> None:
    leaf = maker.provider(maker.intermediate(), not_after=maker.NOW + timedelta(hours=1))
    there.servers.answer = Answer(200, {"Cache-Control": "max-age=86400"}, maker.bundle(leaf), cut=False)
    assert isinstance(await there.found(), Credential)
    there.clock.at += timedelta(hours=1)
    assert there.certificates.known(maker.X5U) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", KEPT),
        ("max-age=60", KEPT),
        ("public, max-age=172800", timedelta(days=2)),
        ('max-age="172800"', timedelta(days=2)),
        ("max-age=999999999", KEPT_AT_MOST),
        ("max-age=99999999999999999999", KEPT_AT_MOST),
        ("max-age=-1, x-max-age=172800", KEPT),
        ("no-store", KEPT),
    ],
)
def test_the_server_may_say_that_it_lasts_longer(header: str, expected: timedelta) -> None:
    assert lifetime({"cache-control": header}) == lifetime({"Cache-Control": header}) == expected


async def test_a_new_key_is_looked_for_at_most_once_a_minute(there: Setting) -> None:
    assert not there.certificates.may_have_changed(maker.X5U)
    await there.found()
    assert not there.certificates.may_have_changed(maker.X5U)
    there.clock.at += AGAIN_AFTER
    assert there.certificates.may_have_changed(maker.X5U)
    assert not there.certificates.may_have_changed(maker.X5U)
    assert there.certificates.known(maker.X5U) is None
    other = maker.provider(maker.intermediate(), with_key=maker.key("a new key"))
    there.servers.answer = Answer(200, {}, maker.bundle(other), cut=False)
    found = await there.found()
    assert isinstance(found, Credential) and found.serial == f"{other.certificate.serial_number:x}"
    assert not there.certificates.may_have_changed(maker.X5U)


@pytest.mark.parametrize("answer", [NotReached("no", code="outside.timeout"), Answer(200, {}, b"junk", cut=False)])
async def test_who_forges_a_signature_cannot_take_a_good_certificate_away(
    there: Setting, answer: Answer | Exception
) -> None:
    good = await there.found()
    there.clock.at += AGAIN_AFTER
    assert there.certificates.may_have_changed(maker.X5U)
    there.servers.answer = answer
    assert await there.found() is good
    assert not there.certificates.may_have_changed(maker.X5U)


async def test_other_authorities_read_what_is_kept_again_without_asking(there: Setting) -> None:
    await there.found()
    elsewhere = Region("elsewhere", (maker.authority("another root").certificate,))
    there.certificates.read = reader(there.clock, elsewhere)
    found = there.certificates.known(maker.X5U)
    assert isinstance(found, Fault) and found.slug == "untrusted" and len(there.servers.asked) == 1
    there.certificates.read = reader(there.clock)  # what was not believed is asked for again
    assert there.certificates.known(maker.X5U) is None
    assert isinstance(await there.found(), Credential)


async def test_failures_do_not_drive_good_ones_out_and_are_bounded(there: Setting) -> None:
    good = await there.found()
    there.servers.answer = Answer(404, {}, b"", cut=False)
    for number in range(MOST_KEPT + 100):
        await there.certificates.fetch(f"https://made-up-{number}.example/")
    assert there.certificates.known(maker.X5U) is good
    assert there.certificates.known("https://made-up-99.example/") is None
    assert there.certificates.known("https://made-up-100.example/") is not None


async def test_good_ones_are_bounded_by_bytes_and_the_used_stay(
    there: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    padded = maker.bundle() + b"# padding\n" * 1000
    monkeypatch.setattr(module, "MOST_BYTES_KEPT", 5 * len(padded))
    there.servers.answer = Answer(200, {}, padded, cut=False)
    urls = [f"https://{number}.example.org/" for number in range(20)]
    for url in urls:
        await there.found(url)
        assert there.certificates.known(urls[0]) is not None
    assert [url for url in urls if there.certificates.known(url)] == [urls[0], *urls[-4:]]


async def test_too_many_at_a_time_are_refused_for_a_second_and_asked_for_later(there: Setting) -> None:
    there.servers.hold = asyncio.Event()
    urls = [f"https://{number}.example.org/" for number in range(MOST_FETCHES)]
    waiting = [asyncio.create_task(there.certificates.fetch(url)) for url in urls]
    await asyncio.sleep(0)
    assert await there.slug() == "busy"
    await asyncio.sleep(0)
    assert len(there.servers.asked) == MOST_FETCHES
    there.servers.hold.set()
    await asyncio.gather(*waiting)
    there.clock.at += SECOND
    assert there.certificates.known(maker.X5U) is None
    assert isinstance(await there.found(), Credential)


async def test_closing_ends_what_is_under_way(there: Setting) -> None:
    there.servers.hold = asyncio.Event()
    waiting = asyncio.create_task(there.certificates.fetch(maker.X5U))
    await asyncio.sleep(0)
    await there.certificates.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
