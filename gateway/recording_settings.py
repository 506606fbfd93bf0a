"""The settings of recordings: where they are kept. A part of `gateway.settings`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


class S3Settings(BaseModel):
    """S3-compatible storage for recordings. Off without an endpoint."""

    endpoint: str = Field(default="", pattern=r"^(https?://[^/?#]+)?$", description="https://s3.example.com")
    bucket: str = ""
    region: str = "us-east-1"
    prefix: str = Field(default="", description="put before the name of every file: calls/")
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    ca_file: Path | None = Field(default=None, description="PEM; whose TLS is believed; default: the machine's")


class RecordingSettings(BaseModel):
    """Where encrypted recordings are, and the key that wraps their keys. A recorder writes to the folder first."""

    folder: Path | None = Field(default=None, description="default: recordings in state_dir")
    key_file: Path | None = Field(default=None, description="without it nothing can be played; default: in keys")
    s3: S3Settings = S3Settings()
