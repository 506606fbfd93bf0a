"""The key file of a provider: read when it is one and nobody else can read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from compliance.stir_shaken.signing_key import check_fits, load_signing_key
from gateway.kernel.errors import SetupError
from tests.stir import maker

KEY = maker.leaf().key


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "sign.key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def as_pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, form: PrivateFormat, secret: str = "") -> bytes:
    return key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(secret.encode()) if secret else NoEncryption())


def refused(path: Path, passphrase: str = "", passphrase_from: str = "PHRASE") -> SetupError:
    with pytest.raises(SetupError) as error:
        load_signing_key(path, passphrase, passphrase_from)
    assert error.value.todo
    return error.value


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("secret", ["", "open sesame"])
@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_is_read_in_its_usual_forms(tmp_path: Path, form: PrivateFormat, secret: str, mode: int) -> None:
    read = load_signing_key(written(tmp_path, as_pem(KEY, form, secret), mode), secret)
    assert read.private_numbers() == KEY.private_numbers()


def test_a_passphrase_is_not_needed_for_a_key_that_has_none(tmp_path: Path) -> None:
    assert load_signing_key(written(tmp_path, as_pem(KEY, PrivateFormat.PKCS8)), "not needed")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o700, 0o666, 0o601])
def test_a_key_that_others_may_read_is_not(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, as_pem(KEY, PrivateFormat.PKCS8), mode)
    error = refused(path)
    assert f"{mode:04o}" in error.detail and error.todo == f"chmod 600 {path}"


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_a_key_that_does_not_open_says_where_its_passphrase_is_looked_for(tmp_path: Path, secret: str) -> None:
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        path = written(tmp_path, as_pem(KEY, form, "right"))
        error = refused(path, secret)
        assert "passphrase" in error.detail and "export PHRASE=" in str(error.todo)
        path.unlink()


@pytest.mark.parametrize("content", [b"", b"x", maker.leaf().pem, as_pem(KEY, PrivateFormat.PKCS8)[:80]])
def test_a_file_without_a_key_is_told_with_how_to_make_one(tmp_path: Path, content: bytes) -> None:
    assert "openssl" in str(refused(written(tmp_path, content)).todo)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none").detail


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    for key in (maker.key("wide", ec.SECP384R1), ed25519.Ed25519PrivateKey.generate()):
        path = written(tmp_path, as_pem(key, PrivateFormat.PKCS8))
        assert "P-256" in refused(path).detail
        path.unlink()


def test_the_certificate_has_to_be_the_keys_and_one_that_verifiers_take() -> None:
    assert check_fits(KEY, maker.bundle()) == maker.leaf().certificate
    for pem in (maker.bundle(maker.provider(maker.intermediate(), "999X")), maker.root().pem, b"x"):
        with pytest.raises(SetupError):
            check_fits(KEY, pem)
