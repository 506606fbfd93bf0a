"""Any place that speaks this over HTTPS: what was keyed in goes there as JSON, a token comes back.

POST url   Authorization: Bearer <secret>   Idempotency-Key: cap_…
{"capture_id": "cap_…", "fields": {"card_number": "4111…", "expiry": "1229", "cvv": "123"}}
← 200 or 201 {"token": "…", "brand": "visa", "last4": "1111"}      brand and last4 may be missing
← 400, 402 or 422 {"code": "card_declined"}                        it takes no such card
"""

from __future__ import annotations

import json

from compliance.capture.answers import code_in, last4_in, read_object, reply_to, word_in
from compliance.capture.entered import Entered
from compliance.capture.spec import CaptureSpec
from compliance.capture.tokeniser import TOKENISE_WITHIN_S, Token, TokeniserRefused, readable_token
from gateway.kernel.errors import Unavailable
from gateway.net.outside import Outside

REFUSALS = frozenset({400, 402, 422})


class HttpsTokeniser:
    """`secret` is sent as a bearer token; `outside` is closed with it."""

    def __init__(self, url: str, secret: str, outside: Outside, *, within_s: float = TOKENISE_WITHIN_S) -> None:
        self._url, self._secret, self._outside, self._within_s = url, secret, outside, within_s

    def check(self, spec: CaptureSpec) -> None:
        """What it takes, the other side knows."""

    async def tokenise(self, entered: Entered, *, request: str) -> Token:
        answer = await reply_to(
            self._outside, self._url, _body(entered, request), kind="application/json", secret=self._secret,
            request=request, within_s=self._within_s,
        )  # fmt: skip
        said = read_object(answer.body)
        if answer.status in REFUSALS:
            raise TokeniserRefused(f"the tokeniser refused what was keyed in: {code_in(said)}")
        token = readable_token(said.get("token"), entered)
        if answer.status not in (200, 201) or not token:
            raise Unavailable(f"the tokeniser answered {answer.status} and no token", code="capture.tokeniser")
        return Token(token, word_in(said.get("brand")), last4_in(said.get("last4")))

    async def close(self) -> None:
        await self._outside.close()


def _body(entered: Entered, request: str) -> bytes:
    fields = {kind: bytes(keys.digits).decode() for kind, keys in entered.fields.items()}
    return json.dumps({"capture_id": request, "fields": fields}).encode()
