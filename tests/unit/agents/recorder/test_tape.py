"""From samples to an encrypted file and back: tones on their sides, half a second a chunk, silence where it must be."""

from __future__ import annotations

import io

import av
import numpy as np

from agents.recorder.opus import packet_of_silence
from agents.recorder.tape import Tape
from agents.recorder.timeline import RATE, Samples
from compliance.recordings.redact import redacted
from tests.unit.compliance.recordings.files import KEY, header, opened, plain

SECONDS = 4


def tone(hertz: float, seconds: float = SECONDS) -> Samples:
    return (np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE) * 8000).astype(np.int16)


def two(left: float, right: float) -> Samples:
    return np.stack((tone(left), tone(right)), axis=1)


def taped(samples: Samples, *, finished: bool = True) -> bytes:
    tape = Tape(header(), KEY)
    content = bytearray(tape.head)
    for at in range(0, len(samples), 1601):
        content += tape.write(samples[at : at + 1601])
    return bytes(content + tape.finish()) if finished else bytes(content)


def decoded(ogg: bytes) -> np.ndarray:
    """(n, 2) at 48 kHz."""
    with av.open(io.BytesIO(ogg)) as found:
        frames = [frame.to_ndarray() for frame in found.decode(audio=0)]
    return np.concatenate([one.reshape(-1, 2) if one.shape[0] == 1 else one.T for one in frames])


def level(samples: np.ndarray, hertz: float) -> float:
    """How much of a frequency there is, 0 to 1 for all of a full tone."""
    phase = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / 48_000)
    scale = 32_768 if samples.dtype == np.int16 else 1.0
    return abs(np.dot(samples / scale, phase)) / len(samples) * 2 / (8000 / 32_768)


def test_each_side_is_heard_on_its_side_only() -> None:
    content = taped(two(440, 1000))
    opener = opened(content)
    opener.require_complete()
    found = decoded(plain(content))
    assert abs(len(found) / 48_000 - SECONDS) < 0.05
    middle = found[48_000 : 3 * 48_000]
    assert level(middle[:, 0], 440) > 0.7 and level(middle[:, 0], 1000) < 0.05
    assert level(middle[:, 1], 1000) > 0.7 and level(middle[:, 1], 440) < 0.05


def test_a_chunk_is_half_a_second_and_a_killed_recorder_loses_no_more() -> None:
    killed = taped(two(440, 1000), finished=False)
    opener = opened(killed)
    assert len(opener.chunks) == 1 + SECONDS * 2  # the first has the head of the Ogg stream
    assert not opener.is_complete
    assert len(decoded(plain(killed))) / 48_000 >= SECONDS - 0.6


def test_nothing_of_a_redacted_span_can_be_heard_and_the_rest_can() -> None:
    whole = plain(taped(two(440, 1000)))
    found = decoded(b"".join(redacted([whole], [(1000, 2000)], packet_of_silence())))
    assert abs(len(found) / 48_000 - SECONDS) < 0.05
    span, before, after = found[48_000 : 2 * 48_000], found[9600 : 48_000 - 4800], found[48_000 * 5 // 2 : -9600]
    for column, hertz in ((0, 440), (1, 1000)):
        assert level(span[:, column], hertz) < 0.001
        assert level(before[:, column], hertz) > 0.7 and level(after[:, column], hertz) > 0.7


def test_the_file_has_no_sound_that_is_not_encrypted() -> None:
    content = taped(two(440, 1000))
    assert b"OggS" not in content and b"Opus" not in content
