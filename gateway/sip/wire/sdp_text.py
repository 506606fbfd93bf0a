"""The text of a session description (RFC 8866), read as far as an audio call needs it. Pure.

Lenient on what does not matter, strict on numbers: only ASCII digits within their range count.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_LINES = 1000
MOST_MEDIA = 32


class SdpRefused(ValueError):
    """A description that cannot be used; the SIP answer is 488 (RFC 3261 §21.4.26)."""


@dataclass
class MediaText:
    """One m= line and what stands below it. `kind` in small letters, `protocol` in capitals."""

    kind: str
    port: int
    protocol: str
    payload_types: list[int]
    line: str
    host: str = ""
    attributes: list[str] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Values of the attributes `a=name:value`, in order."""
        begin = f"{name}:"
        return [text[len(begin) :].strip() for text in self.attributes if text.lower().startswith(begin)]

    def has(self, flag: str) -> bool:
        return any(text.lower() == flag for text in self.attributes)

    def number(self, name: str) -> int | None:
        """The first readable value of a numeric attribute."""
        return next((n for n in map(number_of, self.values(name)) if n is not None), None)


@dataclass
class SessionText:
    host: str = ""
    attributes: list[str] = field(default_factory=list)
    media: list[MediaText] = field(default_factory=list)


def read(body: bytes) -> SessionText:
    """The description in `body`. Raises SdpRefused for an m= line that is none, or too many of them."""
    session = SessionText()
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise SdpRefused("the description has too many lines")
    for line in lines:
        kind, _, value = line.partition("=")
        if kind == "m":
            session.media.append(_media(value))
        elif kind == "c":
            _set_host(session, value)
        elif kind == "a":
            (session.media[-1] if session.media else session).attributes.append(value.strip())
    if len(session.media) > MOST_MEDIA:
        raise SdpRefused("the description has too many streams")
    return session


def number_of(text: str) -> int | None:
    """Up to five ASCII digits."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _media(value: str) -> MediaText:
    parts = value.split()
    if len(parts) < 4:
        raise SdpRefused("an m= line with too few parts")
    types = [number for number in map(number_of, parts[3:]) if number is not None and number < 128]
    port = number_of(parts[1].split("/")[0])
    if port is None or port > 65535:
        raise SdpRefused("a media port that is none")
    return MediaText(parts[0].lower(), port, parts[2].upper(), list(dict.fromkeys(types)), " ".join(parts))


def _set_host(session: SessionText, value: str) -> None:
    parts = value.split()
    if len(parts) == 3:
        (session.media[-1] if session.media else session).host = parts[2].split("/")[0]
