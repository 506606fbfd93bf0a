"""ES256: r and s of 32 bytes each, and nothing else."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from compliance.stir_shaken.signature import SIZE, is_good, sign
from tests.stir import maker

KEY = maker.key("a signer")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_what_was_signed_is_good_and_has_64_bytes() -> None:
    for number in range(64):  # r and s are short now and then, and are filled up
        signature = sign(KEY, bytes([number]))
        assert len(signature) == SIZE and is_good(KEY.public_key(), signature, bytes([number]))


def test_another_key_another_text_and_another_form_are_not_good() -> None:
    signature = sign(KEY, b"text")
    assert not is_good(maker.key("somebody else").public_key(), signature, b"text")
    assert not is_good(KEY.public_key(), signature, b"Text")
    assert not is_good(KEY.public_key(), KEY.sign(b"text", ec.ECDSA(SHA256())), b"text")
    assert not is_good(KEY.public_key(), signature[:-1], b"text")
    assert not is_good(KEY.public_key(), signature + b"\0", b"text")
    assert not is_good(KEY.public_key(), b"", b"text")


def test_numbers_that_are_none_of_the_curve_are_not_good() -> None:
    signature = sign(KEY, b"text")
    r, s = signature[:32], signature[32:]
    zero, order, most = bytes(32), ORDER.to_bytes(32, "big"), b"\xff" * 32
    for wrong in (zero + zero, r + zero, zero + s, r + order, order + s, r + most, most + s, most + most, s + r):
        assert not is_good(KEY.public_key(), wrong, b"text")
