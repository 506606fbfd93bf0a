"""The redaction pass of a recording that has ended; until it is journalled nobody can play it. Blocking; in a thread.

What was cut off by a crash is written again as a whole file, so that a later cut is seen.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from agents.recorder.opus import packet_of_silence
from compliance.recordings.header import PREFIX_BYTES, SALT_BYTES, Header, key_id
from compliance.recordings.local_store import LocalStore
from compliance.recordings.ogg import FRAME_MS, packets_of
from compliance.recordings.opening import Opener, Source
from compliance.recordings.orders import PassDone, SettleOrder
from compliance.recordings.redact import redacted
from compliance.recordings.sealing import Sealer
from compliance.recordings.stores import Sink, Store

HEADERS = 2  # packets of a stream that are no sound


def settle(order: SettleOrder, spool: LocalStore, store: Store) -> PassDone:
    """`spool`: where this recorder writes; `store`: where files are kept.

    Raises NotFound, RecordingBroken, Unavailable.
    """
    with (spool if order.source == "local" else store).open(order.file) as source:
        opener = Opener(source, order.key)
        if order.complete:
            opener.require_complete()
        if not order.silence and opener.is_complete and order.source == store.kind:
            return PassDone(
                file=order.file, size=source.size, chunks=len(opener.chunks), duration_ms=_duration_ms(order, opener),
                silenced=[],
            )  # fmt: skip
        sink = store.create(order.wanted)
        try:
            done = _written(order, opener, source, sink)
            sink.close()
        finally:
            sink.abandon()
        return done


def _duration_ms(order: SettleOrder, opener: Opener) -> int:
    if order.duration_ms:
        return order.duration_ms
    return FRAME_MS * max(sum(1 for _ in packets_of(opener.read())) - HEADERS, 0)


def _written(order: SettleOrder, opener: Opener, source: Source, sink: Sink) -> PassDone:
    if not order.silence and opener.is_complete:  # bit by bit: its key and header stay
        size = 0
        while size < source.size:
            piece = source.read(size, 1 << 20)
            sink.append(piece)
            size += len(piece)
        return PassDone(
            file=order.wanted, size=size, chunks=len(opener.chunks), duration_ms=_duration_ms(order, opener),
            silenced=[],
        )  # fmt: skip
    header = Header(
        order.call_id, order.recording_id, key_id(order.key), secrets.token_hex(SALT_BYTES),
        secrets.token_hex(PREFIX_BYTES),
    )  # fmt: skip
    sealer = Sealer(header, order.key)
    size, packets = 0, _Counted(opener.read())
    for sealed in _sealed(sealer, redacted(packets.pieces(), order.silence, packet_of_silence())):
        sink.append(sealed)
        size += len(sealed)
    return PassDone(
        file=order.wanted, size=size, chunks=sealer.chunks, duration_ms=packets.duration_ms, silenced=order.silence
    )


def _sealed(sealer: Sealer, pages: Iterator[bytes]) -> Iterator[bytes]:
    """A chunk per page, as a recorder writes it; several at a time, for the disk's sake."""
    held = bytearray(sealer.head)
    for page in pages:
        held += sealer.write(page) + sealer.cut()
        if len(held) >= 1 << 18:
            yield bytes(held)
            held.clear()
    yield bytes(held + sealer.finish())


class _Counted:
    """Pieces of Ogg on their way; knows the last granule position that passed."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self._granule = 0

    def pieces(self) -> Iterator[bytes]:
        for piece in self._content:
            if piece.startswith(b"OggS"):  # a page begins each chunk
                self._granule = max(self._granule, int.from_bytes(piece[6:14], "little"))
            yield piece

    @property
    def duration_ms(self) -> int:
        return self._granule // 48
