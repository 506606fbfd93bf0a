"""Where the certificates of the tests' providers are: a real HTTPS server on loopback, in a thread."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.stir import maker


@dataclass
class CertificateServer:
    """`files`: what each path answers, made when it is asked for; the rest is 404."""

    folder: Path
    port: int = 0
    files: dict[str, Callable[[], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def ca_file(self) -> Path:
        return self.folder / "tls-ca.pem"

    @staticmethod
    def strange_bundle() -> bytes:
        """Of an authority that nobody trusts."""
        strange = maker.authority("a stranger")
        return maker.pem(maker.provider(strange).certificate, strange.certificate)

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}/{path}"


@contextmanager
def certificate_server(folder: Path) -> Iterator[CertificateServer]:
    server = CertificateServer(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/")
            server.asked.append(path)
            content = server.files.get(path)
            body = content() if content else b""
            self.send_response(200 if content else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.socket = _tls(folder).wrap_socket(http.socket, server_side=True)
    server.port = http.server_address[1]
    serving = threading.Thread(target=http.serve_forever, name="certificates", daemon=True)
    serving.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        serving.join()


def _tls(folder: Path) -> ssl.SSLContext:
    """A certificate for localhost, of an authority whose own is left in `ca_file`."""
    above = maker.authority("a test's web authority")
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    own = maker.certify("localhost", above, [(names, False)])
    (folder / "tls-ca.pem").write_bytes(above.pem)
    file = folder / "tls.pem"
    file.write_bytes(
        own.pem + own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
