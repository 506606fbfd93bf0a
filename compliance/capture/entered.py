"""What a caller has keyed in so far, field by field, until it is wiped."""

from __future__ import annotations

from dataclasses import dataclass, field

from compliance.capture.keys import Keys
from compliance.capture.spec import Kind
from compliance.cards.expiry import Expiry


@dataclass
class Entered:
    """`brand` and `last4` of the card, and `expiry`, once these are good; they may be told, the rest may not."""

    fields: dict[Kind, Keys] = field(default_factory=dict)
    brand: str = ""
    last4: str = field(default="", repr=False)
    expiry: Expiry | None = None

    def wipe(self) -> None:
        """Again is nothing."""
        for keys in self.fields.values():
            keys.wipe()
        self.fields.clear()
