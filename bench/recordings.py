"""Recordings: how fast they are encrypted and read, and what one call costs the recorder's processor.

Run alone: `python -m bench.recordings`.

Encryption is the container's own path (chunks of 64 KiB, and the half seconds of a call) in memory. The recorder's
share is processor time per second of sound of one call: two sources mixed, encoded, encrypted; without the disk, and
without LiveKit's own decoding of the tracks, which runs in its library.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from agents.recorder.tape import Tape
from agents.recorder.timeline import RATE, Timeline
from bench.figures import Series, show
from compliance.recordings.header import MOST_BYTES, Header, key_id
from compliance.recordings.opening import Opener
from compliance.recordings.redact import redacted
from compliance.recordings.sealing import Sealer

MIB = 1 << 20
SIZE = 64 * MIB
ROUNDS = 5
CALL_S = 60
FRAME = RATE // 10
KEY = bytes(range(32))
SILENCE = b"\xfc\xff\xfe"


class _Held:
    def __init__(self, content: bytes) -> None:
        self.content, self.size = content, len(content)

    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def header() -> Header:
    return Header("call_bench", "rec_bench", key_id(KEY), "00" * 32, "00" * 7)


def sealed(plain: bytes, piece: int) -> bytes:
    sealer = Sealer(header(), KEY)
    parts = [sealer.head]
    for at in range(0, len(plain), piece):
        parts.append(sealer.write(plain[at : at + piece]))
        parts.append(sealer.cut())
    return b"".join([*parts, sealer.finish()])


def opened(content: bytes) -> int:
    return sum(len(one) for one in Opener(_Held(content), KEY).read())


def seconds(work: Callable[[], object]) -> float:
    """Of processor time."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def one_call() -> bytes:
    """A minute of two voices, as frames of 100 ms."""
    noise = np.random.default_rng(1).normal(0, 2000, RATE * 4).astype(np.int16)
    timeline, tape = Timeline(), Tape(header(), KEY)
    parts = [tape.head]
    for number in range(CALL_S * 10):
        at = number * FRAME % (len(noise) - FRAME)
        for source, side in (("caller", "left"), ("agent", "right")):
            timeline.put(source, side, (number + 1) * FRAME, noise[at : at + FRAME])  # type: ignore[arg-type]
        parts.append(tape.write(timeline.take(number * FRAME)))
    return b"".join([*parts, tape.finish()])


def measure() -> list[Series]:
    encrypt = Series("encrypt, chunks of 64 KiB", "MiB/s", "≥ 300")
    halves = Series("encrypt, half seconds of a call", "MiB/s")
    decrypt = Series("decrypt", "MiB/s")
    share = Series("recorder, of a core per call", "%", "≤ 2")
    redact = Series("redaction pass, per hour of sound", "s")
    plain = np.random.default_rng(1).bytes(SIZE)
    content, small = sealed(plain, MOST_BYTES), plain[: SIZE // 16]
    call = b"".join(Opener(_Held(one_call()), KEY).read())
    for _ in range(ROUNDS):
        encrypt.add(SIZE / MIB / seconds(lambda: sealed(plain, MOST_BYTES)))
        halves.add(len(small) / MIB / seconds(lambda: sealed(small, 2048)))
        decrypt.add(SIZE / MIB / seconds(lambda: opened(content)))
        share.add(seconds(one_call) / CALL_S * 100)
        redact.add(seconds(lambda: b"".join(redacted([call], [(1000, 5000)], SILENCE))) * 3600 / CALL_S)
    return [encrypt, halves, decrypt, share, redact]


if __name__ == "__main__":
    show(measure())
