"""LiveKit's webhooks: those of a running livekit-server are read, those that somebody else signed are not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from livekit import api, rtc
from pydantic import SecretStr

from gateway.calls.ports import RoomEvent
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.ids import new_id
from gateway.livekit.webhooks import webhook_reader
from gateway.settings import LiveKitSettings
from tests.integration.switchboard import Switchboard

pytestmark = pytest.mark.asyncio(loop_scope="session")
Read = Callable[[bytes, str], RoomEvent | None]
KEY, SECRET = "gateway", "s" * 40
BODY = json.dumps(
    {
        "event": "participant_left", "id": "EV_1", "createdAt": "1790000000", "room": {"name": "call-1", "sid": "RM_1"},
        "participant": {
            "identity": "sip_+15105550199", "kind": "SIP", "disconnectReason": "CLIENT_INITIATED",
            "attributes": {"sip.callID": "SCL_1"}, "joinedAt": "1789999990",
        },
        "aFieldOfTomorrow": {"x": 1},
    }
).encode()  # fmt: skip


@pytest.fixture
def read() -> Read:
    return webhook_reader(LiveKitSettings(api_key=KEY, api_secret=SecretStr(SECRET)))


def signed(body: bytes, *, key: str = KEY, secret: str = SECRET, lasts: timedelta = timedelta(minutes=5)) -> str:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return api.AccessToken(key, secret).with_sha256(digest).with_ttl(lasts).to_jwt()


async def test_a_signed_event_is_read(read: Read) -> None:
    for authorization in (signed(BODY), f"Bearer {signed(BODY)}"):
        event = read(BODY, authorization)
        assert event and event.participant
        assert (event.id, event.name, event.room) == ("EV_1", "participant_left", "call-1")
        assert event.at == datetime.fromtimestamp(1790000000, UTC)
        assert event.client_initiated
        assert (event.participant.identity, event.participant.kind) == ("sip_+15105550199", "sip")
        assert event.participant.attributes == {"sip.callID": "SCL_1"}


async def test_an_event_about_no_room_is_nothing_to_us(read: Read) -> None:
    body = b'{"event": "egress_started", "id": "EV_2", "createdAt": "1790000000"}'
    assert read(body, signed(body)) is None


async def test_an_event_without_a_participant_has_none(read: Read) -> None:
    body = b'{"event": "room_finished", "id": "EV_3", "createdAt": "1790000000", "room": {"name": "call-1"}}'
    event = read(body, signed(body))
    assert event and event.participant is None and not event.client_initiated


WRONG = {
    "nothing": "",
    "nonsense": "Bearer nonsense",
    "another secret": signed(BODY, secret="t" * 40),
    "another key": signed(BODY, key="devkey"),
    "another body": signed(BODY + b" "),
    "out of date": signed(BODY, lasts=timedelta(minutes=-10)),
    "a token for a room": api.AccessToken(KEY, SECRET).with_grants(api.VideoGrants(room_list=True)).to_jwt(),
    "no algorithm": "eyJhbGciOiJub25lIn0.eyJpc3MiOiJnYXRld2F5In0.",
}


@pytest.mark.parametrize("authorization", WRONG.values(), ids=WRONG)
async def test_a_wrong_signature_is_refused(read: Read, authorization: str) -> None:
    with pytest.raises(NotAuthenticated):
        read(BODY, authorization)


@pytest.mark.parametrize("body", [b"", b"not json", b'{"room": 7}', b"\xff"])
async def test_a_signed_body_that_is_no_event_is_refused(read: Read, body: bytes) -> None:
    with pytest.raises(NotAuthenticated):
        read(body, signed(body))


@pytest_asyncio.fixture(loop_scope="session")
async def arrived(switchboard: Switchboard) -> AsyncIterator[asyncio.Queue[tuple[bytes, str]]]:
    """What livekit-server posts, as it arrives."""
    queue: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        queue.put_nowait((await request.read(), request.headers.get("Authorization", "")))
        return web.Response()

    app = web.Application()
    app.router.add_post("/internal/v1/livekit-webhooks", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, switchboard.plan.host, switchboard.plan.ports.internal).start()
    yield queue
    await runner.cleanup()


async def test_what_a_running_livekit_server_posts_is_read(
    switchboard: Switchboard, arrived: asyncio.Queue[tuple[bytes, str]]
) -> None:
    read = webhook_reader(switchboard.settings)
    name = new_id("call")
    room = rtc.Room()
    await room.connect(switchboard.url, switchboard.token("phone", name))
    await room.disconnect()
    seen: dict[str, RoomEvent] = {}
    async with asyncio.timeout(30):
        while "participant_left" not in seen:
            event = read(*await arrived.get())
            if event and event.room == name:
                seen[event.name] = event
    assert {"room_started", "participant_joined", "participant_left"} <= set(seen)
    left = seen["participant_left"]
    assert left.participant and left.participant.identity == "phone"
    assert left.client_initiated
    assert abs(datetime.now(UTC) - left.at) < timedelta(minutes=1)
