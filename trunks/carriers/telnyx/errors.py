"""What Telnyx refuses, in our words. Its codes: https://developers.telnyx.com/development/api-fundamentals/api-errors"""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ValidationError

from gateway.kernel.errors import GatewayError
from trunks.carriers.refusals import Refusals

PORTAL = "https://portal.telnyx.com"

REFUSALS = Refusals(
    "Telnyx",
    keys=f"make a V2 API key at {PORTAL} (Account, Keys & Credentials) and store it for this account",
    rights=f"look at {PORTAL} (Account, Verifications) whether the account is paid and verified for it",
    funds=f"add funds at {PORTAL}",
    patience=("retry-after", "x-ratelimit-reset"),
)

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
    why = f" ({fault.title or 'no reason given'}, Telnyx code {fault.code or 'none'})"
    return REFUSALS.of(answer, status=status, why=why, todo=todo, field=_field(fault))


def _first(answer: httpx.Response) -> _Fault:
    try:
        faults = _Faults.model_validate_json(answer.content).errors
    except ValidationError:
        faults = []
    return faults[0] if faults else _Fault()


def _field(fault: _Fault) -> str | None:
    parts = [part for part in (fault.source.pointer or fault.source.parameter).replace("]", "").split("/") if part]
    return next((_OUR_FIELDS[part] for part in reversed(parts) if part in _OUR_FIELDS), None)
