"""Short-lived links to one recording, for the one key that asked for it: a player needs no key of its own.

A link is a signed statement (HS256); who revokes the key, or takes its scope, revokes its links.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import jwt

from gateway.kernel.errors import NotAuthenticated

LONGEST = timedelta(minutes=15)
AUDIENCE = "recording"


@dataclass(frozen=True)
class Link:
    recording_id: str
    key_id: str


class Links:
    """`path`: the file of its own secret, 0600, made on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self, link: Link, now: datetime, lifetime: timedelta) -> tuple[str, datetime]:
        """The text, and when it expires; never later than `LONGEST` from now."""
        expires = (now + min(lifetime, LONGEST)).replace(microsecond=0)
        claims = {"aud": AUDIENCE, "rec": link.recording_id, "key": link.key_id, "exp": expires}
        return jwt.encode(claims, self._secret(), algorithm="HS256"), expires

    def read(self, text: str, now: datetime) -> Link:
        """Raises NotAuthenticated for one that has expired or was never made here."""
        options = {"require": ["exp", "aud"], "verify_exp": False}
        try:
            claims = jwt.decode(text, self._secret(), algorithms=["HS256"], audience=AUDIENCE, options=options)  # pyright: ignore[reportArgumentType]
            expired = now.timestamp() >= float(claims["exp"])
            link = Link(str(claims["rec"]), str(claims["key"]))
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError) as error:
            raise _refused("the link is none of ours", "recording.link_invalid") from error
        if expired:
            raise _refused("the link has expired", "recording.link_expired")
        return link

    def _secret(self) -> bytes:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return self._path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        return self._path.read_bytes()


def _refused(detail: str, code: str) -> NotAuthenticated:
    return NotAuthenticated(detail, code=code, todo="POST /v1/recordings/{id}/links for another")
