"""Twilio's SDK on our wire: its own HTTP client would send a purchase three times."""

from __future__ import annotations

import json
import logging
from typing import Any

from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from trunks.carriers.twilio.errors import REFUSALS, refusal
from trunks.carriers.wire import Wire


class WireHttp(AsyncHttpClient):
    """What the SDK sends goes through `Wire`; what Twilio refuses is raised in our words before the SDK sees it."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(logging.getLogger("twilio.async_http_client"), is_async=True)
        self._wire = wire

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        # None, not {}: an empty mapping would take the query from an address that has one.
        answer = await self._wire.send(
            method.upper(), uri, params=params or None, data=data or None, headers=headers, auth=auth
        )
        if answer.status_code >= 400:
            raise refusal(answer)
        if answer.status_code >= 300 or (answer.status_code != 204 and not _is_object(answer.text)):
            raise REFUSALS.garbled()
        return Response(answer.status_code, answer.text, dict(answer.headers))


def rest_client(wire: Wire, account: str, user: str, secret: str) -> Client:
    """`user` and `secret`: an API key, or the account's SID and token. Nothing is read from the environment."""
    environment = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}
    return Client(user, secret, account, http_client=WireHttp(wire), environment=environment)


def there(value: str | None) -> str:
    """What Twilio always tells; raises Unavailable where it did not."""
    if not value:
        raise REFUSALS.garbled()
    return value


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
