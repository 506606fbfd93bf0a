"""How a call out reaches its trunk: by name, over TLS, encrypted, and once for one request."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from livekit import api

from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.psrpc import PsrpcClient
from gateway.sip.bus.psrpc_pb2 import InternalCreateSIPParticipantRequest, InternalCreateSIPParticipantResponse
from gateway.sip.bus.sip_internal import DIAL, SERVICE
from gateway.sip.dial_address import HostAddresses
from gateway.sip.node import SipNode
from gateway.sip.wire.tls import TlsOptions
from gateway.sip.wire.ua import UserAgent
from gateway.sip.wire.udp import Address
from tests.integration.sip_node.callee import IDENTITY, OURS, ROOM, THEIRS, Callee, callee_and_client, client_to
from tests.integration.sip_node.caller import HOST, settings_for
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import Switchboard
from tests.unit.sip_wire.certificates import Authority


async def test_a_trunk_is_found_by_its_host_name(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    async with callee_and_client(switchboard) as (callee, _):
        by_name = await client_to(switchboard, f"localhost:{callee.agent.port}")
        dialling = by_name.dials()
        call = await callee.invited()
        assert call.request_uri.host == "localhost"
        callee.picks_up(call)
        await dialling
        await control_plane.fact("leg_answered")


async def test_a_server_that_takes_no_connection_is_passed_over_for_the_next_one(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as deaf:  # bound and not listening: a connection is refused, and nobody else can take the port
        deaf.bind((HOST, 0))
        async with callee_and_client(switchboard) as (callee, _):
            servers = [(HOST, deaf.getsockname()[1]), (HOST, callee.agent.port)]

            async def of(*_: object) -> list[Address]:
                return servers

            monkeypatch.setattr(HostAddresses, "of", of)
            by_name = await client_to(switchboard, "carrier.example", transport=api.SIPTransport.SIP_TRANSPORT_TCP)
            dialling = by_name.dials()
            call = await callee.invited()
            assert call.transport == "tcp"
            callee.picks_up(call)
            await dialling
            await control_plane.fact("leg_answered")


async def test_one_request_that_is_asked_twice_is_one_call_and_both_are_told(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    """As when whoever asked did not hear the answer, and asks again with the same call id."""
    async with callee_and_client(switchboard) as (callee, client):
        bus = BusConnection(switchboard.plan.redis_url)
        asker = PsrpcClient(bus, SERVICE)
        await bus.start()
        request = InternalCreateSIPParticipantRequest(
            sip_call_id="SCL_twice", sip_trunk_id=client.trunk_id, address=f"{HOST}:{callee.agent.port}",
            number=OURS, call_to=THEIRS, room_name=ROOM, participant_identity=IDENTITY, wait_until_answered=True,
        )  # fmt: skip
        asking = [asyncio.ensure_future(asker.call(DIAL, request, within_s=30)) for _ in range(2)]
        call = await callee.invited()
        callee.picks_up(call)
        answers = [InternalCreateSIPParticipantResponse.FromString(await one) for one in asking]
        assert answers[0] == answers[1]
        assert answers[0].sip_call_id == "SCL_twice"
        assert callee.invites == 1
        assert len(control_plane.asked) == 1
        await bus.close()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def tls_node(
    switchboard: Switchboard, control_plane: FakeControlPlane, tmp_path: Path, authority: Authority
) -> AsyncIterator[SipNode]:
    own = authority.issue(HOST)
    settings = settings_for(
        switchboard, tmp_path / "state", tls_port=switchboard.plan.ports.rtp_low + 90,
        tls_certificate=own.certificate, tls_private_key=own.private_key, tls_ca_file=authority.file,
    )  # fmt: skip
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    yield node
    await node.stop()


class TlsCallee(Callee):
    """A callee with a certificate for `host`."""

    def __init__(self, switchboard: Switchboard, signed_by: Authority, known_to: Authority, host: str) -> None:
        super().__init__(switchboard)
        shown = signed_by.issue(host)
        port = switchboard.plan.ports.rtp_low + 92
        tls = TlsOptions(port, shown.certificate, shown.private_key, ca_file=known_to.file)
        self.agent = UserAgent(HOST, 0, tls=tls, on_invite=self._on_invite)


TLS = api.SIPTransport.SIP_TRANSPORT_TLS


async def test_a_call_over_tls_is_made_to_whom_the_certificate_names(
    switchboard: Switchboard, tls_node: SipNode, control_plane: FakeControlPlane, authority: Authority
) -> None:
    callee = TlsCallee(switchboard, authority, authority, "localhost")
    await callee.agent.start()
    client = await client_to(switchboard, f"localhost:{callee.agent.tls_port}", transport=TLS)
    dialling = client.dials()
    call = await callee.invited()
    assert call.transport == "tls"
    callee.picks_up(call)
    await dialling
    await call.hangup()
    assert (await control_plane.fact("leg_left"))["slug"] == "completed"
    await callee.stop()


@pytest.mark.parametrize("wrong", ["name", "authority"])
async def test_a_call_over_tls_to_somebody_else_is_not_made(
    switchboard: Switchboard, tls_node: SipNode, control_plane: FakeControlPlane, authority: Authority,
    tmp_path: Path, wrong: str,
) -> None:  # fmt: skip
    signed_by = authority if wrong == "name" else Authority(tmp_path, "stranger")
    callee = TlsCallee(switchboard, signed_by, authority, "other.example" if wrong == "name" else "localhost")
    await callee.agent.start()
    client = await client_to(switchboard, f"localhost:{callee.agent.tls_port}", transport=TLS)
    with pytest.raises(api.SipCallError) as failed:
        await client.dial(wait_until_answered=True)
    assert failed.value.sip_status_code == 503
    assert callee.invites == 0
    assert (await control_plane.fact("dial_failed"))["slug"] == "unreachable"
    await callee.stop()


async def test_encryption_that_is_required_is_offered_and_a_plain_answer_ends_the_call(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    media = api.SIPMediaConfig(encryption=api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE)
    async with callee_and_client(switchboard) as (callee, client):
        dialling = client.dials(media=media)
        call = await callee.invited()
        assert call.offer and b"RTP/SAVP" in call.offer and b"a=crypto:" in call.offer
        call.answer(
            b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
        )
        with pytest.raises(api.SipCallError) as failed:
            await dialling
        assert failed.value.sip_status_code == 488
        await asyncio.wait_for(callee.bye.wait(), 20)
    assert (await control_plane.fact("dial_failed"))["slug"] == "no_codec"
