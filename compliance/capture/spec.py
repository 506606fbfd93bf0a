"""What a capture asks the caller to key in: fields in their order, and how long it waits. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["card_number", "expiry", "cvv", "postcode", "account_number", "pin"]
LENGTHS: dict[Kind, tuple[int, int]] = {
    "card_number": (12, 19),
    "expiry": (4, 4),
    "cvv": (3, 4),
    "postcode": (3, 10),
    "account_number": (1, 32),
    "pin": (4, 12),
}
"""How many keys, where nobody says so; account numbers and PINs may be narrowed by request."""
NARROWED: frozenset[Kind] = frozenset({"postcode", "account_number", "pin"})
MOST_FIELDS = 6


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldAsked(_Strict):
    """`shortest`, `longest` and `mask` are for postcode, account_number and pin; of equal lengths it ends by itself."""

    kind: Kind
    shortest: int | None = Field(default=None, ge=1, le=32)
    longest: int | None = Field(default=None, ge=1, le=32)
    mask: str = Field(
        default="", pattern="^[0-9x]{0,32}$", examples=["49xxxxxx"],
        description="account_number: a digit stands for itself, x for any; it says the length too",
    )  # fmt: skip

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind not in NARROWED and (self.shortest or self.longest):
            raise ValueError(f"the length of {self.kind} is known; leave shortest and longest out")
        if self.mask and (self.kind != "account_number" or self.shortest or self.longest):
            raise ValueError("a mask is for account_number, and says the length itself")
        low, high = self.lengths
        if low > high:
            raise ValueError("shortest is longer than longest")
        return self

    @property
    def lengths(self) -> tuple[int, int]:
        """The fewest and the most keys."""
        if self.mask:
            return len(self.mask), len(self.mask)
        low, high = LENGTHS[self.kind]
        return self.shortest or min(low, self.longest or low), self.longest or max(high, self.shortest or high)


def of_kind(asked: object) -> object:
    """A field may be written as its kind alone."""
    return {"kind": asked} if isinstance(asked, str) else asked


class Patience(_Strict):
    """Seconds. `first_key` counts from the moment the question begins, `whole` from the capture's beginning."""

    first_key_s: float = Field(default=20.0, ge=3, le=120)
    next_key_s: float = Field(default=8.0, ge=2, le=60)
    whole_s: float = Field(default=180.0, ge=10, le=600)


class CaptureSpec(_Strict):
    """`talk`: the room goes on hearing the caller, without the tones; else it hears silence. `show_expiry`: the result
    tells month and year."""

    fields: Annotated[tuple[FieldAsked, ...], Field(min_length=1, max_length=MOST_FIELDS)]
    talk: bool = False
    show_expiry: bool = False
    patience: Patience = Patience()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(fields := given.get("fields"), list | tuple):
            return {**given, "fields": [of_kind(one) for one in fields]}
        return given

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        kinds = [one.kind for one in self.fields]
        if len(set(kinds)) < len(kinds):
            raise ValueError("each field can be asked for once")
        if "cvv" in kinds and "card_number" in kinds[kinds.index("cvv") :]:
            raise ValueError("the cvv comes after the card_number: its length is the brand's")
        return self
