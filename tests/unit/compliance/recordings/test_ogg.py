"""Ogg pages as a foreign reader has them, and the pass that silences spans of them."""

from __future__ import annotations

import io

import av
from hypothesis import given
from hypothesis import strategies as st

from compliance.recordings.ogg import OggWriter, checksum, opus_head, packets_of
from compliance.recordings.redact import redacted, silenced_packets

HEAD = opus_head(2, 312, 16_000)
SILENCE = b"\xfc\xff\xfe"


def stream(packets: list[bytes], per_page: int = 25) -> bytes:
    writer = OggWriter(HEAD)
    content = bytearray(writer.head())
    for packet in packets:
        writer.add(packet)
        if writer.waiting == per_page:
            content += writer.page()
    return bytes(content + writer.finish())


def sound(content: bytes) -> list[bytes]:
    return list(packets_of([content]))[2:]


def test_the_checksum_is_that_of_the_published_polynomial() -> None:
    assert checksum(b"123456789") == 0x89A1897F  # CRC-32/MPEG-2's polynomial, from zero


@given(st.lists(st.binary(min_size=1, max_size=600), max_size=60), st.integers(1, 20), st.integers(1, 5000))
def test_packets_come_back_however_the_content_is_cut(packets: list[bytes], per_page: int, piece: int) -> None:
    content = stream(packets, per_page)
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    assert list(packets_of(pieces))[2:] == packets


def test_a_foreign_reader_finds_the_same_stream() -> None:
    packets = [SILENCE] * 130
    with av.open(io.BytesIO(stream(packets))) as found:
        audio = found.streams.audio[0]
        assert (audio.codec_context.name, audio.channels) in (("opus", 2), ("libopus", 2))
        assert abs(float((audio.duration or 0) * (audio.time_base or 0)) - 2.6) < 0.01
        assert sum(bool(packet.size) for packet in found.demux(audio)) == 130


def test_what_is_cut_off_is_read_to_its_last_whole_page() -> None:
    content = stream([bytes([n]) * 40 for n in range(100)])
    for end in range(len(content) - 1, 0, -97):
        found = sound(content[:end])
        assert found == [bytes([n]) * 40 for n in range(len(found))]
        assert len(found) % 25 == 0


@given(
    st.lists(st.tuples(st.integers(-100, 3000), st.integers(-100, 3000)), max_size=6),
    st.integers(1, 120),
)
def test_every_packet_that_touches_a_span_is_silence_and_no_other_far_from_it(
    spans: list[tuple[int, int]], count: int
) -> None:
    packets = [b"sound %d" % number for number in range(count)]
    found = sound(b"".join(redacted([stream(packets)], spans, SILENCE)))
    assert len(found) == count
    for number, packet in enumerate(found):
        begin, end = number * 20, number * 20 + 20
        touched = any(begin < b and a < end for a, b in spans if b > max(a, 0))
        far = not any(begin - 60 < b and a < end + 40 for a, b in spans if b > max(a, 0))
        if touched:
            assert packet == SILENCE
        if far:
            assert packet == packets[number]


def test_the_pass_is_the_same_for_a_file_in_small_pieces() -> None:
    content = stream([b"sound %d" % number for number in range(500)])
    pieces = [content[at : at + 7] for at in range(0, len(content), 7)]
    spans = [(1000, 1500), (1400, 2000), (9_000, 99_000)]
    assert b"".join(redacted(pieces, spans, SILENCE)) == b"".join(redacted([content], spans, SILENCE))
    assert silenced_packets(spans) == [range(49, 102), range(449, 4952)]


def test_nothing_comes_of_what_is_no_sound() -> None:
    assert b"".join(redacted([b"not ogg at all, but long enough to be a page"], [], SILENCE)) == b""
    assert b"".join(redacted([], [], SILENCE)) == b""
