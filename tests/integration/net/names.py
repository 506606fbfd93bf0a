"""Names of a test's own, and certificates for them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def resolve_by(monkeypatch: pytest.MonkeyPatch, names: dict[str, Sequence[Sequence[str]]]) -> list[str]:
    """`names`: what a name leads to at the first look-up, at the second, …, the last for all that follow. Returns the
    list into which every look-up of them is written."""
    real: Callable[..., Any] = socket.getaddrinfo
    asked: list[str] = []

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in names:
            return real(host, port, *args, **kwargs)
        turns = names[host]
        found = turns[min(asked.count(host), len(turns) - 1)]
        asked.append(host)
        return [one for address in found for one in real(address, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def server_for(name: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A TLS server's context with a certificate for `name`, and the file of the authority that signed it."""
    authority_key, authority = _certificate("a test's authority", None, None)
    key, certificate = _certificate(name, authority_key, authority)
    paths = {part: folder / f"{name}.{part}.pem" for part in ("ca", "crt", "key")}
    paths["ca"].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    paths["crt"].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths["key"].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paths["crt"], paths["key"])
    return context, paths["ca"]


def _certificate(
    name: str, signer: ec.EllipticCurvePrivateKey | None, issuer: x509.Certificate | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return key, builder.sign(signer or key, hashes.SHA256())
