"""What the RTP path of one leg costs: CPU per 20 ms, both directions, without sockets and without a room.

Run alone: `python -m bench.rtp_path`. A leg receives one packet and sends one in each 20 ms: 20 µs are 0.1 % of a core.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bench.figures import Series, show
from gateway.sip.mixer import Mixer
from gateway.sip.rtp.flow import Flow
from gateway.sip.rtp.packet import build
from gateway.sip.rtp.srtp import Srtp
from gateway.sip.rtp.tone_detector import ToneDetector
from gateway.sip.rtp.tones import tone_frames
from gateway.sip.wire.sdp import MediaChoice
from gateway.sip.wire.sdp_crypto import Crypto

PACKETS = 2000
SOURCE = ("192.0.2.1", 4000)
KEYS = bytes(range(30)), bytes(range(1, 31))
PCMU = MediaChoice("PCMU", 0, *SOURCE, telephone_event_pt=101)
G722 = replace(PCMU, codec="G722", payload_type=9)
SECURE = replace(PCMU, crypto=Crypto(1, "AES_CM_128_HMAC_SHA1_80", KEYS[0]), local_key=KEYS[1])


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 3000, samples).astype(np.int16)


def microseconds(step: Callable[[int], object], times: int = PACKETS) -> float:
    """CPU of one call of `step`, which is given its number."""
    begin = time.process_time()
    for number in range(times):
        step(number)
    return (time.process_time() - begin) / times * 1e6


def receive(choice: MediaChoice, frame_rate: int) -> float:
    flow, payload = Flow(choice, "", 0.0, frame_rate), noise(80).tobytes()
    datagrams = [build(choice.payload_type, False, n, n * 160, 1, payload) for n in range(PACKETS)]
    if choice.crypto:
        theirs = Srtp(Crypto(1, choice.crypto.suite, KEYS[1]), KEYS[0])
        datagrams = [theirs.protect(datagram) for datagram in datagrams]

    def step(number: int) -> None:
        now = number * 0.02
        flow.heard(datagrams[number], SOURCE, now)
        flow.incoming.tick(now + 0.007)

    return microseconds(step)


def send(choice: MediaChoice, frame_rate: int) -> float:
    flow, frame = Flow(choice, "", 0.0, frame_rate), noise(frame_rate // 50)
    return microseconds(lambda number: flow.datagrams(frame))


def tones(frame: np.ndarray) -> float:
    detector = ToneDetector()
    return microseconds(lambda number: detector.take(frame))


def mix(voices: int) -> float:
    mixer, frame = Mixer(), noise(160)
    queues = [mixer.open(str(number)) for number in range(voices)]

    def step(number: int) -> None:
        for queue in queues:
            queue.put(frame)
        mixer.mix()

    return microseconds(step)


def measure(rounds: int, tick: Callable[[str], None]) -> list[Series]:
    """The median of `rounds` is what counts: other work on the machine only makes figures larger."""
    key = tone_frames("5", 8000, 60, 60)[1]
    parts: dict[str, Callable[[], float]] = {
        "receive PCMU": lambda: receive(PCMU, 8000),
        "receive G.722 to 16 kHz": lambda: receive(G722, 16000),
        "receive G.722 to 8 kHz": lambda: receive(G722, 8000),
        "receive SRTP PCMU": lambda: receive(SECURE, 8000),
        "send PCMU": lambda: send(PCMU, 8000),
        "send G.722 from 16 kHz": lambda: send(G722, 16000),
        "send SRTP PCMU": lambda: send(SECURE, 8000),
        "watch for tones, noise": lambda: tones(noise(160)),
        "watch for tones, a key": lambda: tones(key),
        "mix one voice": lambda: mix(1),
        "mix three voices": lambda: mix(3),
    }
    found: list[Series] = []
    for name, one in parts.items():
        tick(name)
        series = Series(f"rtp: {name}", unit="µs per 20 ms", aim="60" if "tones" in name else "")
        for _ in range(rounds):
            series.add(one())
        found.append(series)
    return found


if __name__ == "__main__":
    show(measure(5, lambda name: None))
