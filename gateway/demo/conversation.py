"""What the phones of the demo say and what they must hear; the agent's words are those of its profile."""

from __future__ import annotations

from pathlib import Path

import gateway.phone
from gateway.phone.script import HangUp, Listen, Press, Say, StayOn, Step

LINES = Path(gateway.phone.__file__).parent / "lines"
CONSENT_KEY, DIGITS = "1", "1234"

PAY = "I want to pay my bill"
HOURS = "what are your opening hours"
CARD = "I want to pay by card"
WISH = "I want to speak to a human"
OFFICE = "this is the office, how may I help you"

SCRIPT: tuple[Step, ...] = (
    Listen(("demo agent",)),
    Say(PAY, LINES / "i_want_to_pay_my_bill.wav"),
    Listen(("account number",)),
    Press(DIGITS),
    Listen(("forty two dollars",)),
    Say(HOURS, LINES / "what_are_your_opening_hours.wav"),
    Listen(("nine to five",)),
    HangUp(),
)

TEST_CARD, EXPIRY, CODE = "4111111111111111", "1231", "123"  # a card that processors give out for tests

# The demo asks for consent first, and goes on where the conversation of `gateway phone` ends: the caller keys in a card
# that nobody sees, and a human takes the call.
CALLER_SCRIPT: tuple[Step, ...] = (
    Listen(("may this call be recorded",)),
    Press(CONSENT_KEY),
    *SCRIPT[:-1],
    Say(CARD, LINES / "i_want_to_pay_by_card.wav"),
    Listen(("card number on the keypad",)),
    Press(TEST_CARD),
    Listen(("two digits for the month",)),
    Press(EXPIRY),
    Listen(("security code",)),
    Press(CODE),
    Listen(("card ending in",), within_s=60.0),
    Say(WISH, LINES / "i_want_to_speak_to_a_human.wav"),
    Listen(("the office",), within_s=60.0),
    Say(PAY, LINES / "i_want_to_pay_my_bill.wav"),
    StayOn(),
)
HUMAN_SCRIPT: tuple[Step, ...] = (
    Listen(("caller is waiting",)),
    Press("1"),
    Listen(("you are connected",)),
    Say(OFFICE, LINES / "this_is_the_office_how_may_i_help_you.wav"),
    Listen(("pay my bill",)),
    HangUp(),
)
HUMAN_PHRASES = ("caller is waiting", "you are connected", "pay my bill")

PHRASES = (
    "may this call be recorded",
    "demo agent",
    "account number",
    "forty two dollars",
    "nine to five",
    "one two three four",
    "card number on the keypad",
    "two digits for the month",
    "security code",
    "card ending in",
    "monday to friday",
    "put you through",
    "the office",
)

# What the agent must have understood, as words that have to be in its transcript.
AGENT_MUST_HEAR = ("pay my bill", "opening hours", "pay by card", "speak to a human")
