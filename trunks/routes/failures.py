"""What the final response to a call out says about the trunk it went by (RFC 3261 §21 and its extensions). Pure.

    next   this carrier cannot carry the call now: another may, and the trunk has failed
    ours   we are not let in, or not understood: the trunk is set up wrongly; another may, and the trunk has failed
    final  the answer of the callee, or about the number: the trunk works, and nobody else would say anything else

A status that is not listed counts as the x00 of its class (RFC 3261 §8.1.3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

FailureClass = Literal["next", "ours", "final"]

CLASSES: Mapping[int, FailureClass] = {
    300: "final",  # redirects are followed, or refused, by the SIP node
    400: "ours",
    401: "ours",
    402: "ours",  # the account has no money
    403: "ours",
    404: "final",
    405: "ours",
    407: "ours",
    408: "next",
    410: "final",
    413: "ours",
    414: "ours",
    415: "ours",
    416: "ours",
    420: "ours",
    421: "ours",
    423: "final",
    428: "ours",  # it wants an Identity header
    429: "next",  # too many calls at once
    430: "next",
    433: "final",  # the callee takes no anonymous calls
    436: "ours",
    437: "ours",
    438: "ours",
    480: "final",
    481: "next",
    482: "next",  # its own routing goes in a circle
    483: "next",
    484: "final",
    485: "final",
    486: "final",
    487: "final",
    488: "ours",  # the trunk's codecs or encryption
    493: "ours",
    494: "ours",
    500: "next",
    501: "next",
    502: "next",
    503: "next",
    504: "next",
    505: "ours",
    513: "ours",
    580: "next",
    600: "final",
    603: "final",
    604: "final",
    606: "final",
    607: "final",
    608: "final",
}
_WORDS: Mapping[int, str] = {
    401: "its user name or password was not taken",
    402: "the carrier says that the account has no money left",
    403: "the carrier does not let the trunk call: look at its user name, addresses and caller ids there",
    407: "its user name or password was not taken",
    408: "the carrier gave up",
    429: "the carrier takes no more calls at once",
    488: "the carrier takes neither of the trunk's codecs, or not its encryption",
    503: "the carrier takes no calls now",
}


def class_of(code: int) -> FailureClass:
    """Of a final response 300-699."""
    return CLASSES.get(code) or CLASSES.get(code // 100 * 100, "final")


def words_for(code: int) -> str:
    """What such an answer says about a trunk, in words; of classes next and ours."""
    usual = "the trunk is set up wrongly" if class_of(code) == "ours" else "the carrier failed"
    return f"{_WORDS.get(code, usual)} ({code})"
