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


class TlsContexts:
    """`listening` and `dialling` show the same certificate, to peers that ask who we are as well."""

    def __init__(self, options: TlsOptions) -> None:
        """Raises SetupError naming the file that cannot be used."""
        self._options, self.port = options, options.port
        ca_file = str(options.ca_file) if options.ca_file else None
        try:
            self.listening = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca_file)
            self.dialling = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
        except OSError as error:
            raise SetupError(f"{ca_file} is no list of certificates", todo="set GATEWAY_SIP__TLS_CA_FILE") from error
        for context in (self.listening, self.dialling):
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        if options.ask_clients:
            self.listening.verify_mode = ssl.CERT_REQUIRED
        try:
            self._seen = self._stamp()
            self._show()
        except OSError as error:
            raise SetupError(
                f"{options.certificate} and {options.private_key} are no certificate and its key",
                todo="set GATEWAY_SIP__TLS_CERTIFICATE and GATEWAY_SIP__TLS_PRIVATE_KEY",
            ) from error

    def renew(self) -> bool:
        """Shows what is in the files now, if they have changed; connections that stand keep what they have.

        Raises OSError for files that are no pair, a half-written one included: what was shown goes on being shown.
        """
        now = self._stamp()
        if now == self._seen:
            return False
        self._show()
        self._seen = now
        return True

    def _stamp(self) -> tuple[tuple[int, int, int], ...]:
        files = (path.stat() for path in (self._options.certificate, self._options.private_key))
        return tuple((file.st_mtime_ns, file.st_size, file.st_ino) for file in files)

    def _show(self) -> None:
        trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # one that fails would lose the key it has
        for context in (trial, self.listening, self.dialling):
            context.load_cert_chain(self._options.certificate, self._options.private_key)
