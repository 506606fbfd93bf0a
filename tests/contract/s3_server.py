"""A small S3 in memory over real HTTP: signatures, multipart uploads and ranges as the API reference has them."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from compliance.recordings.aws_signature import Credentials, signed_headers

CREDENTIALS = Credentials("contract", "a secret of the tests", "eu-central-1")
LEAST_PART = 5 * 1024 * 1024


@dataclass
class Kept:
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    failing: int = 0  # so many requests are answered 503 first
    refused: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kept: Kept

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        length = headers.pop("content_length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _signed(self, body: bytes) -> bool:
        given = self.headers.get("authorization", "")
        names = re.search(r"SignedHeaders=([^,]+)", given)
        if names is None or self.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return False
        url = urlsplit(self.path)
        headers = {name: self.headers[name] for name in names[1].split(";") if not name.startswith("x-amz")}
        at = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        query = parse_qsl(url.query, keep_blank_values=True)
        wanted = signed_headers(
            CREDENTIALS, self.command, url.path, query, headers, hashlib.sha256(body).hexdigest(), at
        )
        return given == wanted["authorization"]

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self._signed(body):
            self.kept.refused.append(self.path)
            return self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if self.kept.failing:
            self.kept.failing -= 1
            return self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
        url = urlsplit(self.path)
        return self._do(url.path, dict(parse_qsl(url.query, keep_blank_values=True)), body)

    def _do(self, key: str, query: dict[str, str], body: bytes) -> None:
        kept, upload = self.kept, query.get("uploadId", "")
        if self.command == "POST" and "uploads" in query:
            name = f"upload {len(kept.uploads)}/+"  # to be escaped in a query
            kept.uploads[name] = {}
            return self._answer(200, f"<R><UploadId>{name}</UploadId></R>".encode())
        if upload and upload not in kept.uploads:
            return self._answer(404, b"<Error><Code>NoSuchUpload</Code></Error>")
        if self.command == "PUT" and upload:
            kept.uploads[upload][int(query["partNumber"])] = body
            return self._answer(200, ETag=f'"{hashlib.md5(body).hexdigest()}"')
        if self.command == "POST":
            return self._complete(key, upload, body.decode())
        if self.command == "DELETE" and upload:
            del kept.uploads[upload]
            return self._answer(204)
        if self.command == "DELETE":
            kept.objects.pop(key, None)
            return self._answer(204)
        if key not in kept.objects:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return self._give(kept.objects[key])

    def _complete(self, key: str, upload: str, body: str) -> None:
        parts = self.kept.uploads[upload]
        named = re.findall(r"<PartNumber>(\d+)</PartNumber><ETag>&?\w*;?\"?(\w+)", body)
        right = [(str(n), hashlib.md5(parts[n]).hexdigest()) for n in sorted(parts)]
        if named != right or any(len(parts[n]) < LEAST_PART for n in sorted(parts)[:-1]):
            return self._answer(200, b"<Error><Code>InvalidPart</Code></Error>")
        self.kept.objects[key] = b"".join(parts[n] for n in sorted(parts))
        del self.kept.uploads[upload]
        return self._answer(200, b"<CompleteMultipartUploadResult/>")

    def _give(self, content: bytes) -> None:
        wanted = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        if self.command == "HEAD":
            return self._answer(200, content_length=str(len(content)))
        if wanted is None:
            return self._answer(200, content)
        return self._answer(206, content[int(wanted[1]) : int(wanted[2]) + 1])

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 - so the base calls them


@contextlib.contextmanager
def s3_server() -> Iterator[tuple[str, Kept]]:
    """Its endpoint, and what it keeps."""
    kept = Kept()
    handler = type("Handler", (_Handler,), {"kept": kept})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
