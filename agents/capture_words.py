"""What the agent says after the caller has keyed in what nobody may know. True, short, in plain words. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from gateway.calls.capture_facts import Outcome

NO_CAPTURE = "Sorry, I cannot take that by keypad right now."
TAKEN = "I have what you keyed in."
GO_ON = "How else can I help you?"
BRANDS: dict[str, str] = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "unionpay": "Union Pay",
    "maestro": "Maestro",
}
_WORDS: dict[Outcome, str] = {
    "cancelled": "We go on without the keypad.",
    "invalid": "Sorry, what you keyed in was not valid.",
    "timed_out": "Sorry, I did not get all of the digits.",
    "hung_up": "We go on without the keypad.",
    "refused_by_tokeniser": "Sorry, the card was not accepted.",
    "failed": "Sorry, that did not work.",
}


class CaptureResult(BaseModel):
    """`GET /internal/v1/calls/{id}/captures/{capture_id}`. `outcome` is None while it is not over."""

    model_config = ConfigDict(extra="ignore")

    outcome: Outcome | None = None
    name: str = ""
    brand: str = ""
    expiry_month: int | None = None
    expiry_year: int | None = None
    problem: str = ""
    token: str = Field(default="", repr=False)
    last4: str = Field(default="", repr=False)


def ending_in(brand: str) -> str:
    """What stands before the last four digits."""
    named = BRANDS.get(brand)
    return f"I have your {named} card ending in" if named else "I have your card ending in"


def words_after(result: CaptureResult) -> str:
    if result.outcome != "taken":
        return f"{_WORDS.get(result.outcome or 'failed', _WORDS['failed'])} {GO_ON}"
    if not result.last4:
        return f"{TAKEN} {GO_ON}"
    return f"{ending_in(result.brand)} {' '.join(result.last4)}. {GO_ON}"


def note_for_model(result: CaptureResult) -> str:
    """A language model is told what it may use; the digits themselves nobody has."""
    if result.outcome != "taken":
        return f"The caller was asked to key in {_named(result)}, and it came to nothing: {result.outcome or 'failed'}."
    card = f" Brand {result.brand}, last four digits {result.last4}." if result.last4 else ""
    expiry = f" Valid to {result.expiry_month}/{result.expiry_year}." if result.expiry_month else ""
    return (
        f"The caller has keyed in {_named(result)}; nobody has seen the digits.{card}{expiry} "
        f"The token that stands for it: {result.token}"
    )


def _named(result: CaptureResult) -> str:
    return result.name.replace("_", " ") or "what an operator asked for"


ALL_WORDS = (NO_CAPTURE, TAKEN, GO_ON, *_WORDS.values(), *(ending_in(brand) for brand in (*BRANDS, "")))
