"""The encrypted file: what it is byte for byte, and that every way of changing it is refused by name."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.recordings.faults import RecordingBroken
from compliance.recordings.header import MOST_BYTES
from compliance.recordings.opening import Opener
from compliance.recordings.sealing import TAG, Sealer
from tests.unit.compliance.recordings.files import CALL, KEY, RECORDING, Held, header, opened, plain, sealed

PIECES = (b"first", b"second piece", b"", b"third", b"the end")
KNOWN_SHA256 = "88b9a99c8eaaa81bb500e18eddfce8b475892fcf94d9fc1e0a07491a4d8e0663"
KNOWN_FIRST_CHUNK = "000000051ab2c8d041a96a26fc992757f76a080aff4f056cf6"


def refused(content: bytes, key: bytes = KEY) -> RecordingBroken:
    with pytest.raises(RecordingBroken) as caught:
        opener = opened(content, key)
        list(opener.read())
        opener.require_complete()
    return caught.value


def pieces_of(content: bytes) -> tuple[bytes, list[bytes]]:
    """The head of a file, and its chunks with their length fields."""
    chunks = opened(content).chunks
    return content[: chunks[0].offset], [content[c.offset : c.offset + 4 + c.length + TAG] for c in chunks]


def test_a_file_is_the_same_byte_for_byte_as_the_known_one() -> None:
    content = sealed(*PIECES)
    head, chunks = pieces_of(content)
    assert head.startswith(b"GWREC\x01\r\n") and CALL.encode() in head and RECORDING.encode() in head
    assert chunks[0].hex() == KNOWN_FIRST_CHUNK
    assert hashlib.sha256(content).hexdigest() == KNOWN_SHA256


def test_what_was_written_is_read() -> None:
    content = sealed(*PIECES)
    assert plain(content) == b"".join(PIECES)
    opener = opened(content)
    opener.require_complete()
    assert opener.is_complete and opener.size == len(b"".join(PIECES))


@given(st.lists(st.binary(max_size=90), min_size=1, max_size=8), st.integers(0, 800), st.integers(0, 800))
def test_any_range_is_what_it_is_of_the_whole(pieces: list[bytes], start: int, length: int) -> None:
    whole = b"".join(pieces)
    assert b"".join(opened(sealed(*pieces)).read(start, start + length)) == whole[start : start + length]


def test_a_chunk_closes_at_64_kib() -> None:
    content = sealed(bytes(3 * MOST_BYTES + 7))
    assert [chunk.length for chunk in opened(content).chunks] == [MOST_BYTES, MOST_BYTES, MOST_BYTES, 7]


@given(st.integers(0, 400))
def test_of_a_killed_recorder_every_whole_chunk_is_readable(cut: int) -> None:
    content = sealed(*PIECES, finished=False)
    head, chunks = pieces_of(content)
    rest = content[: len(head) + cut]
    if len(rest) == len(content):
        return
    whole, size = [], len(head)
    for piece, chunk in zip([p for p in PIECES if p], chunks, strict=True):
        size += len(chunk)
        if size <= len(rest):
            whole.append(piece)
    assert plain(rest) == b"".join(whole)
    assert not opened(rest).is_complete


def test_a_tail_that_was_never_written_is_left_out() -> None:
    content = sealed(b"first", b"second", finished=False)
    assert plain(content + bytes(4096)) == b"firstsecond"


@given(st.integers(1, 120))
def test_a_finished_file_that_was_cut_off_is_truncated(cut: int) -> None:
    content = sealed(*PIECES)
    end = len(content) - 1 - cut % (len(content) - len(pieces_of(content)[0]) - 1)
    assert refused(content[:end]).code == "recording.truncated"


def test_chunks_that_changed_places_are_named() -> None:
    content = sealed(b"aaaa", b"bbbb", b"cccc", b"end")
    head, chunks = pieces_of(content)
    error = refused(head + chunks[0] + chunks[2] + chunks[1] + chunks[3])
    assert (error.code, error.chunk) == ("recording.chunk_moved", 1)


def test_a_chunk_that_was_left_out_or_doubled_is_named() -> None:
    head, chunks = pieces_of(sealed(b"aaaa", b"bbbb", b"cccc", b"end"))
    assert refused(head + chunks[0] + chunks[2] + chunks[3]).chunk == 1
    assert refused(head + chunks[0] + chunks[0] + chunks[1] + chunks[2] + chunks[3]).chunk == 1


def test_a_chunk_of_another_file_of_the_same_recording_is_named() -> None:
    head, chunks = pieces_of(sealed(b"aaaa", b"bbbb", b"end"))
    _, others = pieces_of(sealed(b"aaaa", b"bbbb", b"end", head=header(salt=2)))
    error = refused(head + chunks[0] + others[1] + chunks[2])
    assert (error.code, error.chunk) == ("recording.chunk_broken", 1)


@given(st.data())
def test_a_bit_that_was_turned_anywhere_is_refused(data: st.DataObject) -> None:
    content = bytearray(sealed(b"aaaa", b"bbbb", b"end"))
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    assert refused(bytes(content)).code.startswith("recording.")


def test_what_follows_the_end_is_refused() -> None:
    content = sealed(b"aaaa", b"end")
    _, chunks = pieces_of(content)
    assert refused(content + chunks[0]).code == "recording.trailing"


def test_another_recordings_key_opens_nothing() -> None:
    assert refused(sealed(b"aaaa"), key=bytes(32)).code == "recording.wrong_key"


def test_what_is_no_recording_is_refused() -> None:
    for content in (b"", b"OggS", header().pack()[:40], b"\x00" * 100):
        assert refused(content).code == "recording.header_broken"


def test_nothing_can_be_written_after_the_end() -> None:
    sealer = Sealer(header(), KEY)
    sealer.finish()
    with pytest.raises(ValueError, match="finished"):
        sealer.finish()


def test_a_reader_does_not_hold_the_file() -> None:
    class Counting(Held):
        most = 0

        def read(self, offset: int, length: int) -> bytes:
            self.most = max(self.most, length)
            return super().read(offset, length)

    source = Counting(sealed(bytes(10 * MOST_BYTES)))
    assert sum(len(one) for one in Opener(source, KEY).read()) == 10 * MOST_BYTES
    assert source.most <= MOST_BYTES + TAG
