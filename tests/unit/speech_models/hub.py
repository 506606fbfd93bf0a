"""A model hub on loopback: ranges and entity tags, a transfer that breaks, a file that changes."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub(ThreadingHTTPServer):
    """`files` by path; `breaks_after`: bytes of each answer's body, then the line is dead; `asked`: path and range."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, bytes] = {}
        self.breaks_after: list[int] = []
        self.asked: list[tuple[str, str]] = []
        self.redirects: dict[str, str] = {}

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # who has seen enough hangs up
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub = self.server
        assert isinstance(hub, Hub)
        asked = self.headers.get("range", "")
        hub.asked.append((self.path, asked))
        if self.path in hub.redirects:
            self._head(302, 0, location=hub.redirects[self.path])
            return
        if (content := hub.files.get(self.path)) is None:
            self._head(404, 0)
            return
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        start = 0
        if (found := re.fullmatch(r"bytes=(\d+)-", asked)) and self.headers.get("if-range") == tag:
            start = int(found[1])
        if start >= len(content) > 0:
            self._head(416, 0)
            return
        rest = content[start:]
        self._head(206 if start else 200, len(rest), etag=tag)
        if hub.breaks_after:
            self.wfile.write(rest[: hub.breaks_after.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(rest)

    def _head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


@contextmanager
def running() -> Iterator[Hub]:
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02}, name="hub")
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join(30)
