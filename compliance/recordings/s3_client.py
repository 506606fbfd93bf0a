"""The few requests to S3-compatible storage that recordings need. Blocking; for use in a thread."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

import httpx

from compliance.recordings.aws_signature import Credentials, escaped, signed_headers
from gateway.kernel.clock import Clock
from gateway.kernel.errors import NotFound, Unavailable

TIMEOUT_S = 30.0
TRIES = 3
_UPLOAD_ID = re.compile(r"<UploadId>([^<]+)</UploadId>")
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bucket:
    """`endpoint`: https://s3.eu-central-1.amazonaws.com, or that of a MinIO, Ceph, Garage …; addressed by path."""

    endpoint: str
    name: str
    credentials: Credentials
    prefix: str = ""


class S3Client:
    """Raises NotFound, and Unavailable for everything else that is no success after a few tries."""

    def __init__(self, bucket: Bucket, clock: Clock, *, ca_file: str | None = None) -> None:
        self._bucket, self._clock = bucket, clock
        self._host = urlsplit(bucket.endpoint).netloc
        tls = ca_file or bucket.endpoint.startswith("https")
        self._http = httpx.Client(
            base_url=bucket.endpoint.rstrip("/"), timeout=TIMEOUT_S, trust_env=False, verify=tls,
            transport=httpx.HTTPTransport(verify=tls, retries=0),
        )  # fmt: skip

    def begin_upload(self, key: str) -> str:
        """The id of a multipart upload."""
        answer = self._ask("POST", key, (("uploads", ""),))
        found = _UPLOAD_ID.search(answer.text)
        if found is None:
            raise _failed("the storage began no upload")
        return found[1]

    def put_part(self, key: str, upload: str, number: int, content: bytes) -> str:
        """The part's ETag. Parts but the last have 5 MiB at least; numbers begin at 1."""
        answer = self._ask("PUT", key, (("partNumber", str(number)), ("uploadId", upload)), content)
        return answer.headers["etag"]

    def finish_upload(self, key: str, upload: str, etags: Sequence[str]) -> None:
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag, quote=False)}</ETag></Part>"
            for number, etag in enumerate(etags, 1)
        )
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        answer = self._ask("POST", key, (("uploadId", upload),), body)
        if "<Error>" in answer.text:  # it begins to answer 200 before it knows
            raise _failed("the storage could not put the parts together")

    def abandon_upload(self, key: str, upload: str) -> None:
        self._ask("DELETE", key, (("uploadId", upload),), missing_is_fine=True)

    def size(self, key: str) -> int:
        return int(self._ask("HEAD", key).headers["content-length"])

    def read(self, key: str, offset: int, length: int) -> bytes:
        answer = self._ask("GET", key, range_=f"bytes={offset}-{offset + length - 1}")
        return answer.content if answer.status_code == 206 else answer.content[offset : offset + length]

    def remove(self, key: str) -> None:
        self._ask("DELETE", key, missing_is_fine=True)

    def close(self) -> None:
        self._http.close()

    def _ask(
        self, method: str, key: str, query: Query = (), content: bytes = b"", *, range_: str = "",
        missing_is_fine: bool = False,
    ) -> httpx.Response:  # fmt: skip
        """Every request here may be repeated: it changes nothing the second time."""
        for left in reversed(range(TRIES)):
            try:
                answer = self._send(method, key, query, content, range_)
            except httpx.HTTPError as error:
                if not left:
                    raise _failed("the storage does not answer") from error
                continue
            if answer.is_success or (answer.status_code == 404 and missing_is_fine):
                return answer
            if answer.status_code == 404:
                raise NotFound("the storage has no such file", code="recording.file_gone")
            if answer.status_code < 500 or not left:
                raise _failed(f"the storage answered {answer.status_code}")
        raise AssertionError("unreachable")

    def _send(self, method: str, key: str, query: Query, content: bytes, range_: str) -> httpx.Response:
        bucket = self._bucket
        path = f"/{escaped(bucket.name)}/{escaped(bucket.prefix + key, safe='/')}"
        headers = signed_headers(
            bucket.credentials, method, path, query, {"host": self._host} | ({"range": range_} if range_ else {}),
            hashlib.sha256(content).hexdigest(), self._clock.now(),
        )  # fmt: skip
        asked = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in query)
        return self._http.request(method, path + (f"?{asked}" if asked else ""), content=content, headers=headers)


def _failed(what: str) -> Unavailable:
    return Unavailable(
        what, code="recording.storage", todo="look at GATEWAY_RECORDINGS__S3__… and at the storage's own log"
    )
