"""A tokeniser for tests and demos: it says what a real one would, keeps nothing, and reaches nobody."""

from __future__ import annotations

import secrets

from compliance.capture.entered import Entered
from compliance.capture.spec import CaptureSpec
from compliance.capture.tokeniser import Token, TokeniserRefused

REFUSED_LAST4 = "0002"  # as processors' test cards end that are declined


class TestVault:
    """Takes any fields. The same request gets the same token for as long as the process lives."""

    __test__ = False  # no test of pytest's, in spite of its name

    def __init__(self, most: int = 1000) -> None:
        self._given: dict[str, Token] = {}
        self._most = most

    def check(self, spec: CaptureSpec) -> None:
        """Whatever it is."""

    async def tokenise(self, entered: Entered, *, request: str) -> Token:
        if entered.last4 == REFUSED_LAST4:
            raise TokeniserRefused("the tokeniser refused the card: card_declined")
        if request not in self._given:
            while len(self._given) >= self._most:
                self._given.pop(next(iter(self._given)))
            self._given[request] = Token(f"test_{secrets.token_hex(12)}", entered.brand, entered.last4)
        return self._given[request]

    async def close(self) -> None:
        """Nothing is open."""
