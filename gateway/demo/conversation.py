"""What the demo caller says and what it must hear; the words are those of the demo agent's profile."""

from __future__ import annotations

from pathlib import Path

import gateway.phone
from gateway.phone.script import HangUp, Listen, Press, Say, Step

LINES = Path(gateway.phone.__file__).parent / "lines"
DIGITS = "1234"

PAY = "I want to pay my bill"
HOURS = "what are your opening hours"

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

PHRASES = (
    "demo agent",
    "account number",
    "forty two dollars",
    "nine to five",
    "one two three four",
    "monday to friday",
)

# What the agent must have understood, as words that have to be in its transcript.
AGENT_MUST_HEAR = ("pay my bill", "opening hours")
