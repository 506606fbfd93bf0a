"""G.711 against its definition, segment by segment."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.sip.rtp.g711 import CodecName, decode, encode


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_every_code_comes_back_as_itself(codec: CodecName) -> None:
    codes = bytes(range(256))
    again = encode(codec, decode(codec, codes))
    assert decode(codec, again).tolist() == decode(codec, codes).tolist()
    # mu-law knows two zeros, 0x7F and 0xFF; they are the same sound
    assert sum(one != two for one, two in zip(codes, again, strict=True)) <= 1


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_the_error_stays_within_half_a_step_of_its_segment(codec: CodecName) -> None:
    samples = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
    error = np.abs(decode(codec, encode(codec, samples)).astype(int) - samples)
    loud = np.abs(samples.astype(int))
    within = loud < 32000
    assert (error[within] <= np.maximum(loud[within] / 16 / 2 + 17, 8)).all()


def test_known_values_of_the_tables() -> None:
    assert decode("PCMU", b"\xff\x7f\x80\x00").tolist() == [0, 0, 32124, -32124]
    assert decode("PCMA", b"\xd5\x55\xaa\x2a").tolist() == [8, -8, 32256, -32256]
    assert encode("PCMU", np.array([0, 32767, -32768], np.int16)) == b"\xff\x80\x00"
    assert encode("PCMA", np.array([0, 32767, -32768], np.int16)) == b"\xd5\xaa\x2a"
