"""Every store of recordings keeps the same promises: a folder, and S3-compatible storage over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.recordings.local_store import LocalStore
from compliance.recordings.s3_client import Bucket, S3Client
from compliance.recordings.s3_store import PART, S3Store
from compliance.recordings.stores import Store
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import NotFound, Unavailable
from tests.contract.s3_server import CREDENTIALS, Kept, s3_server


@pytest.fixture
def storage() -> Iterator[tuple[str, Kept]]:
    with s3_server() as served:
        yield served


def client_of(endpoint: str, credentials: object = CREDENTIALS) -> S3Client:
    return S3Client(Bucket(endpoint, "calls", credentials, prefix="gateway/ä "), SystemClock())  # type: ignore[arg-type]


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, storage: tuple[str, Kept]) -> Iterator[Store]:
    if request.param == "local":
        yield LocalStore(tmp_path / "recordings")
        return
    client = client_of(storage[0])
    yield S3Store(client)
    client.close()


def read(store: Store, name: str) -> bytes:
    with store.open(name) as source:
        return source.read(0, source.size)


@pytest.mark.parametrize("size", [0, 10, PART + 7, 2 * PART])
def test_what_was_appended_is_read(store: Store, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    sink = store.create("rec_1.rec")
    for start in range(0, size, 700_001):
        sink.append(content[start : start + 700_001])
    sink.close()
    assert read(store, "rec_1.rec") == content
    with store.open("rec_1.rec") as source:
        middle = size // 2
        assert source.read(middle, 5) == content[middle : middle + 5]
        assert source.read(max(size - 3, 0), 50) == content[max(size - 3, 0) :]
        assert source.read(1, 4) == content[1:5]


def test_a_file_is_not_there_before_it_is_whole_nor_after_it_was_abandoned(store: Store) -> None:
    sink = store.create("rec_1.rec")
    sink.append(bytes(PART + 1))
    with pytest.raises(NotFound), store.open("rec_1.rec"):
        pass
    sink.abandon()
    with pytest.raises(NotFound), store.open("rec_1.rec"):
        pass
    again = store.create("rec_1.rec")
    again.append(b"again")
    again.close()
    again.abandon()
    assert read(store, "rec_1.rec") == b"again"


def test_what_is_removed_is_gone_and_may_be_removed_again(store: Store) -> None:
    sink = store.create("rec_1.rec")
    sink.append(b"something")
    sink.close()
    store.remove("rec_1.rec")
    store.remove("rec_1.rec")
    with pytest.raises(NotFound), store.open("rec_1.rec"):
        pass


def test_a_live_file_is_there_as_far_as_it_was_appended(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "recordings")
    sink = store.create_live("rec_1.live.rec")
    sink.append(b"so far")
    assert read(store, "rec_1.live.rec") == b"so far"
    again = store.create_live("rec_1.live.rec")
    again.append(b"anew")
    assert read(store, "rec_1.live.rec") == b"anew"
    assert (tmp_path / "recordings" / "rec_1.live.rec").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../keys/secrets.key", "/etc/passwd", ".", "..", "a/b", ""])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    store = LocalStore(tmp_path / "recordings")
    with pytest.raises(NotFound), store.open(name):
        pass
    with pytest.raises(NotFound):
        store.remove(name)


def test_a_storage_that_fails_for_a_moment_is_asked_again(storage: tuple[str, Kept]) -> None:
    endpoint, kept = storage
    store = S3Store(client_of(endpoint))
    kept.failing = 2
    sink = store.create("rec_1.rec")
    sink.append(b"something")
    sink.close()
    assert read(store, "rec_1.rec") == b"something"
    kept.failing = 100
    with pytest.raises(Unavailable):
        store.remove("rec_1.rec")


def test_a_wrong_secret_is_refused_and_nothing_is_kept(storage: tuple[str, Kept]) -> None:
    endpoint, kept = storage
    wrong = type(CREDENTIALS)("contract", "another secret", CREDENTIALS.region)
    sink = S3Store(client_of(endpoint, wrong)).create("rec_1.rec")
    sink.append(b"something")
    with pytest.raises(Unavailable):
        sink.close()
    assert kept.refused and not kept.objects
