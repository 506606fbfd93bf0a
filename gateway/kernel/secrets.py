"""Secrets at rest: Fernet (AES-128-CBC with HMAC), rotating keys in one file of mode 0600, one key per line."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from gateway.kernel.errors import SetupError


class SecretBox:
    """The first key encrypts, all decrypt."""

    def __init__(self, keys: list[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def open(self, sealed: str) -> str:
        """Raises SetupError when the key file is not the one that sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode() if sealed else ""
        except InvalidToken as error:
            raise SetupError(
                "a stored secret cannot be decrypted with this key file",
                todo="set GATEWAY_KEY_FILE to the key file that the secrets were stored with",
            ) from error


def open_box(path: Path) -> SecretBox:
    """The box of a key file, which is made when it is missing. Raises SetupError for one that is not a key file."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
    try:
        return SecretBox(path.read_bytes().split())
    except ValueError as error:
        raise SetupError(f"{path} is not a key file", todo=f"restore {path} from your backup") from error
