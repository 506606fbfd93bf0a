"""Everywhere that a stack keeps anything or tells it: files, Redis, recordings (decrypted), what receivers were sent.

What is found is never repeated.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import redis

from agents.speech.keywords import DIGIT_OF, KeywordSpotter
from compliance.redaction.search import Hit, search
from compliance.redaction.value import redact_value
from gateway.sip.rtp.g711 import FRAME_MS
from gateway.sip.rtp.tone_detector import ToneDetector

PIECE = 1 << 20
TONE_RATE, EAR_RATE = 8000, 16000
SPEECH_S = 8.0  # heard in one go
OF_OTHERS = frozenset({"livekit-server.log", "redis.log"})
ENOUGH = 8  # digits in a row of one card, in tones or speech, are a find
_LABELS = ("[card number]", "[card code]")


class Found:
    """`searched`: how much of each place; `hits`: of which place and form, how many."""

    def __init__(self) -> None:
        self.searched: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()

    def add(self, place: str, hits: Iterator[Hit] | Sequence[Hit]) -> None:
        for hit in hits:
            self.hits[f"{place}: {hit.kind}, {hit.form}"] += 1


def look_in_files(folder: Path, cards: Sequence[str], found: Found) -> None:
    """Known cards, in every form, in every byte."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        found.searched["bytes of files"] += file.stat().st_size
        found.add(str(file.relative_to(folder)), search(_pieces(file), cards, strange=False))


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def look_in_logs(folder: Path, found: Found) -> None:
    """Other card numbers in lines of our own logs, but for the same fields. The others' are full of session numbers."""
    for file in sorted(path for path in folder.rglob("*.log") if path.name not in OF_OTHERS):
        for line in file.read_text(errors="replace").splitlines():
            found.searched["lines of logs"] += 1
            try:
                fields = json.loads(line)
            except ValueError:
                fields = {"line": line}
            if isinstance(fields, dict) and _loses({key: one for key, one in fields.items() if isinstance(one, str)}):
                found.hits[f"{file.relative_to(folder)}: strange"] += 1


def look_in_told(folder: Path, cards: Sequence[str], found: Found) -> None:
    """What those outside were told, a JSON text per line: known cards in any form, and any others."""
    for file in sorted(folder.iterdir()):
        found.add(f"told, {file.stem}", search(_pieces(file), cards, strange=False))
        for line in file.read_bytes().splitlines():
            found.searched[f"bytes told, {file.stem}"] += len(line)
            body = json.loads(line)
            if _loses(body):
                found.hits[f"told, {file.stem}: strange"] += 1


def _labels(value: object) -> int:
    return sum(str(value).count(label) for label in _LABELS)


def look_in_rows(database: Path, found: Found) -> None:
    """Other card numbers in rows, but for numeric, time and id fields (`compliance/redaction/exempt.py`)."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                found.searched["rows"] += 1
                texts = {key: value for key in row.keys() if isinstance(value := row[key], str)}  # noqa: SIM118
                if _loses({key: _read(value) for key, value in texts.items()}):
                    found.hits[f"{database.name}, {table}: strange"] += 1


def _read(text: str) -> Any:
    """JSON as what it says: "null" is a German zero, too."""
    try:
        return json.loads(text) if text.startswith(("{", "[")) else text
    except ValueError:
        return text


def _loses(value: object) -> bool:
    return _labels(redact_value(value)) > _labels(value)


def look_in_redis(url: str, cards: Sequence[str], found: Found) -> None:
    def kept() -> Iterator[bytes]:
        for key in client.scan_iter(count=500):
            raw = key + (client.dump(key) or b"") + b"\n"
            found.searched["bytes of Redis"] += len(raw)
            yield raw

    with closing(redis.Redis.from_url(url)) as client:
        found.add("redis", search(kept(), cards, strange=False))


def look_in_recordings(api: httpx.Client, cards: Sequence[str], found: Found) -> None:
    """Tones and spoken digits on both channels of every recording that can be played."""
    ears = KeywordSpotter(())
    for one in api.get("/v1/recordings", params={"state": "ready", "limit": 200}).json()["data"]:
        sound = _decoded(api.get(f"/v1/recordings/{one['id']}/audio").content)
        for channel in sound:
            found.searched["seconds of recordings"] += round(len(channel) / 48_000)
            for how, digits in (("tones", _tones(channel)), ("speech", _speech(channel, ears))):
                if any(_shares(digits, card) for card in cards):
                    found.hits[f"recordings: {how}"] += 1


def _decoded(ogg: bytes) -> tuple[np.ndarray, np.ndarray]:
    with av.open(io.BytesIO(ogg)) as stream:
        frames = [frame.to_ndarray() for frame in stream.decode(audio=0)]
    sound = np.concatenate([one.reshape(-1, 2) if one.shape[0] == 1 else one.T for one in frames])
    scaled = sound if sound.dtype == np.int16 else (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    return scaled[:, 0], scaled[:, 1]


def _tones(channel: np.ndarray) -> str:
    detector, size = ToneDetector(TONE_RATE), TONE_RATE * FRAME_MS // 1000
    samples = np.ascontiguousarray(channel[:: 48_000 // TONE_RATE])
    pressed = (detector.take(samples[at : at + size]) for at in range(0, len(samples) - size, size))
    return "".join(one.digit for one in pressed if one)


def _speech(channel: np.ndarray, ears: KeywordSpotter) -> str:
    samples = np.ascontiguousarray(channel[:: 48_000 // EAR_RATE])
    size = round(SPEECH_S * EAR_RATE)
    said = (ears.digits_in(samples[at : at + size].tobytes()) for at in range(0, len(samples), size))
    return "".join(DIGIT_OF.get(word, "") for words in said for word in words)


def _shares(digits: str, card: str) -> bool:
    return any(card[at : at + ENOUGH] in digits for at in range(len(card) - ENOUGH + 1))
