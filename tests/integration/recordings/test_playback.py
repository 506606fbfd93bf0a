"""Who may play a recording, and who may not: by scope, by link, in parts; each time it is in the ledger."""

from __future__ import annotations

import pytest

from gateway.auth.scopes import Role
from gateway.bootstrap import rotate_recording_keys
from tests.integration.control_plane.plane import client_of, problem
from tests.integration.recordings.conftest import Office


async def test_with_the_scope_it_is_played_and_without_it_is_refused_and_both_are_in_the_ledger(
    office: Office,
) -> None:
    order = await office.ready()
    played = await office.played(order.recording_id)
    assert played.status_code == 200 and played.headers["content-type"] == "audio/ogg"
    assert played.content.startswith(b"OggS") and len(played.content) == int(played.headers["content-length"])
    assert played.headers["cache-control"] == "no-store"
    for role in (Role.VIEWER, Role.OPERATOR):
        refused = await office.played(order.recording_id, client=office.plane.clients[role])
        assert refused.status_code == 403
    async with client_of(office.plane.app) as nobody:
        assert (await office.played(order.recording_id, client=nobody)).status_code == 401
        assert (await office.played("rec_nonsense", client=nobody)).status_code == 401  # and leaves nothing
    told = [one for one in await office.ledger() if one["kind"] == "playback"]
    assert [one["facts"]["refused"] for one in told] == ["", "auth.forbidden", "auth.forbidden", "auth.required"]
    assert all(one["facts"]["recording_id"] == order.recording_id for one in told)
    assert told[1]["actor"] != told[0]["actor"] != "nobody" == told[3]["actor"]


async def test_a_part_is_what_it_is_of_the_whole(office: Office) -> None:
    order = await office.ready()
    whole = (await office.played(order.recording_id)).content
    size = len(whole)
    for asked, part in (
        ("bytes=0-0", (0, 1)),
        ("bytes=100-4999", (100, 5000)),
        (f"bytes={size - 10}-", (size - 10, size)),
        ("bytes=-7", (size - 7, size)),
        (f"bytes=5-{size * 2}", (5, size)),
    ):
        answer = await office.played(order.recording_id, headers={"Range": asked})
        assert answer.status_code == 206, asked
        assert answer.content == whole[part[0] : part[1]]
        assert answer.headers["content-range"] == f"bytes {part[0]}-{part[1] - 1}/{size}"
    beyond = await office.played(order.recording_id, headers={"Range": f"bytes={size}-"})
    assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{size}"
    for odd in ("bytes=", "bytes=9-1", "chunks=0-1", "bytes=0-1,4-5"):
        assert (await office.played(order.recording_id, headers={"Range": odd})).content == whole


async def test_a_link_plays_without_a_key_until_it_expires(office: Office) -> None:
    order = await office.ready()
    made = await office.plane.admin.post(f"/v1/recordings/{order.recording_id}/links", json={"minutes": 10})
    assert made.status_code == 201
    path = made.json()["path"]
    async with client_of(office.plane.app) as nobody:
        assert (await nobody.get(path)).content.startswith(b"OggS")
        office.plane.clock.go(601)
        assert problem(await nobody.get(path))["code"] == "recording.link_expired"
        assert problem(await nobody.get(path[:-3] + "abc"))["code"] == "recording.link_invalid"
    too_long = await office.plane.admin.post(f"/v1/recordings/{order.recording_id}/links", json={"minutes": 16})
    assert too_long.status_code == 422
    told = [one["facts"] for one in await office.ledger() if one["kind"] == "playback"]
    assert [(one["act"], one["by_link"], one["refused"]) for one in told] == [
        ("link", False, ""), ("play", True, ""), ("play", True, "recording.link_expired"),
        ("play", True, "recording.link_invalid"),
    ]  # fmt: skip


