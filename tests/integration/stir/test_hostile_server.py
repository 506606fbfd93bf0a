"""A certificate server that is slow, endless, huge or a liar, over real TLS: no call waits for it, nothing inside is
reached, and the next one is served."""

from __future__ import annotations

import asyncio
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from compliance.stir_shaken.certificates import AGAIN_AFTER, FAILURE_KEPT, MOST_FETCHES
from compliance.stir_shaken.chain import Credential
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.verdict import PASSED
from tests.integration.net.names import resolve_by, server_for
from tests.integration.receiver import Answering, Received, Writer, receiver, silence, status
from tests.integration.stir.answers import (
    bomb,
    dripping,
    dripping_head,
    endless,
    endless_head,
    garbage,
    huge,
    pem,
    reset,
    short,
)  # fmt: skip
from tests.integration.stir.setting import GENEROUS_S, NAME, Serve, setting
from tests.stir import maker


async def test_a_good_server_is_asked_once_and_the_call_is_vouched_for(serve: Serve) -> None:
    there = await serve(pem())
    there.be_patient()
    assert (await there.verdict()).verstat == PASSED
    assert (await there.verdict()).attest == "A"
    (request,) = there.server.requests
    assert request.line == "GET /passport.pem HTTP/1.1" and request.sni == NAME
    assert request.headers["host"] == f"{NAME}:{there.server.port}"


@pytest.mark.parametrize(
    ("answering", "slug"),
    [
        (silence, "fetch_timeout"),
        (dripping, "fetch_timeout"),
        (dripping_head, "fetch_timeout"),
        (endless, "fetch_size"),
        (endless_head, "fetch_http"),
        (huge, "fetch_size"),
        (bomb, "no_certificate"),
        (garbage, "fetch_http"),
        (short, "fetch_http"),
        (reset, "fetch_http"),
        (status(500), "fetch_status"),
        (status(204), "fetch_status"),
        (status(206, body=maker.bundle()), "fetch_status"),
        (pem(b"<html>not a certificate</html>", "Content-Type: text/html\r\n"), "no_certificate"),
        (pem(b""), "no_certificate"),
        (pem(b"\x00" * 65_536), "no_certificate"),
        (pem(maker.bundle() + b"\n" * 65_536), "fetch_size"),
    ],
)
async def test_a_server_that_does_not_do_its_work_costs_a_call_its_budget_and_no_more(
    serve: Serve, answering: Answering, slug: str
) -> None:
    there = await serve(answering, pem())
    if slug != "fetch_timeout":
        there.be_patient()
    assert await there.slug() == slug
    assert await there.slug() == slug and len(there.server.requests) <= 1  # the failure is kept
    there.clock.at += FAILURE_KEPT
    there.be_patient()
    assert (await there.verdict()).verstat == PASSED  # and the server that has come to its senses is asked again


async def test_a_redirect_to_something_inside_is_not_followed(serve: Serve) -> None:
    async with receiver() as inside:
        for code in (301, 302, 303, 307, 308):
            there = await serve(status(code, f"Location: {inside.url}\r\n"))
            there.be_patient()
            assert await there.slug() == "fetch_redirect"
            assert len(there.server.requests) == 1
    assert inside.connections == 0


async def test_a_name_that_leads_inside_is_not_asked(serve: Serve) -> None:
    there = await serve(pem(), networks="192.0.2.0/24")
    there.be_patient()
    assert await there.slug() == "fetch_forbidden"
    assert there.server.connections == 0


