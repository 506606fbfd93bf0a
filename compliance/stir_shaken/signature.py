"""ES256 (RFC 7518 §3.4): ECDSA with P-256 and SHA-256; a signature is r and s, 32 bytes each. Pure."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

SIZE = 64
_ALGORITHM = ec.ECDSA(SHA256())


def is_good(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    if len(signature) != SIZE:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), signed, _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(data, _ALGORITHM))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
