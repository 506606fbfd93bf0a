"""Signs for a provider with its own key. Off unless a key file is named."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from compliance.stir_shaken.passport import Attestation
from compliance.stir_shaken.sign import Statement, sign_passport
from compliance.stir_shaken.signing_key import check_fits, load_signing_key
from gateway.kernel.errors import SetupError
from gateway.settings import SigningSettings

PASSPHRASE = "GATEWAY_STIR__SIGNING__PASSPHRASE"  # noqa: S105 - the name of the variable


@dataclass(frozen=True)
class Signer:
    """`origid`: what names this origin in every token, unless it is told another one."""

    key: ec.EllipticCurvePrivateKey
    x5u: str
    origid: str

    @classmethod
    def of(cls, settings: SigningSettings, name: str) -> Signer | None:
        """None when nothing is to be signed. Raises SetupError for a key that may not, or cannot, be used."""
        if settings.key_file is None:
            return None
        if not settings.x5u or settings.certificate_file is None:
            raise SetupError(
                "a signing key is named, and its certificate or the certificate's address is not",
                todo="set GATEWAY_STIR__SIGNING__CERTIFICATE_FILE and GATEWAY_STIR__SIGNING__X5U",
            )
        key = load_signing_key(settings.key_file, settings.passphrase.get_secret_value(), PASSPHRASE)
        try:
            pem = settings.certificate_file.read_bytes()
        except OSError as error:
            raise SetupError(
                f"{settings.certificate_file} cannot be read: {error.strerror}",
                todo="set GATEWAY_STIR__SIGNING__CERTIFICATE_FILE",
            ) from error
        check_fits(key, pem)
        return cls(key, settings.x5u, settings.origid or str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))

    def shaken(self, orig: str, dest: tuple[str, ...], iat: int, attest: Attestation, origid: str = "") -> str:
        """The value of an Identity header. Raises BadInput."""
        return sign_passport(Statement("shaken", orig, dest, iat, attest, origid or self.origid), self.key, self.x5u)
