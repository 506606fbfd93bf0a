"""SIP over TLS between two user agents: certificates are checked both ways, calls go through, strangers do not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.kernel.errors import SetupError
from gateway.settings import SipSettings
from gateway.sip.wire.tls import TlsContexts, TlsOptions
from gateway.sip.wire.ua import UserAgent
from gateway.sip.wire.udp import Address
from tests.unit.sip_wire.certificates import Authority, Certified
from tests.unit.sip_wire.peer import HOST, OFFER, Callee, sdp_for, user_agent

SDP = OFFER.encode()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def options(made: Certified, authority: Authority, *, ask_clients: bool = False) -> TlsOptions:
    return TlsOptions(0, made.certificate, made.private_key, authority.file, ask_clients)


@asynccontextmanager
async def two(
    called: TlsOptions, calling: TlsOptions | None
) -> AsyncIterator[tuple[Callee, UserAgent, tuple[str, int]]]:
    callee = Callee()
    async with user_agent(callee.take, tls=called) as there, user_agent(tls=calling) as here:
        yield callee, here, (HOST, there.tls_port)


async def ring(caller: UserAgent, address: Address, name: str = "") -> None:
    await caller.call(
        "sip:bob@sip.example.org", offer_sdp=SDP, from_user="a", transport="tls", address=address, server_name=name
    )


async def test_a_call_over_tls_is_answered_moved_and_ended_on_its_connection(authority: Authority) -> None:
    made = authority.issue("sip.example.org", HOST)
    async with two(options(made, authority), options(made, authority)) as (callee, here, address):
        line = await here.call(
            "sip:bob@sip.example.org", offer_sdp=SDP, from_user="a", transport="tls", address=address,
            server_name="sip.example.org",
        )  # fmt: skip
        async with asyncio.timeout(30):
            call = await callee.calls.get()
            assert call.transport == "tls" and "transport=tls" in (call.header("Contact") or "")
            assert call.via[0].startswith("SIP/2.0/TLS")
            moved, ended = asyncio.Event(), asyncio.Event()
            call.on_reinvite = lambda offer: moved.set() or SDP
            call.on_bye = ended.set
            call.answer(sdp_for(call))
            await line.answered()
            await line.reinvite(SDP)
            line.on_reinvite = lambda offer: SDP
            await call.reinvite(SDP)
            await line.hangup()
            await ended.wait()
        assert moved.is_set()


@pytest.mark.parametrize("name", ["sip.example.org", ""])
async def test_a_certificate_for_another_name_is_refused(authority: Authority, name: str) -> None:
    made = authority.issue("sip.example.com")
    async with two(options(made, authority), options(made, authority)) as (_, here, address):
        with pytest.raises(ssl.SSLCertVerificationError):
            await ring(here, address, name)


async def test_an_expired_certificate_and_one_of_an_unknown_authority_are_refused(
    authority: Authority, tmp_path: Path
) -> None:
    good, expired = authority.issue(HOST), authority.issue(HOST, days=-1)
    stranger = Authority(tmp_path, "stranger").issue(HOST)
    for shown in (expired, stranger):
        async with two(options(shown, authority), options(good, authority)) as (_, here, address):
            with pytest.raises(ssl.SSLCertVerificationError):
                await ring(here, address)


async def test_who_has_to_show_a_certificate_and_has_none_of_ours_gets_no_call_through(
    authority: Authority, tmp_path: Path
) -> None:
    made = authority.issue(HOST)
    other = Authority(tmp_path, "other")
    stranger = other.issue(HOST)
    trusting = TlsOptions(0, stranger.certificate, stranger.private_key, authority.file)
    async with two(options(made, authority, ask_clients=True), trusting) as (callee, here, address):
        line = await here.call("sip:b@h", offer_sdp=SDP, from_user="a", transport="tls", address=address)
        await line.cancel()
        async with user_agent(tls=options(made, authority)) as welcome:
            await ring(welcome, address)
            call = await asyncio.wait_for(callee.calls.get(), 30)
            assert call.sip_call_id != line.sip_call_id and callee.calls.empty()


async def test_a_node_without_tls_says_so(authority: Authority) -> None:
    async with two(options(authority.issue(HOST), authority), None) as (_, here, address):
        with pytest.raises(ConnectionRefusedError, match="does not speak tls"):
            await ring(here, address)


def test_files_that_are_no_certificates_are_named(tmp_path: Path, authority: Authority) -> None:
    made = authority.issue(HOST)
    with pytest.raises(SetupError, match="missing"):
        TlsContexts(TlsOptions(0, tmp_path / "missing.pem", made.private_key))
    with pytest.raises(SetupError, match="missing"):
        TlsContexts(TlsOptions(0, made.certificate, made.private_key, tmp_path / "missing.pem"))


def test_tls_comes_by_settings_and_needs_its_files() -> None:
    assert TlsOptions.from_settings(SipSettings()) is None
    with pytest.raises(SetupError, match="certificate"):
        TlsOptions.from_settings(SipSettings(tls_port=5061))
    files = {"tls_certificate": "/a", "tls_private_key": "/b", "tls_ask_clients": True}
    made = TlsOptions.from_settings(SipSettings.model_validate({"tls_port": 5061, **files}))
    assert made == TlsOptions(5061, Path("/a"), Path("/b"), None, True)


async def test_a_renewed_certificate_is_shown_without_a_restart_and_half_a_pair_is_not(authority: Authority) -> None:
    used, renewed = authority.issue(HOST), authority.issue(HOST, days=60)
    trust = ssl.create_default_context(cafile=str(authority.file))
    async with user_agent(tls=options(used, authority)) as agent:

        async def shown() -> str:
            _, writer = await asyncio.open_connection(HOST, agent.tls_port, ssl=trust)
            certificate = writer.get_extra_info("peercert")
            writer.close()
            return certificate["serialNumber"]

        first = await shown()
        used.certificate.write_bytes(renewed.certificate.read_bytes())
        agent._renew_certificate()  # its key is still to come
        assert await shown() == first
        used.private_key.write_bytes(renewed.private_key.read_bytes())
        agent._renew_certificate()
        assert await shown() != first
