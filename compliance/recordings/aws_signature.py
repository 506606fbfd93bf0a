"""AWS Signature Version 4 for S3 and what speaks like it: a request and a secret in, headers out. Pure.

Some sixty lines in the place of an SDK of thirty packages; checked against the examples of the S3 API reference.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    service: str = "s3"


def signed_headers(
    credentials: Credentials,
    method: str,
    path: str,
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    payload_sha256: str,
    now: datetime,
) -> dict[str, str]:
    """`headers` (Host is needed) with date, digest and Authorization. `path` is percent-encoded as it is sent."""
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    sent = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    sent |= {"x-amz-date": moment, "x-amz-content-sha256": payload_sha256}
    names = ";".join(sorted(sent))
    lines = (f"{name}:{sent[name]}" for name in sorted(sent))
    canonical = "\n".join([method, path, canonical_query(query), *lines, "", names, payload_sha256])
    scope = f"{moment[:8]}/{credentials.region}/{credentials.service}/aws4_request"
    to_sign = "\n".join([ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + credentials.secret_key).encode()
    for part in (*scope.split("/"), to_sign):
        signature = hmac.new(key, part.encode(), hashlib.sha256)
        key = signature.digest()
    authorization = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope},SignedHeaders={names},Signature={key.hex()}"
    )
    return sent | {"authorization": authorization}


def canonical_query(query: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted((escaped(a), escaped(b)) for a, b in query))


def escaped(text: str, *, safe: str = "") -> str:
    """As RFC 3986 has it: everything but letters, digits and -._~."""
    return quote(text, safe=safe + "-._~")
