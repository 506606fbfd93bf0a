"""Which tokens were here before, with another call. In memory, for two minutes: older ones are stale by themselves."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

KEPT_S = 120.0
MOST = 100_000


class Seen:
    """`now` in seconds, never less than before."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._tokens: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def before(self, signed: bytes, signature: bytes, call: str, now: float) -> bool:
        """Whether this token came with another call already. `call`: what tells calls apart (their SIP Call-ID)."""
        while self._tokens and next(iter(self._tokens.values()))[0] <= now:
            self._tokens.popitem(last=False)
        # of the signature only r: from r and s anybody can make r and -s, which is as good and the same token
        key = hashlib.sha256(signed + b"." + signature[:32]).digest()
        known = self._tokens.get(key)
        if known is None:
            if len(self._tokens) >= self._most:
                self._tokens.popitem(last=False)
            self._tokens[key] = (now + KEPT_S, call)
            return False
        return known[1] != call
