"""What a dispatch rule wants its callers to be told, and whether it wants their calls recorded. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.kernel.e164 import is_country


def _is_place(code: str) -> str:
    if not is_country(code.partition("-")[0]):
        raise ValueError("a place is a country of ISO 3166, or one with its state, for example DE or US-CA")
    return code


Place = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"), AfterValidator(_is_place)]
Language = Literal["en", "de", "es", "fr", "pt"]


class DisclosureTerms(BaseModel):
    """What is left out changes nothing: the caller is told that this is a machine, and nothing is recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tell_ai: Literal["always", "by_law"] = Field(
        default="always", description="that this is an AI; by_law: only where a rule of a possible place asks for it"
    )
    record: Literal["no", "by_law", "notice", "ask"] = Field(
        default="no",
        description="whether to record, and how much to ask at least: by_law what the strictest possible place asks "
        "for, notice: tell every caller, ask: record nobody who has not said yes",
    )
    caller_places: list[Place] = Field(
        default=[], max_length=8, description="where callers of this rule are, by their address on record"
    )
    language: Language = Field(default="en", description="of what is said")
    on_revocation: Literal["stop", "trim"] = Field(
        default="trim", description="a consent taken back ends the recording; trim: what there is of it goes as well"
    )
