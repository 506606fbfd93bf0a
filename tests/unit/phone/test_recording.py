from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from gateway.phone.recording import RATE, StereoRecording, read_wav

FRAME = 160


def tone(value: int) -> np.ndarray:
    return np.full(FRAME, value, np.int16)


def read_stereo(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_each_side_has_its_channel_and_its_time(tmp_path: Path) -> None:
    recording = StereoRecording()
    for n in range(50):
        recording.said(tone(1000), n * 0.02)
    for n in range(10):
        recording.heard(tone(-2000), 0.5 + n * 0.02)
    recording.write(tmp_path / "call.wav")
    stereo = read_stereo(tmp_path / "call.wav")
    assert (stereo[: RATE // 2, 0] == 1000).all()
    assert not stereo[: RATE // 2, 1].any()
    assert (stereo[RATE // 2 : RATE // 2 + 10 * FRAME, 1] == -2000).all()


def test_jitter_loses_no_samples(tmp_path: Path) -> None:
    recording = StereoRecording()
    for n in range(100):
        recording.heard(tone(n + 1), n * 0.02 + (0.03 if n % 2 else 0.0))
    recording.write(tmp_path / "call.wav")
    right = read_stereo(tmp_path / "call.wav")[:, 1]
    assert [int(right[n * FRAME]) for n in range(100)] == list(range(1, 101))


def test_a_wav_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\0\0" * 100)
    with pytest.raises(ValueError, match=r"wide\.wav"):
        read_wav(path)
