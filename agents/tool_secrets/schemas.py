"""Secrets of tools as they go over REST, and to workers. Over REST values go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from agents.tool_text import SECRET_NAME
from gateway.rest.written import Written

LONGEST = 4000  # characters of a value
SecretName = Annotated[
    str, Path(pattern=SECRET_NAME, description="as profiles name it: {secret:NAME}", examples=["CRM_KEY"])
]


class SecretWritten(Written):
    value: SecretStr = Field(min_length=1, max_length=LONGEST, description="never shown again")

    @field_validator("value")
    @classmethod
    def _fits_in_a_header(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not (text.isascii() and text.isprintable()) or text != text.strip():
            raise ValueError("printable ASCII without spaces around it: it goes into headers and URLs")
        return value


class SecretShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    updated_at: datetime
    updated_by: str


class AgentSecrets(BaseModel):
    """`GET /internal/v1/agent-secrets/{agent_id}`: those that the profile names and that there are."""

    secrets: dict[str, str] = Field(repr=False)
