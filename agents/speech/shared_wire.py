"""What the calls of a worker and their shared ears say to each other over a unix socket.

A question is a head, then 16 kHz 16-bit sound; an answer is a head, then text. One question at a time per connection.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass
from enum import IntEnum

_QUESTION, _ANSWER = struct.Struct(">BII"), struct.Struct(">BI")  # which ears, ms left, bytes; verdict, bytes
LONGEST_S, RATE = 60, 16000
MOST_SOUND, MOST_TEXT = LONGEST_S * RATE * 2, 64 * 1024
EARS = ("STT", "STT_FALLBACK")  # by their settings


class Verdict(IntEnum):
    """`BUSY`: too many wait already; `LATE`: the time was over when its turn came; `FAILED`: the decoder did."""

    HEARD = 0
    BUSY = 1
    LATE = 2
    FAILED = 3


class Nonsense(ValueError):
    """No question or answer of ours; the connection is of no more use."""


@dataclass(frozen=True)
class Question:
    """`ears`: the setting that chose them."""

    ears: str
    within_ms: int
    sound: bytes


def question(asked: Question) -> bytes:
    return _QUESTION.pack(EARS.index(asked.ears), max(asked.within_ms, 0), len(asked.sound)) + asked.sound


def answer(verdict: Verdict, text: str = "") -> bytes:
    words = text.encode()[:MOST_TEXT]
    return _ANSWER.pack(verdict, len(words)) + words


async def read_question(reader: asyncio.StreamReader) -> Question:
    """Raises Nonsense; asyncio.IncompleteReadError when the other side has gone."""
    which, within_ms, size = _QUESTION.unpack(await reader.readexactly(_QUESTION.size))
    if which >= len(EARS) or size > MOST_SOUND or size % 2:
        raise Nonsense
    return Question(EARS[which], within_ms, await reader.readexactly(size))


async def read_answer(reader: asyncio.StreamReader) -> tuple[Verdict, str]:
    """Raises Nonsense; asyncio.IncompleteReadError when the other side has gone."""
    verdict, size = _ANSWER.unpack(await reader.readexactly(_ANSWER.size))
    if verdict not in list(Verdict) or size > MOST_TEXT:
        raise Nonsense
    return Verdict(verdict), (await reader.readexactly(size)).decode(errors="replace")
