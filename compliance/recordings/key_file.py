"""Key-encryption keys in one file of mode 0600: base64, one per line; the first wraps, both unwrap.

It is read on every use, so that a rotation needs no restart. Losing it is losing every recording.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from compliance.recordings.keys import WrappedKey
from gateway.kernel.errors import SetupError

NONCE, KEY = 12, 32
AT_A_TIME = 2


class KeyFile:
    """A `KeyEncryption`. The file is made by `ensure` on first start."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ensure(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(descriptor, "wb") as file:
            file.write(_line(secrets.token_bytes(KEY)))
            file.flush()
            os.fsync(file.fileno())

    @property
    def exists(self) -> bool:
        return self._path.exists()

    @property
    def current(self) -> str:
        return _id(self._keys()[0])

    def wrap(self, key: bytes, recording: str) -> WrappedKey:
        by, nonce = self._keys()[0], secrets.token_bytes(NONCE)
        return WrappedKey(_id(by), nonce + AESGCM(by).encrypt(nonce, key, recording.encode()))

    def unwrap(self, wrapped: WrappedKey, recording: str) -> bytes:
        by = next((key for key in self._keys() if _id(key) == wrapped.key_id), None)
        if by is None:
            raise SetupError(
                f"the key {wrapped.key_id} that wraps this recording's key is not in {self._path}",
                todo=f"restore {self._path} from your backup",
            )
        nonce, sealed = wrapped.wrapped[:NONCE], wrapped.wrapped[NONCE:]
        try:
            return AESGCM(by).decrypt(nonce, sealed, recording.encode())
        except InvalidTag as error:
            raise SetupError(
                "a recording's wrapped key is not what was stored", todo="restore the database from your backup"
            ) from error

    def add_key(self) -> str:
        keys = [secrets.token_bytes(KEY), *self._keys()][:AT_A_TIME]
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(_line(key) for key in keys)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        return _id(keys[0])

    def _keys(self) -> list[bytes]:
        try:
            keys = [base64.b64decode(line, validate=True) for line in self._path.read_bytes().split()]
        except FileNotFoundError as error:
            raise SetupError(
                f"the key file {self._path} of the recordings is missing",
                todo="restore it from your backup; without it no recording can be played",
            ) from error
        except ValueError as error:
            raise self._no_key_file() from error
        if not keys or len(keys) > AT_A_TIME or any(len(key) != KEY for key in keys):
            raise self._no_key_file()
        return keys

    def _no_key_file(self) -> SetupError:
        return SetupError(f"{self._path} is not a key file of recordings", todo="restore it from your backup")


def _line(key: bytes) -> bytes:
    return base64.b64encode(key) + b"\n"


def _id(key: bytes) -> str:
    return hashlib.sha256(b"gateway key-encryption key|" + key).hexdigest()[:16]
