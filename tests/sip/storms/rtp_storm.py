"""What a hostile network throws at one call's ports: forged packets from the peer's own address and from others'."""

from __future__ import annotations

import random
import socket

import numpy as np
from numpy.typing import NDArray

from gateway.sip.rtp import rtcp
from gateway.sip.rtp.packet import build

OTHER_SSRC = 0x0DDBA11
HERTZ = 1000  # of the tone that the phone speaks
FACTOR = 10  # forged packets for each of the call's own


class RtpStorm:
    """`throw` is one tick's worth: ten packets from the peer's own address and as many from strangers, and RTCP.

    `own` sends from the address that the call's audio comes from; `ssrc` and `sequence` are what it sends by now.
    """

    def __init__(self, own: socket.socket, target: tuple[str, int], seed: int) -> None:
        self._own, self._rtp, self._rtcp = own, target, (target[0], target[1] + 1)
        self._chance = random.Random(seed)
        self._strangers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
        for stranger, host in zip(self._strangers, ("127.0.0.1", "127.0.0.2", "127.0.0.3"), strict=True):
            stranger.bind((host, 0))
        self.sent = self._other = 0

    def throw(self, ssrc: int, sequence: int) -> None:
        for _ in range(FACTOR):
            self._send(self._own, self._forged(ssrc, sequence), self._rtp)
            self._send(self._chance.choice(self._strangers), self._forged(ssrc, sequence), self._rtp)
        for sender in (self._own, *self._strangers):
            self._send(sender, self._report(ssrc), self._rtcp)
            self._send(sender, self._report(ssrc), self._rtp)

    def _forged(self, ssrc: int, sequence: int) -> bytes:
        """A wrong payload type, a jump of the sequence, another sender, an event that is none, or no RTP at all."""
        chance = self._chance
        kind, number, stamp = chance.randrange(6), chance.getrandbits(16), chance.getrandbits(32)
        audio = chance.randbytes(chance.choice((0, 1, 80, 160, 160, 480, 1400)))
        if kind == 0:
            return build(chance.choice((1, 3, 18, 34, 77, 96, 127)), False, sequence & 0xFFFF, stamp, ssrc, audio)
        if kind == 1:  # ahead or behind by more than any loss
            return build(
                0, chance.random() < 0.5, (sequence + chance.randint(1000, 60_000)) & 0xFFFF, stamp, ssrc, audio
            )
        if kind == 2 and chance.random() < 0.5:
            return build(0, True, number, stamp, chance.getrandbits(32), audio)
        if kind == 2:  # another sender for three packets in a row, which is what makes a stream believable
            self._other += 1
            return build(0, False, self._other & 0xFFFF, self._other * 160, OTHER_SSRC + self._other // 3, audio)
        if kind == 3:
            return build(101, True, number, stamp, chance.getrandbits(32), bytes([chance.randint(16, 255)]) + audio[:5])
        if kind == 4:  # extensions and padding that reach beyond the end
            raw = bytearray(build(0, False, number, stamp, ssrc, audio))
            raw[0] |= chance.choice((0x10, 0x20, 0x3F))
            return bytes(raw)
        return chance.randbytes(chance.choice((0, 1, 11, 12, 60, 1400)))

    def _report(self, ssrc: int) -> bytes:
        report = rtcp.Report(ssrc, 2, 3, 4, ssrc, 2**23 - 1, 1.0, 7, 2**31)
        raw = bytearray(rtcp.compound(report, "a@b", wall=1_800_000_000.0, bye=True))
        for _ in range(self._chance.choice((0, 1, 8))):
            raw[self._chance.randrange(len(raw))] = self._chance.randrange(256)
        return bytes(raw[: self._chance.choice((len(raw), len(raw), 3, 9))])

    def _send(self, sender: socket.socket, raw: bytes, to: tuple[str, int]) -> None:
        try:
            sender.sendto(raw, to)
            self.sent += 1
        except OSError:  # a full buffer: a flood does not wait
            return

    def close(self) -> None:
        for stranger in self._strangers:
            stranger.close()


def is_tone(frame: NDArray[np.int16]) -> bool:
    """True for 20 ms in which the phone's tone is most of what is heard: noise is none, silence neither."""
    power = np.abs(np.fft.rfft(frame.astype(float))) ** 2
    place = HERTZ // 50
    return bool(power[place - 1 : place + 2].sum() > 0.5 * power.sum() > 1e9)
