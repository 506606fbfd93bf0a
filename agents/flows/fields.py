"""What a flow asks for: one value, what it has to look like, and how it may be given. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from agents.flows.postcodes import COUNTRIES
from compliance.redaction.exempt import CODE_NAMES, EXPIRY_NAMES, NUMBER_NAMES, snake
from gateway.kernel.e164 import is_country
from gateway.rest.written import Written

NAME = r"^[a-z][a-z0-9_]{0,31}$"
MOST_DIGITS = 32
MOST_TEXT = 500
MOST_KEYS = 15  # of a telephone number (E.164)
AMOUNT_KEYS = 9

Type = Literal["digits", "integer", "money", "date", "time", "yes_no", "choice", "phone", "postcode", "spelled", "text"]
By = Literal["digits", "speech", "both"]
_DAY = re.compile(r"today(?:([+-])(\d{1,5}))?|(\d{4}-\d{2}-\d{2})")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_UNKEYED = ("postcode", "spelled", "text")
_ONLY: dict[str, tuple[str, ...]] = {  # option → the types that know it
    "least": ("digits", "integer", "money", "spelled", "text"),
    "most": ("digits", "integer", "money", "spelled", "text"),
    "check": ("digits",),
    "earliest": ("date", "time"),
    "latest": ("date", "time"),
    "keyed": ("date",),
    "options": ("choice",),
    "region": ("phone", "postcode"),
    "currency": ("money",),
}
_DEFAULTS: dict[str, tuple[int, int]] = {"digits": (1, MOST_DIGITS), "spelled": (2, 40), "text": (1, 200)}


class FlowOption(Written):
    """One of the things to choose from."""

    value: str = Field(min_length=1, max_length=64, description="what a condition and a tool get; counts as a phrase")
    phrases: list[str] = Field(default_factory=list, max_length=16, description="what the caller may say for it")
    key: str = Field(default="", pattern=r"^[0-9]{0,2}$", description="keyed in for it")


class FlowField(Written):
    """One value."""

    name: str = Field(pattern=NAME, examples=["order"], description="what conditions, words and tools call it")
    type: Type
    ask: str = Field(default="", max_length=1000, description="the question; the first of a state may leave it out")
    again: str = Field(default="", max_length=1000, description="asked in place of the question the next times")
    by: By = Field(default="both", description="how the caller may give it")
    least: int | None = Field(default=None, ge=-999_999, le=999_999, description="how many, or how much, at least")
    most: int | None = Field(default=None, ge=-999_999, le=999_999, description="at most")
    check: Literal["", "mod97_10", "mod11_10"] = Field(default="", description="a check digit, by ISO 7064")
    earliest: str = Field(default="", max_length=16, description="a day (today+1, 2026-11-24) or a time (08:00)")
    latest: str = Field(default="", max_length=16, description="the last one")
    keyed: Literal["DDMMYYYY", "MMDDYYYY", "YYYYMMDD"] = Field(default="DDMMYYYY", description="how a date is keyed in")
    options: list[FlowOption] = Field(default_factory=list, max_length=30, description="of a choice")
    region: str = Field(default="", max_length=2, description="a country: US, GB")
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$", description="said with an amount: EUR")

    @field_validator("name")
    @classmethod
    def _no_card(cls, name: str) -> str:
        if snake(name).replace("_", "") in NUMBER_NAMES | CODE_NAMES | EXPIRY_NAMES:
            raise ValueError(f"{name}: cards, PINs and their codes are taken with a capture (docs/capture.md)")
        return name

    @field_validator("check", mode="before")
    @classmethod
    def _no_luhn(cls, check: object) -> object:
        if isinstance(check, str) and check.lower() in ("luhn", "mod10", "mod_10"):
            raise ValueError("a number with a Luhn check is a card's: take it with a capture (docs/capture.md)")
        return check

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        for option, types in _ONLY.items():
            if self.type not in types and getattr(self, option) != type(self).model_fields[option].get_default(
                call_default_factory=True
            ):
                raise ValueError(f"{option} is for {', '.join(types)}; {self.name} is {self.type}")
        if self.by == "digits" and not self.keys:
            raise ValueError(f"{self.name} cannot be keyed in: by has to be speech")
        self._check_bounds()
        if self.type == "choice":
            self._check_options()
        if self.type == "postcode" and self.region not in COUNTRIES:
            raise ValueError(f"{self.name} needs a region, one of {', '.join(sorted(COUNTRIES))}")
        if self.type == "phone" and not is_country(self.region):
            raise ValueError(f"{self.name} needs a region: the country that numbers without + are of")
        return self

    def _check_bounds(self) -> None:
        low, high = self.bounds
        if low is not None and high is not None and low > high:
            raise ValueError(f"{self.name}: least is more than most")
        if self.type in ("digits", "spelled", "text") and (low or 0) < 1:
            raise ValueError(f"{self.name}: least is 1 or more")
        longest = {"digits": MOST_DIGITS, "spelled": MOST_TEXT, "text": MOST_TEXT}.get(self.type)
        if longest and (high or 0) > longest:
            raise ValueError(f"{self.name}: most is {longest} or less")
        if self.check and (low or 0) < 3:
            raise ValueError(f"{self.name}: with a check there are at least 3 digits")
        for text in filter(None, (self.earliest, self.latest)):
            if self.type == "date":
                day_of(text, date.min + timedelta(days=100_000))
            elif not _CLOCK.fullmatch(text):
                raise ValueError(f"{text!r} is no time of day: write 08:00")
        if self.type == "time" and self.earliest and self.latest and self.earliest > self.latest:
            raise ValueError(f"{self.name}: earliest is after latest")

    def _check_options(self) -> None:
        if len(self.options) < 2:
            raise ValueError(f"{self.name} needs at least two options")
        for what in ("value", "key"):
            given = [one for option in self.options if (one := getattr(option, what))]
            if len(given) > len(set(given)):
                raise ValueError(f"two options of {self.name} have the same {what}")

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """How many digits, letters or characters, or how much."""
        low, high = _DEFAULTS.get(self.type, (None, None))
        return (low if self.least is None else self.least, high if self.most is None else self.most)

    @property
    def keys(self) -> int:
        """How many it takes at most; 0: it cannot be keyed in."""
        if self.by == "speech" or self.type in _UNKEYED:
            return 0
        match self.type:
            case "digits":
                return self.bounds[1] or 0
            case "integer" | "money":
                return len(str(abs(self.most))) if self.most is not None else AMOUNT_KEYS
            case "choice":
                return max(len(one.key) for one in self.options) if self.options else 0
            case other:
                return {"date": 8, "time": 4, "yes_no": 1, "phone": MOST_KEYS}[other]

    @property
    def spoken_digits(self) -> int:
        """How many have to be said, where that is certain; else 0."""
        low, high = self.bounds
        return high or 0 if self.type == "digits" and self.by != "digits" and low == high else 0


def day_of(text: str, today: date) -> date:
    """The day that `earliest` or `latest` says. Raises ValueError."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no day: write today, today+30, today-1 or 2026-11-24")
    sign, count, written = found.groups()
    if written:
        return date.fromisoformat(written)
    days = int(count or 0)
    return today + timedelta(days=-days if sign == "-" else days)
