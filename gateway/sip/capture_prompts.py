"""Which shipped sentences a caller hears while keys are captured. Pure."""

from __future__ import annotations

from compliance.capture.spec import Kind
from gateway.calls.capture_facts import Outcome

AGAIN = "capture_not_valid"
WAIT = ("capture_one_moment",)
AFTER: dict[Outcome, tuple[str, ...]] = {"taken": ("capture_thanks",)}
"""What whoever goes on with the call does not say itself; a capture that came to nothing is theirs to explain."""

SENTENCES: dict[str, str] = {
    "capture_card_number": "Please enter your card number on the keypad.",
    "capture_expiry": "Please enter the expiry date. Two digits for the month, and two for the year.",
    "capture_cvv": "Please enter the security code of the card.",
    "capture_postcode": "Please enter your postal code, followed by the pound key.",
    "capture_account_number": "Please enter your account number, followed by the pound key.",
    "capture_pin": "Please enter your pin, followed by the pound key.",
    AGAIN: "That is not valid. Once more, please.",
    "capture_one_moment": "One moment, please.",
    "capture_thanks": "Thank you.",
}


def question(field: Kind, attempt: int) -> tuple[str, ...]:
    """Names of prompts, in order."""
    asked = f"capture_{field}"
    return (asked,) if attempt == 1 else (AGAIN, asked)
