"""What Wavix refuses, in our words. It says so by status and a sentence; the sentence may hold numbers: only the name
of the parameter that Wavix does not like is taken from it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ValidationError

from gateway.kernel.errors import GatewayError
from trunks.carriers.refusals import Refusals

PORTAL = "https://app.wavix.com"

REFUSALS = Refusals(
    "Wavix",
    keys=f"make an API key at {PORTAL} (Administration, API keys) and store it again",
    rights=f"look at {PORTAL} whether the key has the right, and whether the account is Flex Pro: trunks need it",
    funds=f"add funds at {PORTAL}",
)

_PARAMETER = re.compile(r"parameters?:? <?([a-z_]+)", re.IGNORECASE)
_OUR_FIELDS: Mapping[str, str] = {
    "label": "tag", "password": "password", "host_request": "sources", "allowed_ips": "sources",
    "ip_restrict": "sources", "encrypted_media": "secure", "destinations": "targets", "destination": "targets",
}  # fmt: skip


class _Said(BaseModel):
    success: bool = True
    message: str = ""


def refusal(answer: httpx.Response) -> GatewayError:
    """The error for an answer of 400 and above, and for one that says that it was no success."""
    parameter = _parameter(answer)
    why = f" (it names the parameter {parameter})" if parameter else ""
    status = 409 if answer.is_success else answer.status_code
    return REFUSALS.of(answer, status=status, why=why, field=_OUR_FIELDS.get(parameter))


def is_refused(answer: httpx.Response) -> bool:
    """Some answers are 200 and say `success: false`."""
    if not answer.is_success:
        return True
    try:
        return not _Said.model_validate_json(answer.content).success
    except ValidationError:
        return False  # a list, or no JSON: whoever reads it will see


def _parameter(answer: httpx.Response) -> str:
    try:
        named = _PARAMETER.search(_Said.model_validate_json(answer.content).message)
    except ValidationError:
        named = None
    return named.group(1) if named else ""
