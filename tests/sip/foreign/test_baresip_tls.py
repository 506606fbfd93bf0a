"""baresip and the node over TLS, both ways, with encrypted audio on the same call. Each shows a certificate.

The node checks the other side's. baresip 1.0 checks nobody's, whatever authorities it is given.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from livekit import api

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import THEIRS, client_to
from tests.integration.sip_node.caller import settings_for
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.baresip import HOST, Baresip
from tests.sip.foreign.conftest import THEIR_HERTZ, tls_port_of
from tests.sip.foreign.sound import Recording, read_wav, tone
from tests.sip.foreign.speaker import RATE, Speaker, speaker_when_called
from tests.unit.sip_wire.certificates import Authority, Certified

SRTP = "audio_codecs=PCMU;mediaenc=srtp-mand"
TLS = api.SIPTransport.SIP_TRANSPORT_TLS
TOLD = 1000  # Hz


@pytest.fixture
async def tls_node(
    switchboard: Switchboard, control_plane: FakeControlPlane, tmp_path: Path, authority: Authority
) -> AsyncIterator[SipNode]:
    """It takes encrypted audio only, and callers over TLS only with a certificate of its authority."""
    own = authority.issue(HOST)
    control_plane.verdict = AdmissionVerdict(
        verdict="accept", policy=LegPolicy.model_validate({"media": {"encryption": "require"}})
    )
    settings = settings_for(
        switchboard, tmp_path / "state", tls_port=tls_port_of(switchboard), tls_certificate=own.certificate,
        tls_private_key=own.private_key, tls_ca_file=authority.file, tls_ask_clients=True,
    )  # fmt: skip
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    yield node
    await node.stop()


def together(made: Certified) -> Path:
    """Certificate and key in one file, as baresip wants them."""
    file = made.certificate.with_name("both.pem")
    file.write_bytes(made.certificate.read_bytes() + made.private_key.read_bytes())
    return file


def phone_that_shows(shown: Certified, known: Authority, folder: Path, microphone: Path) -> Baresip:
    phone = folder / "phone"
    phone.mkdir()
    return Baresip(phone, THEIRS, microphone, account=SRTP, authority=known.file, certificate=together(shown))


async def test_a_phone_calls_over_tls_with_encrypted_audio_and_both_hear_each_other(
    switchboard: Switchboard, tls_node: SipNode, control_plane: FakeControlPlane, authority: Authority,
    microphone: Path, tmp_path: Path,
) -> None:  # fmt: skip
    await switchboard.add_trunk_and_rule()
    async with speaker_when_called(switchboard) as coming:
        with phone_that_shows(authority.issue("phone.example"), authority, tmp_path, microphone) as phone:
            phone.call(f"sip:{NUMBER}@{HOST}:{tls_port_of(switchboard)};transport=tls")
            await phone.event("CALL_ESTABLISHED")
            agent = await coming
            await agent.hears(THEIR_HERTZ)
            asked = control_plane.asked[0]
            assert asked["transport"] == "tls"
            assert tls_node.live_line(asked["call_id"]).is_encrypted
            await agent.say(tone(TOLD, RATE, 3))
            phone.hang_up()
            left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("completed", "caller")
    assert Recording(*read_wav(phone.heard())).seconds_of(TOLD) > 1


async def test_a_phone_with_a_certificate_of_nobody_known_gets_no_call_through(
    switchboard: Switchboard, tls_node: SipNode, control_plane: FakeControlPlane, authority: Authority,
    stranger: Authority, microphone: Path, tmp_path: Path,
) -> None:  # fmt: skip
    await switchboard.add_trunk_and_rule()
    uri = f"sip:{NUMBER}@{HOST}:{tls_port_of(switchboard)};transport=tls"
    (tmp_path / "known").mkdir()
    with (
        phone_that_shows(stranger.issue("phone.example"), authority, tmp_path, microphone) as phone,
        phone_that_shows(authority.issue("phone.example"), authority, tmp_path / "known", microphone) as known,
    ):
        phone.call(uri)
        await phone.event("CALL_LOCAL_SDP")
        async with speaker_when_called(switchboard):
            known.call(uri)
            await known.event("CALL_ESTABLISHED")
            known.hang_up()
            await control_plane.fact("leg_left")
        phone.hang_up()
        await phone.event("CALL_CLOSED")
        assert not phone.untaken("CALL_RINGING")
    assert len(control_plane.asked) == 1


async def test_a_phone_is_called_over_tls_with_encrypted_audio_and_both_hear_each_other(
    switchboard: Switchboard, tls_node: SipNode, control_plane: FakeControlPlane, authority: Authority,
    microphone: Path, tmp_path: Path,
) -> None:  # fmt: skip
    agent = Speaker(switchboard)
    with phone_that_shows(authority.issue("localhost"), authority, tmp_path, microphone) as phone:
        client = await client_to(switchboard, f"localhost:{phone.tls_port}", transport=TLS)
        await agent.join("office")
        encrypted = api.SIPMediaConfig(encryption=api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE)
        dialling = client.dials(media=encrypted)
        await phone.event("CALL_INCOMING")
        phone.answer()
        await dialling
        await agent.hears(THEIR_HERTZ)
        assert tls_node.live_line(control_plane.asked[0]["call_id"]).is_encrypted
        await agent.say(tone(TOLD, RATE, 3))
        phone.hang_up()
        left = await control_plane.fact("leg_left")
        await agent.leave()
    assert (left["slug"], left["ended_by"]) == ("completed", "callee")
    assert control_plane.asked[0]["transport"] == "tls"
    assert Recording(*read_wav(phone.heard())).seconds_of(TOLD) > 1


@pytest.mark.parametrize("wrong", ["name", "authority"])
async def test_a_phone_whose_certificate_is_not_to_be_believed_is_not_called(
    switchboard: Switchboard, tls_node: SipNode, control_plane: FakeControlPlane, authority: Authority,
    stranger: Authority, microphone: Path, tmp_path: Path, wrong: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shown = authority.issue("other.example") if wrong == "name" else stranger.issue("localhost")
    with phone_that_shows(shown, authority, tmp_path, microphone) as phone:
        client = await client_to(switchboard, f"localhost:{phone.tls_port}", transport=TLS)
        with pytest.raises(api.SipCallError) as failed:
            await client.dial(wait_until_answered=True)
        assert failed.value.sip_status_code == 503
        assert (await control_plane.fact("dial_failed"))["slug"] == "unreachable"
    assert "SSLCertVerificationError" in capsys.readouterr().out
    assert "Incoming call" not in phone.said()
