"""What Twilio refuses, in our words. Its own words are shown only where we have none, without the numbers in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import httpx

from gateway.kernel.errors import BadInput, Conflict, GatewayError, NotAllowed
from trunks.carriers.conflicts import TAKEN
from trunks.carriers.refusals import Refusals

CONSOLE = "https://console.twilio.com/us1"
ADDRESSES = f"{CONSOLE}/develop/phone-numbers/regulatory-compliance/addresses"
BUNDLES = f"{CONSOLE}/develop/phone-numbers/regulatory-compliance/bundles"
COUNTRIES = "https://www.twilio.com/console/voice/calls/geo-permissions/low-risk"
UPGRADE = f"{CONSOLE}/billing/manage-billing/upgrade"
KEYS = f"{CONSOLE}/account/keys-credentials/api-keys"

ADDRESS_NEEDED, BUNDLE_NEEDED = "carrier.address_needed", "carrier.bundle_needed"

REFUSALS = Refusals(
    "Twilio",
    keys=f"look up the account SID and make an API key at {KEYS}, then store both again",
    rights=f"make a standard API key at {KEYS}: restricted ones need numbers, trunking, SIP, calls and pricing",
)


@dataclass(frozen=True)
class _Known:
    error: type[GatewayError]
    code: str
    detail: str
    todo: str
    field: str | None = None


_CLOSED = _Known(
    NotAllowed, "carrier.account_closed", "the Twilio account is suspended or closed",
    f"see why at {CONSOLE}, mostly it is the balance",
)  # fmt: skip
_TEST_KEYS = _Known(
    NotAllowed, "carrier.test_keys", "these are Twilio's test credentials; they know no trunks",
    f"use the live account SID with an API key from {KEYS}",
)  # fmt: skip
_TRIAL = _Known(
    NotAllowed, "carrier.trial", "a Twilio trial account cannot do that", f"upgrade the account at {UPGRADE}"
)  # fmt: skip
_COUNTRY = _Known(
    NotAllowed, "carrier.country_closed", "calls to that country are not enabled in the Twilio account",
    f"enable the country at {COUNTRIES}",
)  # fmt: skip
_TAKEN = _Known(
    Conflict, TAKEN, "somebody else has this number, or Twilio does not sell it any more",
    "search again and choose another one", "number",
)  # fmt: skip
_NUMBER = _Known(
    BadInput, "carrier.number_invalid", "Twilio does not take this as a number",
    "write it as in +14155550100, and buy only what a search has found", "number",
)  # fmt: skip
_ADDRESS = _Known(
    Conflict, ADDRESS_NEEDED, "whoever has this number must tell the country's authorities an address",
    f"enter one in the number's country at {ADDRESSES}, then apply again", "number",
)  # fmt: skip
_BUNDLE = _Known(
    Conflict, BUNDLE_NEEDED, "whoever has this number must prove who they are, and people at Twilio must approve that",
    f"file a regulatory bundle for the number's country and kind at {BUNDLES}, then apply again once it is approved",
    "number",
)  # fmt: skip

_BY_CODE = {
    20005: _CLOSED, 20008: _TEST_KEYS, 13227: _COUNTRY, 21215: _COUNTRY, 21210: _TRIAL, 21219: _TRIAL, 21401: _NUMBER,
    21421: _NUMBER, 21422: _TAKEN, 21613: _ADDRESS, 21615: _ADDRESS, 21631: _ADDRESS, 21632: _ADDRESS, 21649: _BUNDLE,
    21650: _BUNDLE, 21651: _BUNDLE,
}  # fmt: skip
_BY_WORD = {"trial": _TRIAL, "bundle": _BUNDLE}  # where Twilio has several codes for one thing, or new ones
_AS_STATUS = {20003: 401, 20006: 403, 20403: 403, 20404: 404, 20429: 429}


def refusal(answer: httpx.Response) -> GatewayError:
    """The error for an answer of 400 and above."""
    code, message = _read(answer)
    status = _AS_STATUS.get(code, 0)
    known = _BY_CODE.get(code) or (None if status else _by_word(message))
    if known and answer.status_code < 500:
        return known.error(known.detail, code=known.code, todo=known.todo, field=known.field)
    if status or not code:
        return REFUSALS.of(answer, status=status)
    told = _without_numbers(message)
    return REFUSALS.of(
        answer, why=f" (error {code}: {told})" if told else f" (error {code})",
        todo=f"see https://www.twilio.com/docs/errors/{code}",
    )  # fmt: skip


def _read(answer: httpx.Response) -> tuple[int, str]:
    try:
        told = json.loads(answer.text)
        return int(told["code"]), str(told.get("message") or told.get("detail") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0, ""


def _by_word(message: str) -> _Known | None:
    return next((known for word, known in _BY_WORD.items() if re.search(rf"\b{word}\b", message, re.IGNORECASE)), None)


def _without_numbers(message: str) -> str:
    return re.sub(r"\+?\d[\d() -]{4,}\d", "…", message)[:200]
