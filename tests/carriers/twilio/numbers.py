"""Numbers at Twilio's double: on the shelf, bought, with prices, addresses, bundles and the records of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.carriers.twilio.answers import (
    WHEN_ISO,
    WHEN_RFC,
    Account,
    Refused,
    Row,
    Sids,
    form,
    found,
    gone,
    listed,
    listed_v1,
    one,
)

BASE = "/2010-04-01/Accounts/{account}"
KINDS = {"Local": "local", "Mobile": "mobile", "TollFree": "toll-free", "National": "national"}
CAN = {"voice": True, "sms": True, "mms": False, "fax": False}
RFC = "%a, %d %b %Y %H:%M:%S +0000"


@dataclass
class Shelved:
    """A number that Twilio sells. `bundle`: only to those with an approved one."""

    number: str
    country: str = "US"
    kind: str = "local"
    address_requirements: str = "none"
    bundle: bool = False


class NumberRoutes:
    """`sold`: every purchase that went through, in order. `bundle_in`: in how many looks the bundle on file will be
    approved; None: there is none on file."""

    def __init__(self, account: Account, sids: Sids) -> None:
        self._account, self._sids = account, sids
        self.shelf: list[Shelved] = []
        self.owned: dict[str, Row] = {}
        self.sold: list[str] = []
        self.addresses: list[Row] = []
        self.bundle_in: int | None = None
        self.calls: list[Row] = []
        self.trunks: dict[str, Row] = {}

    def routes(self) -> list[Route]:
        numbers, calls = f"{BASE}/IncomingPhoneNumbers", f"{BASE}/Calls.json"
        return [
            Route(f"{BASE}/AvailablePhoneNumbers/{{country}}/{{kind}}.json", self._search),
            Route(f"{numbers}.json", self._list, methods=["GET"]),
            Route(f"{numbers}.json", self._buy, methods=["POST"]),
            Route(f"{numbers}/{{sid}}.json", self._fetch, methods=["GET"]),
            Route(f"{numbers}/{{sid}}.json", self._update, methods=["POST"]),
            Route(f"{numbers}/{{sid}}.json", self._release, methods=["DELETE"]),
            Route(f"{BASE}/Addresses.json", self._addresses),
            Route(calls, self._calls),
            Route("/v1/PhoneNumbers/Countries/{country}", self._prices),
            Route("/v2/RegulatoryCompliance/Bundles", self._bundles),
        ]

    # -- on the shelf ---------------------------------------------------------------------------------------------

    async def _search(self, request: Request) -> Response:
        self._account.let_in(request)
        country, kind = request.path_params["country"], KINDS.get(request.path_params["kind"], "")
        of_kind = [one for one in self.shelf if (one.country, one.kind) == (country, kind)]
        if not of_kind:
            raise Refused(404, 20404, f"The requested resource {request.url.path} was not found")
        area, part = request.query_params.get("AreaCode", ""), request.query_params.get("Contains", "")
        rows = [
            _offer(one) for one in of_kind if one.number.startswith(f"+1{area}" if area else "+") and part in one.number
        ]
        return listed(request, "available_phone_numbers", rows, self._account.page_cap)

    async def _prices(self, request: Request) -> Response:
        self._account.let_in(request)
        country = request.path_params["country"]
        prices = [("local", "1.15"), ("toll free", "2.15"), ("mobile", "15.00"), ("national", "1.30")]
        rows = [{"number_type": kind, "base_price": price, "current_price": price} for kind, price in prices]
        url = f"https://pricing.twilio.com/v1/PhoneNumbers/Countries/{country}"
        return one({
            "country": country, "iso_country": country, "price_unit": "USD", "url": url, "phone_number_prices": rows
        })  # fmt: skip

    async def _addresses(self, request: Request) -> Response:
        self._account.let_in(request)
        rows = [row for row in self.addresses if row["iso_country"] == request.query_params["IsoCountry"]]
        return listed(request, "addresses", rows, self._account.page_cap)

    async def _bundles(self, request: Request) -> Response:
        self._account.let_in(request)
        rows: list[Row] = []
        if self.bundle_in is not None:
            rows = [] if self.bundle_in else [self._bundle()]
            self.bundle_in = max(self.bundle_in - 1, 0)
        return listed_v1(request, "results", rows, self._account.page_cap)

    def add_address(self, country: str) -> None:
        sid, account = self._sids.next("AD"), "AC" + "a" * 32
        self.addresses.append({
            "sid": sid, "account_sid": account, "friendly_name": "Office", "customer_name": "Doubles & Co",
            "street": "1 Main St", "street_secondary": None, "city": "Town", "region": "R", "postal_code": "1",
            "iso_country": country, "emergency_enabled": False, "validated": True, "verified": True,
            "date_created": WHEN_RFC, "date_updated": WHEN_RFC,
            "uri": f"/2010-04-01/Accounts/{account}/Addresses/{sid}.json",
        })  # fmt: skip

    def _bundle(self) -> Row:
        sid = "BU" + "c" * 32
        return {
            "sid": sid, "account_sid": "AC" + "a" * 32, "regulation_sid": "RN" + "d" * 32, "friendly_name": "Papers",
            "status": "twilio-approved", "valid_until": None, "email": "office@example.com", "status_callback": None,
            "date_created": WHEN_ISO, "date_updated": WHEN_ISO, "links": {},
            "url": f"https://numbers.twilio.com/v2/RegulatoryCompliance/Bundles/{sid}",
        }  # fmt: skip

    # -- owned ----------------------------------------------------------------------------------------------------

    async def _list(self, request: Request) -> Response:
        self._account.let_in(request)
        part = request.query_params.get("PhoneNumber", "")
        rows = [row for row in self.owned.values() if part in row["phone_number"]]
        return listed(request, "incoming_phone_numbers", rows, self._account.page_cap)

    async def _buy(self, request: Request) -> Response:
        self._account.let_in(request)
        fields = await form(request)
        number = fields["PhoneNumber"]
        shelved = next((one for one in self.shelf if one.number == number), None)
        if shelved is None:
            raise Refused(400, 21422, f"{number} is not available.")
        if shelved.bundle and fields.get("BundleSid") != self._bundle()["sid"]:
            raise Refused(400, 21649, "Bundle required: you must provide a bundle compliant with the regulation")
        addresses = {row["sid"] for row in self.addresses}
        if shelved.address_requirements != "none" and fields.get("AddressSid") not in addresses:
            raise Refused(400, 21631, "Phone Number Requires an Address but the 'AddressSid' parameter was empty.")
        self.shelf.remove(shelved)
        self.sold.append(number)
        row = self.own(number, fields["FriendlyName"], kind=shelved.kind)
        row |= {"address_sid": fields.get("AddressSid"), "bundle_sid": fields.get("BundleSid")}
        return one(row, 201)

    def own(self, number: str, friendly_name: str, kind: str = "local") -> Row:
        """As if bought, by whomever."""
        sid = self._sids.next("PN")
        nothing = dict.fromkeys((
            "trunk_sid", "address_sid", "bundle_sid", "identity_sid", "sms_application_sid", "sms_fallback_url",
            "sms_url", "status_callback", "voice_application_sid", "voice_fallback_url", "voice_url",
            "emergency_address_sid",
        ))  # fmt: skip
        methods = dict.fromkeys((
            "sms_fallback_method", "sms_method", "status_callback_method", "voice_fallback_method", "voice_method"
        ), "POST")  # fmt: skip
        self.owned[sid] = {
            "sid": sid, "account_sid": "AC" + "a" * 32, "phone_number": number, "friendly_name": friendly_name,
            "address_requirements": "none", "api_version": "2010-04-01", "beta": False, "capabilities": CAN,
            "origin": "twilio", "status": "in-use", "type": kind, "date_created": WHEN_RFC, "date_updated": WHEN_RFC,
            "voice_caller_id_lookup": False, "voice_receive_mode": "voice", "emergency_status": "Inactive",
            "emergency_address_status": "unregistered",
            "uri": f"/2010-04-01/Accounts/{'AC' + 'a' * 32}/IncomingPhoneNumbers/{sid}.json", **nothing, **methods,
        }  # fmt: skip
        return self.owned[sid]

    async def _fetch(self, request: Request) -> Response:
        self._account.let_in(request)
        return one(found(self.owned, request.path_params["sid"]))

    async def _update(self, request: Request) -> Response:
        self._account.let_in(request)
        row, fields = found(self.owned, request.path_params["sid"]), await form(request)
        if "TrunkSid" in fields:
            row["trunk_sid"] = found(self.trunks, fields["TrunkSid"])["sid"]
        row["friendly_name"] = fields.get("FriendlyName", row["friendly_name"])
        return one(row)

    async def _release(self, request: Request) -> Response:
        self._account.let_in(request)
        del self.owned[found(self.owned, request.path_params["sid"])["sid"]]
        return gone()

    # -- calls ----------------------------------------------------------------------------------------------------

    def add_call(self, began_at: datetime, direction: str, price: str | None, trunk: str | None = None) -> None:
        sid, began = self._sids.next("CA"), began_at.strftime(RFC)
        nothing: dict[str, Any] = dict.fromkeys((
            "parent_call_sid", "group_sid", "phone_number_sid", "answered_by", "forwarded_from", "caller_name",
        ))  # fmt: skip
        self.calls.append({
            "sid": sid, "account_sid": "AC" + "a" * 32, "trunk_sid": trunk, "from": "+14155550111",
            "from_formatted": "(415) 555-0111", "to": "+14155550100", "to_formatted": "(415) 555-0100",
            "status": "completed", "direction": direction, "date_created": began, "date_updated": began,
            "start_time": began, "end_time": began, "duration": "61", "price": price, "price_unit": "USD",
            "queue_time": "0", "api_version": "2010-04-01", "subresource_uris": {},
            "uri": f"/2010-04-01/Accounts/{'AC' + 'a' * 32}/Calls/{sid}.json", **nothing,
        })  # fmt: skip

    async def _calls(self, request: Request) -> Response:
        self._account.let_in(request)
        after, before = request.query_params.get("StartTime>", ""), request.query_params.get("StartTime<", "~")

        def began(row: Row) -> str:
            return parsedate_to_datetime(row["start_time"]).strftime("%Y-%m-%dT%H:%M:%SZ")

        rows = sorted((row for row in self.calls if after <= began(row) <= before), key=began, reverse=True)
        return listed(request, "calls", rows, self._account.page_cap)


def _offer(shelved: Shelved) -> Row:
    nothing = dict.fromkeys(("locality", "region", "postal_code", "lata", "rate_center", "latitude", "longitude"))
    return {
        "phone_number": shelved.number, "friendly_name": shelved.number, "iso_country": shelved.country,
        "address_requirements": shelved.address_requirements, "beta": False, "capabilities": CAN, **nothing,
    }  # fmt: skip
