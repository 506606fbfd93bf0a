"""The private key that a provider signs with: a PEM file that its owner alone can read.

EC P-256, as PKCS#8 or SEC1, with a passphrase or without.
"""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from compliance.stir_shaken.certificate import read_bundle, read_speaker
from compliance.stir_shaken.faults import Fault
from gateway.kernel.errors import SetupError

MODES = (0o600, 0o400)
MAKE_ONE = "openssl ecparam -name prime256v1 -genkey -noout -out sign.key && chmod 600 sign.key"


def load_signing_key(path: Path, passphrase: str = "", passphrase_from: str = "") -> ec.EllipticCurvePrivateKey:
    """`passphrase_from`: the name of the environment variable that may hold one. Raises SetupError."""
    pem = _read(path)
    try:
        key = load_pem_private_key(pem, passphrase.encode() if b"ENCRYPTED" in pem else None)
    except TypeError as error:  # it wants a passphrase and got none
        raise _sealed(path, "has a passphrase", passphrase_from) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if b"ENCRYPTED" in pem:
            raise _sealed(path, "does not open with this passphrase", passphrase_from) from error
        raise SetupError(f"{path} holds no private key in PEM", todo=MAKE_ONE) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SetupError(f"{path}: STIR/SHAKEN signs with a key on the curve P-256 and no other", todo=MAKE_ONE)
    return key


def check_fits(key: ec.EllipticCurvePrivateKey, pem: bytes) -> x509.Certificate:
    """The certificate of a bundle that verifiers will use with this key. Raises SetupError."""
    try:
        certificate = read_bundle(pem)[0]
        read_speaker(certificate, "rfc8226")
    except Fault as fault:
        todo = "look at it: gateway stir inspect FILE"
        raise SetupError(f"verifiers would refuse the certificate: {fault.sentence}", todo=todo) from fault
    if _spki(certificate.public_key()) != _spki(key.public_key()):  # type: ignore[arg-type]
        todo = "give the certificate of this key, first in its file"
        raise SetupError("the certificate is another key's", todo=todo)
    return certificate


def _read(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode not in MODES:
            raise SetupError(f"{path} has the mode {mode:04o}: others may read the key", todo=f"chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}", todo=MAKE_ONE) from error


def _sealed(path: Path, what: str, passphrase_from: str) -> SetupError:
    return SetupError(
        f"{path} {what}", todo=f"export {passphrase_from}=…" if passphrase_from else "give its passphrase"
    )


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
