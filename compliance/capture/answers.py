"""What tokenisers over HTTP have in common: one request, an answer that is believed only as far as it can be read."""

from __future__ import annotations

import json
import re
from typing import Any

from gateway.kernel.errors import Unavailable
from gateway.net.outside import Answer, NotReached, Outside

MOST_BYTES = 65_536
_CODE = re.compile(r"^[a-z][a-z_]{0,59}$")  # no digit: a word of theirs must not bring back what was sent
_WORD = re.compile(r"^[A-Za-z][A-Za-z _-]{0,39}$")
_LAST4 = re.compile(r"^[0-9]{4}$")


async def reply_to(
    outside: Outside, url: str, body: bytes, *, kind: str, secret: str, request: str, within_s: float
) -> Answer:
    """Raises Unavailable, which refers to nothing that was sent."""
    headers = {"Content-Type": kind, "Accept": "application/json", "Idempotency-Key": request}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        return await outside.request("POST", url, within_s=within_s, body=body, headers=headers, most_bytes=MOST_BYTES)
    except NotReached as error:
        reason, code = error.detail, error.code
    # outside of the handler: the error of the HTTP library has the request with it
    raise Unavailable(f"the tokeniser was not reached: {reason}", code=code, todo="GATEWAY_CAPTURE__URL")


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty for what is none."""
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def code_in(said: dict[str, Any]) -> str:
    """The reason by its code; a sentence of theirs is not passed on."""
    code = said.get("code")
    return code if isinstance(code, str) and _CODE.match(code) else "no reason was given"


def word_in(text: object) -> str:
    return text.lower() if isinstance(text, str) and _WORD.match(text) else ""


def last4_in(text: object) -> str:
    return text if isinstance(text, str) and _LAST4.match(text) else ""
