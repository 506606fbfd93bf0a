"""SIP over TLS (RFC 3261 §26.2): whose certificate we show, and whose we believe."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from gateway.kernel.errors import SetupError
from gateway.settings import SipSettings


@dataclass(frozen=True)
class TlsOptions:
    """`ca_file` replaces the machine's list of authorities; with `ask_clients` only its certificates may call us."""

    port: int
    certificate: Path
    private_key: Path
    ca_file: Path | None = None
    ask_clients: bool = False

    @classmethod
    def from_settings(cls, sip: SipSettings) -> TlsOptions | None:
        """None when TLS is not wanted. Raises SetupError when it is and has no certificate."""
        if not sip.tls_port:
            return None
        if sip.tls_certificate is None or sip.tls_private_key is None:
            raise SetupError(
                "TLS needs a certificate and its key",
                todo="set GATEWAY_SIP__TLS_CERTIFICATE and GATEWAY_SIP__TLS_PRIVATE_KEY, or GATEWAY_SIP__TLS_PORT=0",
            )
        return cls(sip.tls_port, sip.tls_certificate, sip.tls_private_key, sip.tls_ca_file, sip.tls_ask_clients)


@dataclass(frozen=True)
class TlsContexts:
    listening: ssl.SSLContext
    dialling: ssl.SSLContext

    @classmethod
    def load(cls, options: TlsOptions) -> TlsContexts:
        """Raises SetupError naming the file that cannot be used."""
        ca_file = str(options.ca_file) if options.ca_file else None
        try:
            listening = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca_file)
            dialling = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
        except OSError as error:
            raise SetupError(f"{ca_file} is no list of certificates", todo="set GATEWAY_SIP__TLS_CA_FILE") from error
        for context in (listening, dialling):  # a peer that asks who we are is shown the same
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            try:
                context.load_cert_chain(options.certificate, options.private_key)
            except OSError as error:
                raise SetupError(
                    f"{options.certificate} and {options.private_key} are no certificate and its key",
                    todo="set GATEWAY_SIP__TLS_CERTIFICATE and GATEWAY_SIP__TLS_PRIVATE_KEY",
                ) from error
        if options.ask_clients:
            listening.verify_mode = ssl.CERT_REQUIRED
        return cls(listening, dialling)
