"""Stripe: a card token (`POST /v1/tokens`). Stripe lets an account send card numbers only after it has asked for that.

`secret` is a secret or restricted key (`sk_…`, `rk_…`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from compliance.capture.answers import code_in, last4_in, read_object, reply_to, word_in
from compliance.capture.entered import Entered
from compliance.capture.spec import CaptureSpec, Kind
from compliance.capture.tokeniser import TOKENISE_WITHIN_S, Token, TokeniserRefused, need, readable_token
from gateway.kernel.errors import BadInput, Unavailable
from gateway.net.outside import Outside

API = "https://api.stripe.com"
TAKEN: frozenset[Kind] = frozenset({"card_number", "expiry", "cvv", "postcode"})


class StripeTokeniser:
    """`outside` is closed with it."""

    def __init__(self, secret: str, outside: Outside, *, url: str = "", within_s: float = TOKENISE_WITHIN_S) -> None:
        self._secret, self._outside, self._within_s = secret, outside, within_s
        self._url = (url or API).rstrip("/") + "/v1/tokens"

    def check(self, spec: CaptureSpec) -> None:
        need(spec, "card_number", "expiry")
        if others := [one.kind for one in spec.fields if one.kind not in TAKEN]:
            raise BadInput(
                f"Stripe makes no token of {', '.join(others)}", code="capture.fields", field="fields",
                todo=f"ask for {', '.join(sorted(TAKEN))} only",
            )  # fmt: skip

    async def tokenise(self, entered: Entered, *, request: str) -> Token:
        answer = await reply_to(
            self._outside, self._url, _body(entered), kind="application/x-www-form-urlencoded", secret=self._secret,
            request=request, within_s=self._within_s,
        )  # fmt: skip
        said = read_object(answer.body)
        if answer.status == 402:
            raise TokeniserRefused(f"the tokeniser refused the card: {code_in(_part(said, 'error'))}")
        token = readable_token(said.get("id"), entered)
        if answer.status != 200 or not token:
            raise _failed(answer.status)
        card = _part(said, "card")
        return Token(token, word_in(card.get("brand")), last4_in(card.get("last4")))

    async def close(self) -> None:
        await self._outside.close()


def _body(entered: Entered) -> bytes:
    """`check` has seen to it that number and expiry were asked for."""
    given = {kind: bytes(keys.digits).decode() for kind, keys in entered.fields.items()}
    expiry = entered.expiry
    form = {
        "card[number]": given["card_number"],
        "card[exp_month]": str(expiry.month) if expiry else "",
        "card[exp_year]": str(expiry.year) if expiry else "",
        "card[cvc]": given.get("cvv", ""),
        "card[address_zip]": given.get("postcode", ""),
    }
    return urlencode({name: value for name, value in form.items() if value}).encode()


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _failed(status: int) -> Unavailable:
    todo = {
        400: "ask Stripe to let the account send card numbers (raw card data), and see the request in its dashboard",
        401: "set GATEWAY_CAPTURE__SECRET to a secret key of the account",
        403: "give the restricted key the right to write tokens",
    }.get(status, "try again; see Stripe's status page")
    return Unavailable(f"Stripe answered {status} and no token", code="capture.tokeniser", todo=todo)
