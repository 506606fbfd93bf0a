"""Real connections to receivers on loopback, good and hostile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.kernel.errors import BadInput
from gateway.net.outside import NotReached, Outside
from tests.integration.net.names import resolve_by, server_for
from tests.integration.receiver import Received, Receiver, Writer, receiver, silence, status

NAME = "hooks.example"


@asynccontextmanager
async def outside(*allowed: str, ca_file: Path | None = None) -> AsyncIterator[Outside]:
    one = Outside([ip_network(text) for text in allowed], ca_file)
    try:
        yield one
    finally:
        await one.close()


async def refused(client: Outside, url: str, *, within_s: float = 30) -> NotReached:
    with pytest.raises(NotReached) as error:
        await client.request("POST", url, body=b"{}", within_s=within_s)
    return error.value


async def test_the_answer_and_what_was_sent() -> None:
    async with receiver(status(201, "X-Thing: yes\r\n", b"made")) as there, outside("127.0.0.0/8") as client:
        answer = await client.request("POST", there.url, body=b"abc", headers={"X-Mine": "1"}, within_s=30)
    assert (answer.status, answer.body, answer.cut, answer.headers["x-thing"]) == (201, b"made", False, "yes")
    one = there.requests[0]
    assert (one.line, one.body, one.headers["x-mine"]) == ("POST /hook HTTP/1.1", b"abc", "1")
    assert one.headers["host"] == f"127.0.0.1:{there.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
async def test_nothing_inside_is_reached_by_any_way_of_writing_it(host: str) -> None:
    async with receiver() as there, outside() as client:
        for scheme in ("http", "https"):
            error = await refused(client, f"{scheme}://{host}:{there.port}/")
            assert error.code == "outside.forbidden"
    assert there.connections == 0


async def test_a_name_that_leads_inside_is_refused_with_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_by(monkeypatch, {NAME: [["127.0.0.1"]]})
    async with receiver() as there, outside("10.0.0.0/8") as client:
        error = await refused(client, f"https://{NAME}:{there.port}/")
    assert error.code == "outside.forbidden" and "loopback" in error.detail
    assert there.connections == 0


async def test_a_name_that_changes_its_mind_is_asked_once_and_the_checked_address_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolve_by(monkeypatch, {NAME: [["127.0.0.2"], ["127.0.0.1"]]})
    async with receiver() as inside, outside("127.0.0.2/32") as client:
        error = await refused(client, f"http://{NAME}:{inside.port}/")
        assert error.code == "outside.connect"  # at the checked address nobody listens
    assert asked == [NAME]
    assert inside.connections == 0


async def test_of_several_addresses_only_the_allowed_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(host="127.0.0.1") as inside:
        resolve_by(monkeypatch, {NAME: [["127.0.0.1", "127.0.0.3"]]})
        async with outside("127.0.0.3/32") as client:
            error = await refused(client, f"http://{NAME}:{inside.port}/")
        assert error.code == "outside.connect" and inside.connections == 0


async def test_tls_is_spoken_with_the_name_although_the_address_is_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context, authority = server_for(NAME, tmp_path)
    resolve_by(monkeypatch, {NAME: [["127.0.0.1"]]})
    async with receiver(tls=context) as there, outside("127.0.0.0/8", ca_file=authority) as client:
        url = f"https://{NAME}:{there.port}/hook"
        assert (await client.request("POST", url, within_s=30)).status == 204
        assert (there.requests[0].sni, there.requests[0].headers["host"]) == (NAME, f"{NAME}:{there.port}")
        # by another name of the same address: that connection is not used again, and its certificate does not fit
        resolve_by(monkeypatch, {"other.example": [["127.0.0.1"]]})
        error = await refused(client, f"https://other.example:{there.port}/hook")
    assert error.code == "outside.tls" and "other.example" in error.detail
    assert len(there.requests) == 1


async def test_a_certificate_of_nobody_known_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, _ = server_for(NAME, tmp_path)
    resolve_by(monkeypatch, {NAME: [["127.0.0.1"]]})
    async with receiver(tls=context) as there, outside("127.0.0.0/8") as client:
        error = await refused(client, f"https://{NAME}:{there.port}/hook")
    assert error.code == "outside.tls" and not there.requests


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    async with (
        receiver() as inside,
        receiver(status(302, f"Location: {inside.url}\r\n")) as there,
        outside("127.0.0.0/8") as client,
    ):
        answer = await client.request("POST", there.url, within_s=30)
    assert answer.status == 302 and inside.connections == 0


async def test_a_huge_answer_is_cut() -> None:
    async def huge(_: Received, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with receiver(huge) as there, outside("127.0.0.0/8") as client:
        answer = await client.request("GET", there.url, within_s=60, most_bytes=1000)
    assert (answer.status, len(answer.body), answer.cut) == (200, 1000, True)


async def drip(_: Received, writer: Writer) -> None:
    """Every byte in time, the whole never."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("answering", [silence, drip])
async def test_who_is_silent_or_drips_is_given_up(answering: object) -> None:
    async with receiver(answering) as there, outside("127.0.0.0/8") as client:  # type: ignore[arg-type]
        error = await refused(client, there.url, within_s=1)
    assert error.code == "outside.timeout" and len(there.requests) == 1


async def test_what_speaks_no_http_is_told_so() -> None:
    async def telnet(_: Received, writer: Writer) -> None:
        writer.write(b"login: \r\n\r\n")

    async with receiver(telnet) as there, outside("127.0.0.0/8") as client:
        assert (await refused(client, there.url)).code == "outside.http"


async def test_a_name_of_nobody_is_told_so() -> None:
    async with outside() as client:
        assert (await refused(client, "https://nobody.invalid/")).code == "outside.name"


async def test_without_tls_only_a_network_of_the_settings_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_by(monkeypatch, {NAME: [["192.88.98.1"]]})  # of the internet
    async with outside("127.0.0.0/8") as client:
        error = await refused(client, f"http://{NAME}/")
    assert error.code == "outside.forbidden" and "TLS" in error.detail


async def test_the_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(status(500)) as proxy, receiver() as there:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with outside("127.0.0.0/8") as client:
            assert (await client.request("POST", there.url, within_s=30)).status == 204
    assert isinstance(proxy, Receiver) and proxy.connections == 0


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example/", "https://", "https:///path", "x", "https://user:secret@x.example/", "https://x.example/#a"],
)
async def test_what_is_no_url_for_this_is_refused_in_words(url: str) -> None:
    async with outside() as client:
        with pytest.raises(BadInput) as error:
            await client.request("POST", url, within_s=30)
    assert error.value.todo == "write https://host/path" and "secret" not in error.value.detail
