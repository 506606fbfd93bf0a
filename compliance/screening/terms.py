"""What an inbound trunk, or a dispatch rule, asks of callers; where both do, the stricter holds. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Anonymous = Literal["allow", "challenge", "refuse"]
Challenge = Literal["none", "unknown", "all"]
_STRICTER_LATER = ("allow", "challenge", "refuse", "none", "unknown", "all")  # of either term its own, mild to strict
MOST_PER_MINUTE = 10_000


class ScreeningTerms(BaseModel):
    """What is left out changes nothing. The lists hold for every call in, whatever the terms are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    anonymous: Anonymous = Field(
        default="allow", description="callers without a number; `refuse` answers 433, `challenge` asks for a key"
    )
    rate_per_caller: int | None = Field(
        default=None, ge=1, le=MOST_PER_MINUTE, description="calls of one caller in any 60 s; null: no limit"
    )
    rate_per_number: int | None = Field(
        default=None, ge=1, le=MOST_PER_MINUTE, description="calls to one number in any 60 s; null: no limit"
    )
    challenge: Challenge = Field(
        default="none", description="who has to press a key before the call goes on; unknown: is on no allow list"
    )
    only_allowed: bool = Field(default=False, description="only callers on an allow list get in")

    @property
    def counts_calls(self) -> bool:
        return self.rate_per_caller is not None or self.rate_per_number is not None


def stricter(one: ScreeningTerms, other: ScreeningTerms) -> ScreeningTerms:
    """What both ask for, taken together."""
    return ScreeningTerms(
        anonymous=one.anonymous if _strict(one.anonymous) > _strict(other.anonymous) else other.anonymous,
        rate_per_caller=_lower(one.rate_per_caller, other.rate_per_caller),
        rate_per_number=_lower(one.rate_per_number, other.rate_per_number),
        challenge=one.challenge if _strict(one.challenge) > _strict(other.challenge) else other.challenge,
        only_allowed=one.only_allowed or other.only_allowed,
    )


def _strict(term: Anonymous | Challenge) -> int:
    return _STRICTER_LATER.index(term)


def _lower(one: int | None, other: int | None) -> int | None:
    given = [rate for rate in (one, other) if rate is not None]
    return min(given, default=None)
