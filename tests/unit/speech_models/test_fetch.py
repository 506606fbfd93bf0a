"""Models come over real HTTP: resumed, bounded, compared with their hash, and in place only when they are whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.kernel.errors import Conflict, Unavailable
from gateway.speech_models.catalogue import HUB, ModelFile, SpeechModel
from gateway.speech_models.fetch import TRIES, Fetcher
from gateway.speech_models.shelf import LOCK, Shelf
from tests.unit.speech_models.hub import Hub, running

WEIGHTS, WORDS = bytes(range(256)) * 2000, b'{"words": []}'
SHA = hashlib.sha256(WEIGHTS).hexdigest()
MODEL = SpeechModel(
    "small-ears", "stt", "hears", "MIT", "https://example.com", ("cpu",),
    (ModelFile("words.json", f"{HUB}/ears/words.json", 0.01), ModelFile("model.bin", f"{HUB}/ears/model.bin", 0.5)),
)  # fmt: skip


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running() as hub:
        hub.files = {"/ears/words.json": WORDS, "/ears/model.bin": WEIGHTS}
        yield hub


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, MODEL)


def fetcher(shelf: Shelf, hub: Hub, told: list[tuple[str, int, int]] | None = None) -> Fetcher:
    return Fetcher(shelf, lambda *one: told.append(one) if told is not None else None, hub.url)


def ranges(hub: Hub) -> list[str]:
    return [asked for path, asked in hub.asked if path == "/ears/model.bin"]


def files_in(shelf: Shelf) -> set[str]:
    return {path.name for path in shelf.folder.iterdir()}


def test_a_model_comes_whole_and_its_hashes_are_written_down(shelf: Shelf, hub: Hub) -> None:
    told: list[tuple[str, int, int]] = []
    seen = fetcher(shelf, hub, told).fetch()
    assert (shelf.folder / "model.bin").read_bytes() == WEIGHTS
    assert [(one.name, one.size, one.fault) for one in seen] == [("words.json", 13, ""), ("model.bin", 512_000, "")]
    assert json.loads((shelf.folder / LOCK).read_text())["files"]["model.bin"] == {"sha256": SHA, "bytes": 512_000}
    assert files_in(shelf) == {"words.json", "model.bin", LOCK}
    assert told[-1] == ("model.bin", 512_000, 512_000)


def test_what_is_there_already_is_not_fetched_again(shelf: Shelf, hub: Hub) -> None:
    fetcher(shelf, hub).fetch()
    hub.asked.clear()
    fetcher(shelf, hub).fetch()
    assert hub.asked == []


def test_a_broken_transfer_goes_on_where_it_stopped(shelf: Shelf, hub: Hub) -> None:
    hub.files.pop("/ears/words.json")
    alone = Shelf(shelf.folder.parent, replace(MODEL, files=MODEL.files[1:]))
    hub.breaks_after = [100_000, 50_000]
    fetcher(alone, hub).fetch()
    assert ranges(hub) == ["", "bytes=100000-", "bytes=150000-"]
    assert (shelf.folder / "model.bin").read_bytes() == WEIGHTS


def test_a_line_that_breaks_again_and_again_is_left_for_the_next_time(shelf: Shelf, hub: Hub) -> None:
    alone = Shelf(shelf.folder.parent, replace(MODEL, files=MODEL.files[1:]))
    hub.breaks_after = [1000] * TRIES
    with pytest.raises(Unavailable, match="broke off") as stopped:
        fetcher(alone, hub).fetch()
    assert stopped.value.todo is not None
    assert "goes on from there" in stopped.value.todo
    assert not (shelf.folder / "model.bin").exists()
    fetcher(alone, hub).fetch()
    assert ranges(hub)[-1] == f"bytes={1000 * TRIES}-"
    assert (shelf.folder / "model.bin").read_bytes() == WEIGHTS


def test_a_file_that_changed_meanwhile_is_begun_again(shelf: Shelf, hub: Hub) -> None:
    alone = Shelf(shelf.folder.parent, replace(MODEL, files=MODEL.files[1:]))
    hub.breaks_after = [1000] * TRIES
    with pytest.raises(Unavailable):
        fetcher(alone, hub).fetch()
    hub.files["/ears/model.bin"] = newer = bytes(reversed(WEIGHTS))
    fetcher(alone, hub).fetch()
    assert (shelf.folder / "model.bin").read_bytes() == newer


def test_a_file_with_another_hash_is_thrown_away(shelf: Shelf, hub: Hub) -> None:
    known = replace(MODEL, files=(replace(MODEL.files[1], sha256="0" * 64),))
    with pytest.raises(Conflict, match=f"its sha256 is {SHA}") as refused:
        fetcher(Shelf(shelf.folder.parent, known), hub).fetch()
    assert refused.value.code == "models.wrong_hash"
    assert files_in(shelf) == {".fetching"} or files_in(shelf) == set()


def test_once_written_down_a_hash_counts_for_the_next_fetch_too(shelf: Shelf, hub: Hub) -> None:
    fetcher(shelf, hub).fetch()
    (shelf.folder / "model.bin").write_bytes(b"something else")
    assert [one.fault for one in shelf.look()] == ["", "not what it was"]
    hub.files["/ears/model.bin"] = b"replaced at the hub"
    with pytest.raises(Conflict, match="not the file that was expected"):
        fetcher(shelf, hub).fetch()
    hub.files["/ears/model.bin"] = WEIGHTS
    fetcher(shelf, hub).fetch()
    assert [one.fault for one in shelf.look()] == ["", ""]


def test_a_file_far_too_large_stops_at_the_bound(shelf: Shelf, hub: Hub) -> None:
    hub.files["/ears/words.json"] = bytes(3_000_000)
    with pytest.raises(Conflict, match="far larger"):
        fetcher(shelf, hub).fetch()
    assert not (shelf.folder / "words.json").exists()


def test_without_a_network_one_is_told_what_to_copy_where(shelf: Shelf, hub: Hub) -> None:
    nobody = Fetcher(shelf, lambda *_: None, "http://127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 cannot be reached") as told:
        nobody.fetch()
    assert told.value.todo is not None
    for part in ("/ears/model.bin", "/ears/words.json", str(shelf.folder), "models check small-ears --note"):
        assert part in told.value.todo


def test_a_missing_file_at_the_hub_is_said(shelf: Shelf, hub: Hub) -> None:
    hub.files.pop("/ears/words.json")
    with pytest.raises(Unavailable, match="answered 404"):
        fetcher(shelf, hub).fetch()


def test_a_redirect_is_followed(shelf: Shelf, hub: Hub) -> None:
    hub.redirects["/ears/words.json"] = "/elsewhere/words.json"
    hub.files["/elsewhere/words.json"] = b"[]"
    fetcher(shelf, hub).fetch()
    assert (shelf.folder / "words.json").read_bytes() == b"[]"


def test_two_do_not_fetch_into_the_same_folder(shelf: Shelf, hub: Hub) -> None:
    with shelf.alone(), pytest.raises(Conflict, match="already"):
        fetcher(shelf, hub).fetch()


def test_files_copied_by_hand_are_written_down_when_asked(shelf: Shelf) -> None:
    shelf.folder.mkdir()
    (shelf.folder / "words.json").write_bytes(WORDS)
    with pytest.raises(Conflict, match=r"model\.bin is missing"):
        shelf.note()
    (shelf.folder / "model.bin").write_bytes(WEIGHTS)
    assert shelf.noted() == {}
    shelf.note()
    assert shelf.noted()["model.bin"] == SHA
