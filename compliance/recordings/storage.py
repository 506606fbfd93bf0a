"""The stores that the settings name: the folder always, S3-compatible storage when there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from compliance.recordings.aws_signature import Credentials
from compliance.recordings.local_store import LocalStore
from compliance.recordings.s3_client import Bucket, S3Client
from compliance.recordings.s3_store import S3Store
from compliance.recordings.stores import Store
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Unavailable
from gateway.recording_settings import S3Settings


class Storage:
    """`kept` is where finished recordings go."""

    def __init__(self, folder: Path, s3: S3Settings, clock: Clock) -> None:
        self.local = LocalStore(folder)
        self._client = (
            S3Client(_bucket(s3), clock, ca_file=str(s3.ca_file) if s3.ca_file else None) if s3.endpoint else None
        )
        self._s3 = S3Store(self._client) if self._client else None

    @property
    def kept(self) -> Store:
        return self._s3 or self.local

    @property
    def kept_kind(self) -> Literal["local", "s3"]:
        return "s3" if self._s3 else "local"

    def of(self, kind: str) -> Store:
        """Raises Unavailable for a storage that is not set up here (any more)."""
        if kind == "local":
            return self.local
        if self._s3 is None:
            raise Unavailable(
                "the recording is in S3 storage, which is not set up", code="recording.storage",
                todo="set GATEWAY_RECORDINGS__S3__ENDPOINT and what goes with it",
            )  # fmt: skip
        return self._s3

    def close(self) -> None:
        if self._client:
            self._client.close()


def _bucket(s3: S3Settings) -> Bucket:
    credentials = Credentials(s3.access_key, s3.secret_key.get_secret_value(), s3.region)
    return Bucket(s3.endpoint, s3.bucket, credentials, s3.prefix)
