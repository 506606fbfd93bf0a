"""A keyed hash in place of a number: numbers are few enough to be tried all, so it needs a key.

The key is a file of mode 0600, made on the first use. Losing it is losing every hold on a person and every suppression.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from compliance.privacy.person import Person

FILE = "privacy.key"
_KEY_BYTES = 32


class HashKey:
    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, person: Person) -> str:
        """In hexadecimal."""
        return hmac.new(self._key, person.number.encode(), hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        if not self._path.exists():
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_hex(_KEY_BYTES).encode())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # whoever was first counts
                os.link(fresh, self._path)  # whole or not at all
            fresh.unlink()
        return bytes.fromhex(self._path.read_text().strip())
