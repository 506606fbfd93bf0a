"""How the phones of a trunk are spoken with: codecs, encryption, keys, silence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

CodecName = Literal["PCMU", "PCMA", "G722"]


def _once(codecs: tuple[CodecName, ...]) -> tuple[CodecName, ...]:
    return tuple(dict.fromkeys(codecs))


class MediaTerms(BaseModel):
    """The terms of a trunk; what is left out is the default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codecs: Annotated[tuple[CodecName, ...], AfterValidator(_once)] = Field(
        default=("PCMU", "PCMA", "G722"), min_length=1, max_length=3,
        description="that may be spoken; our offers name them in this order, answers keep the caller's",
    )  # fmt: skip
    encryption: Literal["none", "allow", "require"] = Field(
        default="none", description="SRTP with keys in the SDP (RFC 4568); `require` refuses a plain call with 488"
    )
    dtmf: Literal["auto", "rfc4733", "info", "inband"] = Field(
        default="auto",
        description="how keys are sent: telephone events where the phone takes them, else tones. Taken by every method",
    )
    timeout_s: int | None = Field(
        default=None, ge=5, le=3600, description="the call ends after so long without audio; null: the node's setting"
    )
