"""Words that somebody types about a call, in the bodies of requests: card numbers go before anything is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from compliance.redaction.text import redact_text

LONGEST = 2000  # characters


def _without_cards(text: str) -> str:
    return redact_text(text)[:LONGEST]  # a label may be longer than what it stands for


Typed = Annotated[str, Field(max_length=LONGEST), AfterValidator(_without_cards)]
