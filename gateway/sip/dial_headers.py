"""Headers that somebody wants on a request of ours: which may be, and what they may hold (RFC 3261 §25.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.kernel.errors import BadInput

MOST_HEADERS = 50
LONGEST_NAME, LONGEST_VALUE = 255, 8192

# What makes a request reach its place and be understood is ours alone, in its compact form too.
FORBIDDEN = frozenset({
    "accept", "accept-encoding", "accept-language", "allow", "allow-events", "authorization", "call-id", "contact",
    "content-disposition", "content-encoding", "content-language", "content-length", "content-type", "cseq",
    "event", "expires", "from", "max-forwards", "mime-version", "min-se", "proxy-authorization", "proxy-require",
    "rack", "record-route", "refer-to", "replaces", "reply-to", "require", "route", "rseq", "session-expires",
    "subscription-state", "supported", "to", "via",
    "c", "e", "f", "i", "k", "l", "m", "o", "r", "t", "u", "v", "x",
})  # fmt: skip
_NAME = re.compile(r"^[A-Za-z0-9\-.!%*_+`'~]+$")


def checked(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers in their order. Raises BadInput for one that may not be set, or would break the message."""
    if len(headers) > MOST_HEADERS:
        raise _bad(f"there are more than {MOST_HEADERS} headers", "leave some out")
    for name, value in headers.items():
        if not _NAME.match(name) or len(name) > LONGEST_NAME:
            raise _bad("a header's name is not a SIP token", "use letters, digits and -")
        if name.lower() in FORBIDDEN:
            raise _bad(f"the header {name} cannot be set", "leave it out: the gateway writes it")
        if len(value) > LONGEST_VALUE:
            raise _bad(f"the header {name} is longer than {LONGEST_VALUE} characters", "shorten it")
        if not _is_one_line(value):
            raise _bad(f"the header {name} has a line break or a control character", "write it in one line")
    return list(headers.items())


def of_attributes(mapping: Mapping[str, str], attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers made of participant attributes (attribute → header); what may not be sent is left out, never raised."""
    wanted = {header: attributes[name] for name, header in mapping.items() if attributes.get(name)}
    made: list[tuple[str, str]] = []
    for name, value in list(wanted.items())[:MOST_HEADERS]:
        try:
            made += checked({name: value})
        except BadInput:
            continue
    return made


def _is_one_line(value: str) -> bool:
    return all(
        character == "\t" or (character.isprintable() and character not in "\u2028\u2029") for character in value
    )


def _bad(detail: str, todo: str) -> BadInput:
    return BadInput(detail, code="dial.header", field="headers", todo=todo)
