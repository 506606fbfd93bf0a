"""The agent of the demo as it is rehearsed, with a human to put callers through to and a card to key in; its suites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents.demo_profile import DEMO_PROFILE

AGENT = "demo agent"  # what the suites call it
SUITES = tuple(sorted((Path(__file__).parent / "rehearsals").glob("*.yaml")))
REHEARSED: dict[str, Any] = {
    **DEMO_PROFILE,
    "transfers": [{"name": "office", "target_id": "tgt_rehearsal", "phrases": ["speak to a human"], "key": "0"}],
    "captures": [{"name": "card", "fields": ["card_number", "expiry", "cvv"], "phrases": ["pay by card"]}],
}
