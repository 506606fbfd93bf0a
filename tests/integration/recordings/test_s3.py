"""With S3-compatible storage a recording moves there in its pass, and nothing of it stays in the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.s3_server import CREDENTIALS, Kept, s3_server
from tests.integration.control_plane.plane import problem
from tests.integration.recordings.conftest import Office


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """Before the control plane, which reads it from its settings."""
    with s3_server() as (endpoint, kept):
        settings = {
            "ENDPOINT": endpoint, "BUCKET": "calls", "REGION": CREDENTIALS.region,
            "ACCESS_KEY": CREDENTIALS.access_key, "SECRET_KEY": CREDENTIALS.secret_key,
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(f"GATEWAY_RECORDINGS__S3__{name}", value)
        yield kept


async def test_it_moves_there_is_played_from_there_and_erased_there(s3: Kept, office: Office) -> None:
    order = await office.ready(seconds=30)
    assert (await office.shown(order.recording_id))["store"] == "s3"
    assert not office.recorder.storage.local.names() and len(s3.objects) == 1
    (content,) = s3.objects.values()
    assert content.startswith(b"GWREC") and b"OggS" not in content
    whole = await office.played(order.recording_id)
    assert whole.content.startswith(b"OggS")
    part = await office.played(order.recording_id, headers={"Range": "bytes=1000-1999"})
    assert part.content == whole.content[1000:2000]
    assert (await office.plane.admin.delete(f"/v1/recordings/{order.recording_id}")).status_code == 204
    assert not s3.objects


async def test_spans_that_come_later_are_silenced_there(s3: Kept, office: Office) -> None:
    order = await office.ready(seconds=5)
    before = (await office.played(order.recording_id)).content
    await office.plane.container.recording.desk._trim(office.call.id, 1000, "eff_later")
    assert problem(await office.played(order.recording_id))["code"] == "recording.not_redacted"
    await office.recorder.settle_all()
    assert (await office.played(order.recording_id)).content != before


async def test_while_the_storage_is_away_it_cannot_be_played_and_is_not_lost(s3: Kept, office: Office) -> None:
    order = await office.ready(seconds=2)
    s3.failing = 3
    answer = await office.played(order.recording_id)
    assert (answer.status_code, problem(answer)["code"]) == (503, "recording.storage")
    assert (await office.played(order.recording_id)).status_code == 200
