"""What Telnyx refuses, in our words. Its codes: https://developers.telnyx.com/development/api-fundamentals/api-errors"""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ValidationError

from gateway.kernel.errors import (
    BadInput,
    Conflict,
    GatewayError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Overloaded,
    Unavailable,
)

PORTAL = "https://portal.telnyx.com"

# What is said of the status may be said more exactly by the code: (status it counts as, next step).
_CODES: Mapping[str, tuple[int, str]] = {
    "10001": (409, "choose a number that is active"),
    "10002": (422, "write the number with + and its country code"),
    "10005": (404, "look whether it still exists in the portal"),
    "10006": (404, "look whether it still exists in the portal"),
    "10009": (401, ""),
    "10010": (403, ""),
    "10012": (409, "it exists already: remove the other one in the portal, or choose another name"),
    "10016": (422, "write the number with + and its country code"),
    "10017": (409, "what it refers to was removed at Telnyx: apply again"),
    "10021": (409, "take away first what still uses it"),
    "20100": (402, ""),
}
_OUR_FIELDS: Mapping[str, str] = {  # by the last part of the JSON pointer
    "phone_number": "number", "phone_numbers": "number", "fqdn": "targets", "port": "targets",
    "transport_protocol": "targets", "connection_name": "name", "user_name": "username", "password": "password",
    "ip_address": "sources", "encrypted_media": "secure", "customer_reference": "tag",
}  # fmt: skip


class _Source(BaseModel):
    pointer: str = ""
    parameter: str = ""


class _Fault(BaseModel):
    code: str = ""
    title: str = ""
    source: _Source = _Source()


class _Faults(BaseModel):
    errors: list[_Fault] = []


def refusal(answer: httpx.Response) -> GatewayError:
    """Of an answer that is not 2xx. Telnyx's `detail` is left out: it repeats numbers and names."""
    fault = _first(answer)
    status, todo = _CODES.get(fault.code, (answer.status_code, ""))
    status = status if answer.status_code < 500 and answer.status_code != 429 else answer.status_code
    why = f" ({fault.title or 'no reason given'}, Telnyx code {fault.code or 'none'})"
    if status == 401:
        return NotAuthenticated(
            "Telnyx does not take the API key" + why, code="carrier.keys",
            todo=f"make a V2 API key at {PORTAL} (Account, Keys & Credentials) and store it for this account",
        )  # fmt: skip
    if status == 402:
        return NotAllowed(
            "the Telnyx account has no funds for this" + why, code="carrier.no_funds", todo=f"add funds at {PORTAL}"
        )
    if status == 403:
        return NotAllowed(
            "the Telnyx account may not do this" + why, code="carrier.right_missing",
            todo=f"look at {PORTAL} (Account, Verifications) whether the account is paid and verified for it",
        )  # fmt: skip
    if status == 404:
        return NotFound("Telnyx knows nothing of this" + why, code="carrier.gone", todo=todo or "apply again")
    if status == 409:
        return Conflict("Telnyx refuses this as it stands" + why, code="carrier.conflict", todo=todo or "apply again")
    if status == 429:
        return Overloaded(
            "Telnyx gets too many requests from this account", code="carrier.busy",
            todo="wait and ask again; nothing was done", headers=_patience(answer),
        )  # fmt: skip
    if status >= 500:
        return Unavailable(
            "Telnyx failed; whether it did what was asked is not known" + why, code="carrier.unavailable",
            todo="ask again: what was done is looked up before anything is sent twice",
        )  # fmt: skip
    return BadInput(
        "Telnyx does not take this" + why, code="carrier.refused", field=_field(fault),
        todo=todo or "correct what is named, and apply again",
    )  # fmt: skip


def not_understood() -> Unavailable:
    """Of an answer 2xx that is not what Telnyx has published."""
    return Unavailable(
        "Telnyx answered something that cannot be understood", code="carrier.unavailable",
        todo="ask again; should it stay so, look for an update of the gateway",
    )  # fmt: skip


def _first(answer: httpx.Response) -> _Fault:
    try:
        faults = _Faults.model_validate_json(answer.content).errors
    except ValidationError:
        faults = []
    return faults[0] if faults else _Fault()


def _field(fault: _Fault) -> str | None:
    parts = [part for part in (fault.source.pointer or fault.source.parameter).replace("]", "").split("/") if part]
    return next((_OUR_FIELDS[part] for part in reversed(parts) if part in _OUR_FIELDS), None)


def _patience(answer: httpx.Response) -> dict[str, str]:
    wait = answer.headers.get("retry-after") or answer.headers.get("x-ratelimit-reset", "")
    return {"Retry-After": wait} if wait.isdecimal() else {}
