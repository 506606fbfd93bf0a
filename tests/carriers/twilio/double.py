"""A Twilio in memory: numbers, trunks, SIP lists, prices, bundles and calls, as its documentation describes them."""

from __future__ import annotations

import base64
import json
import re
from functools import cache

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.carriers.contract import Contract
from tests.carriers.double import Double
from tests.carriers.twilio.answers import Refused, Sids, refusal
from tests.carriers.twilio.numbers import NumberRoutes
from tests.carriers.twilio.sip_lists import ListRoutes
from tests.carriers.twilio.trunks import TrunkRoutes

ACCOUNT = "AC" + "a" * 32
TOKEN = "the account's token"
KEY, SECRET = "SK" + "b" * 32, "the key's secret"
PUBLISHED = ("twilio/twilio_api_v2010.json", "twilio/twilio_trunking_v1.json", "twilio/twilio_numbers_v2.json")


@cache
def contract() -> Contract:
    return Contract("twilio", PUBLISHED)


class TwilioDouble(Double):
    """`page_cap`: no page has more rows, whatever was asked for. `forbidden`: paths for which the key has no right."""

    hosts = ("api.twilio.com", "trunking.twilio.com", "pricing.twilio.com", "numbers.twilio.com")

    def __init__(self) -> None:
        super().__init__(contract())
        self.page_cap = 50
        self.kind_of_account, self.status_of_account = "Full", "active"
        self.forbidden = ""
        sids = Sids()
        self.lists = ListRoutes(self, sids)
        self.trunks = TrunkRoutes(self, sids)
        self.numbers = NumberRoutes(self, sids)
        routes = [*self.numbers.routes(), *self.lists.routes(), *self.trunks.routes(), *self._routes()]
        self.app = Starlette(routes=routes, exception_handlers={Refused: _refused, 404: _nowhere, 405: _nowhere})

    def saying(self, status: int) -> tuple[bytes, str]:
        code, message = {429: (20429, "Too Many Requests"), 503: (20503, "Service Unavailable")}[status]
        return json.dumps(refusal(status, code, message)).encode(), "application/json"

    def let_in(self, request: Request) -> None:
        """Every route asks this first."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        user, _, secret = base64.b64decode(given).decode().partition(":") if kind == "Basic" else ("", "", "")
        if (user, secret) not in ((ACCOUNT, TOKEN), (KEY, SECRET)):
            raise Refused(401, 20003, "Authenticate")
        if self.forbidden and re.search(self.forbidden, request.url.path):
            raise Refused(403, 20403, "Forbidden")

    def _routes(self) -> list[Route]:
        return [Route("/2010-04-01/Accounts/{account}.json", self._account)]

    async def _account(self, request: Request) -> Response:
        self.let_in(request)
        uri = f"/2010-04-01/Accounts/{ACCOUNT}.json"
        return JSONResponse({
            "sid": ACCOUNT, "owner_account_sid": ACCOUNT, "friendly_name": "Doubles & Co", "uri": uri,
            "status": self.status_of_account, "type": self.kind_of_account, "subresource_uris": {},
            "date_created": "Sun, 01 Nov 2026 00:00:00 +0000", "date_updated": "Sun, 01 Nov 2026 00:00:00 +0000",
        })  # fmt: skip


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return JSONResponse(refusal(error.status, error.code, error.message), error.status)


async def _nowhere(request: Request, _: Exception) -> Response:
    message = f"The requested resource {request.url.path} was not found"
    return JSONResponse(refusal(404, 20404, message), 404)