async def test_a_name_that_changes_its_mind_leads_to_the_address_that_was_looked_at(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First an address that may be asked, then one inside: a second look-up would reach the server there."""
    there = await serve(pem(), networks="127.0.0.2/32")
    there.be_patient()
    asked = resolve_by(monkeypatch, {NAME: [["127.0.0.2"], ["127.0.0.1"]]})
    assert await there.slug() == "fetch_connect"  # at the address that was looked at nobody listens
    assert asked == [NAME] and there.server.connections == 0


async def test_of_several_addresses_those_inside_are_left_out(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    there = await serve(pem(), networks="127.0.0.2/32")
    there.be_patient()
    resolve_by(monkeypatch, {NAME: [["127.0.0.1", "127.0.0.2"]]})
    assert await there.slug() == "fetch_connect"
    assert there.server.connections == 0


@pytest.mark.parametrize("answer", [pem(), silence])
async def test_who_has_the_tls_certificate_of_another_name_is_not_asked(serve: Serve, answer: Answering) -> None:
    there = await serve(answer, name="another.example")
    there.be_patient()
    assert await there.slug() == "fetch_tls"
    assert there.server.requests == []


async def test_who_speaks_no_tls_is_not_asked(serve: Serve) -> None:
    there = await serve(pem())
    there.be_patient()
    heard: list[bytes] = []

    async def plain(reader: asyncio.StreamReader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await there.slug(f"https://{NAME}:{port}/passport.pem") == "fetch_tls"
    assert not any(b"passport.pem" in one for one in heard)


async def test_a_certificate_of_nobody_known_is_not_believed(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await serve(pem())
    there.be_patient()
    other = tmp_path / "other"
    other.mkdir()
    _, stranger = server_for(NAME, other)
    async with setting(there.server, stranger, "127.0.0.0/8", monkeypatch) as elsewhere:
        assert await elsewhere.slug() == "fetch_tls"
    assert there.server.requests == []


async def test_a_handshake_that_never_ends_is_given_up(serve: Serve) -> None:
    """Whoever takes the connection and says nothing."""
    there = await serve(pem())
    taken = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: Writer) -> None:
        taken.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await there.slug(f"https://{NAME}:{port}/") == "fetch_timeout"
        assert taken.is_set()


async def test_many_calls_at_once_ask_once(serve: Serve) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def held(request: Received, writer: Writer) -> None:
        asked.set()
        await go.wait()
        await pem()(request, writer)

    there = await serve(held)
    there.be_patient()
    calls = [asyncio.create_task(there.found()) for _ in range(200)]
    async with asyncio.timeout(GENEROUS_S):
        await asked.wait()
        go.set()
        found = await asyncio.gather(*calls)
    assert all(one is found[0] for one in found) and isinstance(found[0], Credential)
    assert there.server.connections == 1


async def test_a_thousand_addresses_at_once_cost_a_bounded_number_of_connections_and_bytes(serve: Serve) -> None:
    open_now = most = 0
    stuffing = b"-----BEGIN CERTIFICATE-----\n" + b"A" * 60_000

    async def answer(request: Received, writer: Writer) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await pem(stuffing)(request, writer)
        await writer.drain()
        open_now -= 1

    there = await serve(answer)
    there.be_patient()
    urls = [f"{there.url}/{number}" for number in range(1000)]
    tracemalloc.start()
    try:
        found = await asyncio.gather(*(there.found(url) for url in urls))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    slugs = {one.slug for one in found if isinstance(one, Fault)}
    assert len(found) == 1000 and slugs == {"busy", "certificate_syntax"}
    assert 0 < most <= MOST_FETCHES and there.server.connections <= MOST_FETCHES
    assert kept < 16 * 1024 * 1024  # a thousand bodies would be 60 MB


async def test_slow_servers_hold_no_call_and_afterwards_a_good_one_is_asked(serve: Serve) -> None:
    """As many as can be fetched at a time are held by silence; another call is answered meanwhile, with 436."""

    async def by_path(request: Received, writer: Writer) -> None:
        await (silence if "/slow" in request.line else pem())(request, writer)

    there = await serve(by_path)
    slow = [asyncio.create_task(there.slug(f"{there.url}/slow/{number}")) for number in range(MOST_FETCHES)]
    await asyncio.sleep(0)  # each has begun
    assert await there.slug() == "busy" and not any(one.done() for one in slow)
    assert set(await asyncio.gather(*slow)) == {"fetch_timeout"}
    there.clock.at += timedelta(seconds=1)
    there.be_patient()
    assert (await there.verdict()).verstat == PASSED


async def test_a_provider_that_changes_its_key_is_believed_again_and_a_forger_gains_nothing(serve: Serve) -> None:
    new = maker.provider(maker.intermediate(), with_key=maker.key("a provider's new key"))
    there = await serve(pem(), pem(maker.bundle(new)))
    there.be_patient()
    assert (await there.verdict()).verstat == PASSED
    refused = await there.verdict(by=new)
    assert refused.fault is not None and refused.fault.slug == "signature"
    assert not there.certificates.may_have_changed(there.url)  # it has just been fetched
    there.clock.at += AGAIN_AFTER
    assert there.certificates.may_have_changed(there.url)
    assert (await there.verdict(by=new)).verstat == PASSED
    assert not there.certificates.may_have_changed(there.url) and len(there.server.requests) == 2
