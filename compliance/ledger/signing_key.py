"""The key that signs checkpoints: Ed25519, PEM, in a file of its own, readable by its owner only; made when missing."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from compliance.ledger.notes import VerifierKey
from gateway.kernel.errors import SetupError


def open_key(path: Path) -> Ed25519PrivateKey:
    """Raises SetupError for a file that is no such key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        fresh = Ed25519PrivateKey.generate()
        with os.fdopen(descriptor, "wb") as file:
            file.write(fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SetupError(f"{path} is not a key of the ledger", todo=f"restore {path} from your backup")
    return key


def verifier_of(private: Ed25519PrivateKey, origin: str = "") -> VerifierKey:
    """`origin`: the ledger's name; without one it is made of the key, and so nobody else's. Raises SetupError."""
    public = private.public_key().public_bytes_raw()
    try:
        return VerifierKey(origin or f"gateway/{public[:8].hex()}", public)
    except ValueError as error:
        raise SetupError(
            "the name of the ledger has a space or a plus in it", todo="set GATEWAY_LEDGER__ORIGIN without them"
        ) from error
