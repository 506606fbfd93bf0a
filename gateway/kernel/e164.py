"""Telephone numbers: parsed once at the edge, E.164 ever after (ITU-T E.164)."""

from __future__ import annotations

import re

import phonenumbers

from gateway.kernel.errors import BadInput

LONGEST = 16  # the + and 15 digits
_DIGITS = re.compile(r"^\+?[0-9]{3,15}$")


def parse_e164(text: str, *, field: str = "number") -> str:
    """`text` as E.164 (`+15105550100`); raises BadInput naming `field`."""
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise BadInput(
            f"{field} is not an E.164 telephone number",
            code="number.not_e164",
            field=field,
            todo="write it with + and the country code, for example +15105550100",
        ) from error
    if not phonenumbers.is_possible_number(parsed):
        raise BadInput(
            f"{field} has the wrong length for its country",
            code="number.not_e164",
            field=field,
            todo="check the digits after the country code",
        )
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if len(number) > LONGEST:  # some national plans are looser than E.164 itself
        raise BadInput(
            f"{field} has more than 15 digits", code="number.not_e164", field=field, todo="leave out the extension"
        )
    return number


def from_sip_user(user: str) -> str:
    """The number in a SIP user part as the switchboard stores it.

    Strips visual separators and user parameters (`;npdi`), adds the + a carrier left out.
    What is not a number (`anonymous`, `alice`) comes back unchanged.
    """
    bare = re.sub(r"[ \-().]", "", user.split(";", 1)[0])
    if not _DIGITS.match(bare):
        return user
    return bare if bare.startswith("+") else "+" + bare


def is_country(code: str) -> bool:
    """True for an ISO 3166-1 alpha-2 code that has telephone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS


def masked(number: str) -> str:
    """For screens that must not show the number: the last two digits only."""
    return "…" + number[-2:] if len(number) > 4 else "…"
