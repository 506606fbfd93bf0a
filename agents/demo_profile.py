"""The agent of the demo: every sentence ships as a wav file, so it speaks without any speech engine.

`make voice` remakes the wav files from these texts.
"""

from __future__ import annotations

from typing import Any

DEMO_PROFILE: dict[str, Any] = {
    "name": "Demo agent",
    "greeting": "Hello, this is the demo agent. How can I help you?",
    "instructions": (
        "You are the demo agent of a telephone gateway. Answer in one short sentence. "
        "Tell the balance of an account after asking for its four digit number by keypad."
    ),
    "dialogue": [
        {
            "intent": "pay_bill",
            "phrases": ["pay my bill", "pay a bill", "account balance", "my balance"],
            "say": "Please key in your four digit account number.",
            "tool": "account_balance",
            "ask_digits": 4,
            "personal": True,
        },
        {
            "intent": "opening_hours",
            "phrases": ["opening hours", "are you open", "when do you open"],
            "say": "We are open from nine to five, Monday to Friday.",
        },
    ],
    "fallback_say": "Sorry, I did not understand that.",
    "farewell_phrases": ["goodbye", "bye bye"],
    "allow_hangup": True,
}

# what the demonstration campaign says, to whom, and to call screening
CALLED_NAMES = ("Ana", "Ben", "Chloe", "David", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jack")
WARNING = "This is the water works. Please boil your water until tomorrow."
WARNING_GREETING = "Hello {{name}}. " + WARNING
WARNING_OPENING = "A warning about your drinking water."
