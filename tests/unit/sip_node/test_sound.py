"""Codecs, resampling, comfort noise and concealment, as sounds."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.kernel.errors import BadInput
from gateway.sip.rtp.codecs import open_codec
from gateway.sip.rtp.comfort_noise import LOUDEST, ComfortNoise, level_of, payload_of
from gateway.sip.rtp.concealment import LONGEST_MS, Concealer
from gateway.sip.rtp.incoming import Incoming
from gateway.sip.rtp.outgoing import Outgoing
from gateway.sip.rtp.packet import RtpPacket, parse
from gateway.sip.rtp.resample import Doubler, Halver, resampler


def sine(frequency: float, rate: int, seconds: float = 1.0, peak: float = 8000) -> np.ndarray:
    return (np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * frequency / rate) * peak).astype(np.int16)


def in_frames(samples: np.ndarray, rate: int) -> list[np.ndarray]:
    return list(samples.reshape(-1, rate // 50))


def level_at(samples: np.ndarray, frequency: float, rate: int) -> float:
    """Peak of the sine of that frequency in the middle of `samples`."""
    part = samples[rate // 4 : rate // 4 * 3].astype(float)
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(part)) / rate)
    return float(2 * abs(np.dot(part * np.hanning(len(part)), turn)) / np.hanning(len(part)).sum())


@pytest.mark.parametrize(("name", "rate"), [("PCMU", 8000), ("PCMA", 8000), ("G722", 16000)])
def test_what_is_coded_comes_back_at_its_own_rate_in_160_bytes_a_frame(name: str, rate: int) -> None:
    sender, receiver = open_codec(name), open_codec(name)
    assert (sender.sample_rate, receiver.sample_rate) == (rate, rate)
    payloads = [sender.encode(frame) for frame in in_frames(sine(440, rate), rate)]
    assert {len(payload) for payload in payloads} == {160}
    again = np.concatenate([receiver.decode(payload) for payload in payloads])
    assert again.dtype == np.int16
    assert len(again) == rate
    assert abs(level_at(again, 440, rate) - 8000) < 400


def test_g722_carries_what_a_narrow_line_cannot() -> None:
    codec = open_codec("G722")
    again = np.concatenate([codec.decode(codec.encode(frame)) for frame in in_frames(sine(6000, 16000), 16000)])
    assert level_at(again, 6000, 16000) > 6000


def test_a_codec_we_do_not_speak_is_refused() -> None:
    with pytest.raises(BadInput):
        open_codec("OPUS")


@pytest.mark.parametrize("frequency", [100, 440, 1000, 3000])
def test_resampling_there_and_back_keeps_the_sound(frequency: float) -> None:
    up, down = Doubler(), Halver()
    wide = [up(frame) for frame in in_frames(sine(frequency, 8000), 8000)]
    assert {len(frame) for frame in wide} == {320}
    assert abs(level_at(np.concatenate(wide), frequency, 16000) - 8000) < 200
    narrow = np.concatenate([down(frame) for frame in wide])
    assert abs(level_at(narrow, frequency, 8000) - 8000) < 300
    steepest = 2 * np.pi * frequency / 8000 * 8000
    assert np.abs(np.diff(narrow[200:].astype(int))).max() < steepest * 1.1 + 10  # no seam between frames


def test_what_a_narrow_line_cannot_carry_does_not_come_back_as_something_else() -> None:
    down = Halver()
    narrow = np.concatenate([down(frame) for frame in in_frames(sine(6000, 16000), 16000)])
    assert np.abs(narrow[100:]).max() < 80
    assert isinstance(resampler(8000, 16000), Doubler)
    frame = sine(440, 8000, 0.02)
    assert resampler(8000, 8000)(frame) is frame


def test_frames_have_the_rate_that_was_asked_for_whatever_is_spoken_on_the_wire() -> None:
    for codec, wire in (("PCMU", 8000), ("G722", 16000)):
        for rate in (8000, 16000):
            sender, receiver = Outgoing(codec, 0, None), Incoming(codec, rate)
            frames: list[np.ndarray] = []
            for place, frame in enumerate(in_frames(sine(1000, rate), rate)):
                for datagram in sender.datagrams(frame):
                    packet = parse(datagram)
                    assert packet
                    assert len(packet.payload) == 160
                    frames += receiver.take(packet, "audio", place * 0.02)
            assert {len(frame) for frame in frames} == {rate // 50}, wire
            assert abs(level_at(np.concatenate(frames), 1000, rate) - 8000) < 500


def test_a_prompt_in_narrow_frames_and_a_voice_in_wide_ones_go_out_alike() -> None:
    sender, receiver = Outgoing("G722", 9, None), open_codec("G722")
    for rate in (8000, 16000):
        sent = [datagram for frame in in_frames(sine(1000, rate), rate) for datagram in sender.datagrams(frame)]
        sound = np.concatenate([receiver.decode(datagram[12:]) for datagram in sent])
        assert abs(level_at(sound, 1000, 16000) - 8000) < 500


class TestComfortNoise:
    def test_the_level_is_that_of_the_packet_and_never_loud(self) -> None:
        assert level_of(payload_of(60)) == 60
        assert level_of(b"\x00") == LOUDEST
        assert level_of(b"") == 127
        noise = ComfortNoise(8000)
        for level in (50, 60, 70):
            sound = np.concatenate([noise.frame(level) for _ in range(50)]).astype(float)
            assert abs(20 * np.log10(np.sqrt(np.mean(sound**2)) / 32767) + level) < 1
        assert not noise.frame(127).any()

    def test_a_pause_that_was_announced_is_filled_and_is_no_loss(self) -> None:
        incoming = Incoming("PCMU")
        talk = open_codec("PCMU").encode(sine(300, 8000, 0.02))
        for n in range(10):
            incoming.take(RtpPacket(0, False, n, n * 160, 1, talk), "audio", n * 0.02)
        incoming.take(RtpPacket(13, False, 10, 1600, 1, b"\x32"), "noise", 0.2)
        assert incoming.suppresses
        frames = [frame for n in range(100) for frame in incoming.tick(0.21 + n * 0.02)]
        assert len(frames) == 100
        assert 30 < np.abs(np.concatenate(frames)).max() < 700
        back = incoming.take(RtpPacket(0, True, 11, 1600 + 160 * 100, 1, talk), "audio", 2.2)
        assert len(back) == 1
        assert not incoming.suppresses
        assert (incoming.playout.lost, incoming.concealed) == (0, 0)

    def test_our_own_silence_is_suppressed_only_if_the_peer_does_it_too(self) -> None:
        def sent(*, suppress: bool) -> list[RtpPacket]:
            outgoing = Outgoing("PCMU", 0, None)
            outgoing.noise_payload_type, outgoing.suppress = 13, suppress
            loud, quiet = sine(400, 8000, 0.02), np.zeros(160, np.int16)
            datagrams = [d for frame in [loud] * 5 + [quiet] * 60 + [loud] * 5 for d in outgoing.datagrams(frame)]
            return [packet for datagram in datagrams if (packet := parse(datagram))]

        assert [packet.payload_type for packet in sent(suppress=False)] == [0] * 70
        packets = sent(suppress=True)
        assert [packet.payload_type for packet in packets] == [0] * 15 + [13] * 2 + [0] * 5
        assert packets[17].marker
        assert (packets[17].timestamp - packets[0].timestamp) % 2**32 == 65 * 160


class TestConcealment:
    @pytest.mark.parametrize("rate", [8000, 16000])
    def test_a_lost_vowel_is_continued(self, rate: int) -> None:
        vowel = sum(sine(130 * harmonic, rate, 0.5, 6000 / harmonic).astype(float) for harmonic in (1, 2, 3, 4))
        frames = in_frames(vowel.astype(np.int16), rate)
        concealer = Concealer(rate)
        for frame in frames[:10]:
            concealer.heard(frame)
        made = concealer.fill(rate // 50).astype(float)
        error = np.sum((made - frames[10]) ** 2) / np.sum(frames[10].astype(float) ** 2)
        assert error < 0.1
        whole = np.concatenate([frames[9], made, concealer.heard(frames[11])]).astype(float)
        assert np.abs(np.diff(whole)).max() < 1.5 * np.abs(np.diff(vowel)).max()

    def test_it_fades_and_ends(self) -> None:
        concealer = Concealer()
        for frame in in_frames(sine(200, 8000, 0.2), 8000):
            concealer.heard(frame)
        made = [np.abs(concealer.fill(160)).max() for _ in range(3)]
        assert made[0] > made[1] > made[2] > 0
        assert len(concealer.fill(160)) == 0
        assert concealer.concealed_ms == LONGEST_MS

    def test_nothing_is_made_of_nothing(self) -> None:
        assert len(Concealer().fill(160)) == 0
        assert Concealer().concealed_ms == 0
