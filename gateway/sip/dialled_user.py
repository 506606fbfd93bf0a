"""The user of a SIP URI that we send: a telephone number without visual separators, or a name. Pure."""

from __future__ import annotations

import re

from gateway.kernel.errors import BadInput

_SEPARATORS = re.compile(r"[ \-().]")
_USER = re.compile(r"^\+?[0-9A-Za-z._*#-]{1,64}$")


def user_of(text: str, what: str) -> str:
    """Raises BadInput naming the field `what` for a text that cannot be a SIP user as we send it."""
    user = text.strip() if any(character.isalpha() for character in text) else without_separators(text.strip())
    if not _USER.match(user):
        raise BadInput(
            f"{what} is neither a telephone number nor a SIP user", code="dial.request", field=what,
            todo=f"correct {what} and ask again",
        )  # fmt: skip
    return user


def without_separators(text: str) -> str:
    return _SEPARATORS.sub("", text)
