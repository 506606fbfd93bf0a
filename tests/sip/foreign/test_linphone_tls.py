"""linphone checks whom it calls over TLS: a TLS library and a way to look at certificates that are not ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import settings_for
from tests.integration.sip_node.fakes import FakeControlPlane, until
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.conftest import THEIR_HERTZ, tls_port_of
from tests.sip.foreign.linphone import Linphone
from tests.sip.foreign.speaker import speaker_when_called
from tests.unit.sip_wire.certificates import Authority, Certified

NAME = "localhost"


@asynccontextmanager
async def node_that_shows(
    certificate: Certified, switchboard: Switchboard, control_plane: FakeControlPlane, folder: Path
) -> AsyncIterator[str]:
    """Gives the URI to call it by."""
    settings = settings_for(
        switchboard, folder / "state", tls_port=tls_port_of(switchboard), tls_certificate=certificate.certificate,
        tls_private_key=certificate.private_key,
    )  # fmt: skip
    await switchboard.add_trunk_and_rule()
    node = SipNode(settings, control_plane_transport=control_plane.transport)
    await node.start()
    try:
        yield f"sip:{NUMBER}@{NAME}:{tls_port_of(switchboard)};transport=tls"
    finally:
        await node.stop()


async def test_a_phone_that_can_believe_our_certificate_calls_us(
    switchboard: Switchboard, control_plane: FakeControlPlane, authority: Authority, microphone: Path, tmp_path: Path
) -> None:
    async with (
        node_that_shows(authority.issue(NAME), switchboard, control_plane, tmp_path) as uri,
        speaker_when_called(switchboard) as coming,
    ):
        with Linphone(tmp_path, "caller", microphone, authority=authority.file) as phone:
            phone.call(uri)
            await (await coming).hears(THEIR_HERTZ)
            phone.hang_up()
            left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("completed", "caller")
    assert control_plane.asked[0]["transport"] == "tls"


@pytest.mark.parametrize("wrong", ["name", "authority"])
async def test_a_phone_that_cannot_believe_our_certificate_calls_nobody_and_says_why(
    switchboard: Switchboard, control_plane: FakeControlPlane, authority: Authority, stranger: Authority,
    microphone: Path, tmp_path: Path, wrong: str,
) -> None:  # fmt: skip
    shown = authority.issue("other.example") if wrong == "name" else stranger.issue(NAME)
    async with node_that_shows(shown, switchboard, control_plane, tmp_path) as uri:
        with Linphone(tmp_path, "caller", microphone, authority=authority.file) as phone:
            phone.call(uri)
            await until(lambda: "Certificate verification failed" in phone.log.read_text(errors="replace"), "a reason")
            await until(lambda: "Call 1 with" in phone.log.read_text(errors="replace"), "the end of the call")
    assert control_plane.asked == []
