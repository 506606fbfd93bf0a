"""What the layers above see of a call: values, and the two ends of it."""

from __future__ import annotations

from dataclasses import dataclass

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Refusal:
    """A final response to a re-INVITE in place of an SDP answer."""

    code: int


@dataclass(frozen=True)
class BadInvite:
    """An INVITE that was refused before it became a call."""

    sip_call_id: str
    code: int
    reason: str
    from_user: str
    to_user: str
    source: tuple[str, int]
    transport: str


class CallFailed(Exception):
    """An outgoing call was refused, or nobody answered in time (408)."""

    def __init__(self, code: int, reason: str, headers: Headers) -> None:
        super().__init__(f"{code} {reason}")
        self.code, self.reason, self.headers = code, reason, headers
