"""Session descriptions of ours: an offer, and the answer to one. Pure.

RFC 3264 §8 wants the same id for a whole session, and a version that rises by one with every change: `MediaSession` of
`sdp_session` keeps both.
"""

from __future__ import annotations

from gateway.sip.wire.sdp_crypto import SUITES, write_crypto
from gateway.sip.wire.sdp_media import (
    EVENTS_OFFERED,
    NUMBERS,
    Direction,
    MediaChoice,
    MediaPolicy,
    mirrored,
)
from gateway.sip.wire.sdp_text import read

COMFORT_NOISE_NUMBER = 13
FIRST_DYNAMIC = 96


def write_answer(
    choice: MediaChoice,
    offer: bytes,
    local_host: str,
    local_port: int,
    session_id: int,
    version: int,
    *,
    willing: Direction = "sendrecv",
    key: bytes | None = None,
) -> bytes:
    """The answer: the offer's streams in their order, all but the chosen one with port 0. Raises SdpRefused."""
    lines = _head(local_host, session_id, version)
    for place, media in enumerate(read(offer).media):
        if place == choice.stream:
            numbers = {choice.codec: choice.payload_type}
            lines += _audio(numbers, choice.telephone_event_pt, choice.comfort_noise_pt, local_port, choice.protocol)
            lines += _crypto_of(choice, key or choice.local_key)
            lines += [f"a=ptime:{choice.send_ptime_ms}", *(["a=rtcp-mux"] if choice.rtcp_mux else [])]
            lines.append(f"a={mirrored(choice.direction, willing)}")
        else:
            kind, _, *rest = media.line.split()
            lines.append(f"m={' '.join([kind, '0', *rest])}")
    return _joined(lines)


def write_offer(
    local_host: str,
    local_port: int,
    *,
    session_id: int = 1,
    version: int = 1,
    policy: MediaPolicy = MediaPolicy(),  # noqa: B008 - frozen
    direction: Direction = "sendrecv",
    key: bytes | None = None,
    current: MediaChoice | None = None,
) -> bytes:
    """An offer of the policy's codecs; a later one of a session puts what is `current` first and keeps its numbers.

    `direction` is ours: sendonly or inactive holds the other side, sendrecv takes it back. Raises SdpRefused.
    """
    numbers, events, noise = numbers_of(policy, current)
    secure = policy.encryption == "require" or (current is not None and current.crypto is not None)
    protocol = current.protocol if current else ("RTP/SAVP" if secure else "RTP/AVP")
    lines = _head(local_host, session_id, version) + _audio(numbers, events, noise, local_port, protocol)
    if current and current.crypto:
        lines.append(write_crypto(current.crypto.tag, current.crypto.suite, key or current.local_key))
    elif secure:
        lines += [write_crypto(tag, suite, key) for tag, suite in enumerate(SUITES, 1)]
    ptime = current.send_ptime_ms if current else 20
    mux = ["a=rtcp-mux"] if current and current.rtcp_mux else []
    return _joined([*lines, f"a=ptime:{ptime}", *mux, f"a={direction}"])


def numbers_of(policy: MediaPolicy, current: MediaChoice | None) -> tuple[dict[str, int], int | None, int | None]:
    """Payload types of the codecs, the events and the noise; a number once used keeps its meaning (RFC 3264 §8.3.2)."""
    events = EVENTS_OFFERED if policy.digits else None
    noise = COMFORT_NOISE_NUMBER if policy.comfort_noise else None
    numbers: dict[str, int] = {codec: NUMBERS[codec] for codec in policy.codecs}
    if current is None:
        return numbers, events, noise
    numbers.pop(current.codec, None)
    events = current.telephone_event_pt if current.telephone_event_pt is not None else events
    noise = current.comfort_noise_pt if current.comfort_noise_pt is not None else noise
    if events == current.payload_type:
        events = FIRST_DYNAMIC if current.payload_type != FIRST_DYNAMIC else FIRST_DYNAMIC + 1
    taken = {current.payload_type, events, noise}
    kept = {codec: number for codec, number in numbers.items() if number not in taken}
    return {current.codec: current.payload_type, **kept}, events, noise


def _head(host: str, session_id: int, version: int) -> list[str]:
    family = "IP6" if ":" in host else "IP4"
    return ["v=0", f"o=- {session_id} {version} IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0"]


def _audio(numbers: dict[str, int], events: int | None, noise: int | None, port: int, protocol: str) -> list[str]:
    types = [*numbers.values(), *(number for number in (noise, events) if number is not None)]
    lines = [f"m=audio {port} {protocol} {' '.join(map(str, types))}"]
    lines += [f"a=rtpmap:{number} {codec}/8000" for codec, number in numbers.items()]
    if noise is not None:
        lines.append(f"a=rtpmap:{noise} CN/8000")
    if events is not None:
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    return lines


def _crypto_of(choice: MediaChoice, key: bytes | None) -> list[str]:
    return [write_crypto(choice.crypto.tag, choice.crypto.suite, key)] if choice.crypto else []


def _joined(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()
