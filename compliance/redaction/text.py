"""One text, all there is: card numbers, codes and expiries taken out. Pure."""

from __future__ import annotations

from compliance.redaction.call import CallRedactor
from compliance.redaction.triggers import is_plain


def redact_text(text: str) -> str:
    """`text` with `[card number]`, `[card code]`, `[card expiry]` in place of digits. Twice is the same as once."""
    return text if is_plain(text) else CallRedactor().take("", text, 0).text