async def test_a_link_is_for_one_recording_and_ends_with_the_key_that_made_it(office: Office) -> None:
    order = await office.ready()
    made = await office.plane.admin.post("/v1/api-keys", json={"name": "player", "role": "admin"})
    async with client_of(office.plane.app, made.json()["key"]) as other, client_of(office.plane.app) as nobody:
        path = (await other.post(f"/v1/recordings/{order.recording_id}/links", json={})).json()["path"]
        elsewhere = path.replace(order.recording_id, "rec_01kaaaaaaaaaaaaaaaaaaaaaaa")
        assert problem(await nobody.get(elsewhere))["code"] == "recording.link_invalid"
        assert (await nobody.get(path)).status_code == 200
        await office.plane.admin.delete(f"/v1/api-keys/{made.json()['id']}")
        assert problem(await nobody.get(path))["code"] == "recording.link_revoked"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_who_may_not_play_can_make_no_link_and_erase_nothing(office: Office, role: Role) -> None:
    order = await office.ready()
    client = office.plane.clients[role]
    assert (await client.post(f"/v1/recordings/{order.recording_id}/links", json={})).status_code == 403
    assert (await client.delete(f"/v1/recordings/{order.recording_id}")).status_code == 403
    assert (await office.played(order.recording_id)).status_code == 200


async def test_an_erased_recording_has_no_key_and_no_file_and_playing_it_is_refused_and_told(office: Office) -> None:
    order = await office.ready()
    assert (await office.plane.admin.delete(f"/v1/recordings/{order.recording_id}")).status_code == 204
    assert (await office.plane.admin.delete(f"/v1/recordings/{order.recording_id}")).status_code == 204
    assert problem(await office.played(order.recording_id))["code"] == "recording.erased"
    assert not office.recorder.storage.local.names()
    (row,) = await office.plane.rows("SELECT wrapped_key, state FROM recordings")
    assert (row["wrapped_key"], row["state"]) == (None, "erased")
    assert (await office.shown(order.recording_id))["erased_at"]
    told = [(one["kind"], one["facts"]["refused"]) for one in await office.ledger() if "refused" in one["facts"]]
    assert told[-2:] == [("erasure", ""), ("playback", "recording.erased")]


async def test_what_is_erased_while_it_is_written_is_stopped_and_goes(office: Office) -> None:
    order = await office.started()
    office.recorder.hear(order.recording_id, 2)
    assert (await office.plane.admin.delete(f"/v1/recordings/{order.recording_id}")).status_code == 204
    assert (await office.recorder.orders()).stop == [order.recording_id]
    await office.recorder.end(order)
    await office.recorder.settle_all()
    assert not office.recorder.storage.local.names()
    assert (await office.shown(order.recording_id))["state"] == "erased"


async def test_a_damaged_file_is_refused_by_name_and_told(office: Office) -> None:
    order = await office.ready()
    (name,) = office.recorder.storage.local.names()
    path = office.recorder.storage.local.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert problem(await office.played(order.recording_id))["code"] == "recording.truncated"
    path.write_bytes(b"")
    assert problem(await office.played(order.recording_id))["code"] == "recording.header_broken"
    path.unlink()
    assert problem(await office.played(order.recording_id))["code"] == "recording.file_gone"
    path.write_bytes(whole)
    assert (await office.played(order.recording_id)).status_code == 200
    refused = [one["facts"]["refused"] for one in await office.ledger() if one["kind"] == "playback"]
    assert refused == ["recording.truncated", "recording.header_broken", "recording.file_gone", ""]


async def test_a_rotation_wraps_keys_anew_and_touches_no_file(office: Office) -> None:
    order = await office.ready()
    (name,) = office.recorder.storage.local.names()
    path = office.recorder.storage.local.folder / name
    before, whole = await office.shown(order.recording_id), path.read_bytes()
    for _ in range(3):
        fresh, count = await rotate_recording_keys(office.plane.container.settings)
        assert count == 1
        assert (await office.shown(order.recording_id))["key_id"] == fresh != before["key_id"]
        assert (await office.played(order.recording_id)).status_code == 200
    assert path.read_bytes() == whole


async def test_nothing_of_it_is_on_disk_in_plain(office: Office) -> None:
    order = await office.ready()
    plain = (await office.played(order.recording_id)).content
    folder = office.plane.container.settings.state_dir
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        content = path.read_bytes()
        assert b"OggS" not in content and b"OpusHead" not in content and plain[200:260] not in content, path
