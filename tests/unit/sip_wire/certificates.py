"""Certificates for tests: an authority of their own, made anew each time."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certified:
    certificate: Path
    private_key: Path


class Authority:
    """`file` is its own certificate; `issue` makes one that it has signed."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        own = self._builder(self._subject, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(PEM))

    def issue(self, *hosts: str, days: int = 30) -> Certified:
        """For names and IP addresses; `days` below zero is one that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.IPAddress(ipaddress.ip_address(h)) if h[0].isdigit() else x509.DNSName(h) for h in hosts]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        built = self._builder(subject, key.public_key(), days).add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        folder = self._folder / f"{self._name}-{hosts[0]}-{days}"
        folder.mkdir()
        made = Certified(folder / "certificate.pem", folder / "key.pem")
        made.certificate.write_bytes(built.sign(self._key, hashes.SHA256()).public_bytes(PEM))
        no_encryption = serialization.NoEncryption()
        made.private_key.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, no_encryption))
        return made

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int = 30) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 60 * DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
