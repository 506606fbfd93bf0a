"""Which webhooks were heeded already: one that is played back changes nothing. Pure; the memory is bounded.

What is remembered is a hash of what the message says, not of its bytes: the fields of a form may come in another order,
and are signed all the same. The carrier's own second try of a message is the same message too.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from urllib.parse import parse_qsl, urlencode

MOST = 4_096  # of all accounts together; signed ones only, so no stranger can fill it


class Seen:
    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._hashes: OrderedDict[bytes, None] = OrderedDict()

    def is_new(self, carrier_id: str, body: bytes) -> bool:
        """Asked once, it is not new any more. The oldest are forgotten first."""
        name = hashlib.sha256(carrier_id.encode() + b"\0" + _said(body)).digest()
        if name in self._hashes:
            self._hashes.move_to_end(name)
            return False
        self._hashes[name] = None
        if len(self._hashes) > self._most:
            self._hashes.popitem(last=False)
        return True

    def __len__(self) -> int:
        return len(self._hashes)


def _said(body: bytes) -> bytes:
    """The same for all ways of writing one form; other bodies as they are."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return body
    return urlencode(sorted(fields)).encode()
