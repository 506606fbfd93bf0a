"""The redaction pass: a recording read, its spans made silent on both sides, and written again. Pure.

A packet of Opus is 20 ms. Each that touches a span is replaced by a packet of silence; the others stay bit by bit, so
nothing else loses quality, and nothing is held but a page. A packet before and two after go as well: sound comes out of
the encoder later than it went in, and what follows is decoded with what was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from compliance.recordings.ogg import FRAME_MS, OggWriter, packets_of
from compliance.recordings.spans import joined

BEFORE, AFTER = 1, 2  # packets
PER_PAGE = 25


def silenced_packets(spans: Iterable[Sequence[int]]) -> list[range]:
    """The numbers of the packets that go, for spans in ms."""
    wider = (
        (begin // FRAME_MS - BEFORE, -(-end // FRAME_MS) + AFTER) for begin, end in joined(spans)
    )  # fmt: skip
    return [range(begin, end) for begin, end in joined(wider)]


def redacted(content: Iterable[bytes], spans: Iterable[Sequence[int]], silence: bytes) -> Iterator[bytes]:
    """Ogg in, Ogg out, a page at a time. `silence`: a packet of it, as the same encoder makes it."""
    packets = packets_of(content)
    head = next(islice(packets, 1), b"")
    if not head.startswith(b"OpusHead"):
        return
    next(islice(packets, 1), None)  # its tags; ours are the same
    writer = OggWriter(head)
    yield writer.head()
    gone = iter(silenced_packets(spans))
    span = next(gone, range(0))
    for number, packet in enumerate(packets):
        while span and number >= span.stop:
            span = next(gone, range(0))
        writer.add(silence if number in span else packet)
        if writer.waiting >= PER_PAGE:
            yield writer.page()
    yield writer.finish()
