"""Trunks at Twilio's double, with their origination URLs, what is attached to them, and their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.carriers.twilio.answers import WHEN_ISO, Refused, Row, Sids, form, found, gone, listed_v1, one

if TYPE_CHECKING:
    from tests.carriers.twilio.double import TwilioDouble

BASE = "https://trunking.twilio.com/v1/Trunks"
MOST = 100  # trunks
LISTS = {
    "CredentialLists": ("credential_lists", "CredentialListSid"),
    "IpAccessControlLists": ("ip_access_control_lists", "IpAccessControlListSid"),
}


class TrunkRoutes:
    """`urls`: by the trunk's SID. What is attached stands in the lists' `attached`."""

    def __init__(self, account: TwilioDouble, sids: Sids) -> None:
        self._account, self._sids = account, sids
        self.trunks: dict[str, Row] = {}
        self.urls: dict[str, dict[str, Row]] = {}

    def routes(self) -> list[Route]:
        trunks = "/v1/Trunks"
        urls, numbers = f"{trunks}/{{trunk}}/OriginationUrls", f"{trunks}/{{trunk}}/PhoneNumbers"
        lists = f"{trunks}/{{trunk}}/{{kind}}"
        return [
            Route(trunks, self._list, methods=["GET"]),
            Route(trunks, self._create, methods=["POST"]),
            Route(f"{trunks}/{{trunk}}", self._update, methods=["POST"]),
            Route(f"{trunks}/{{trunk}}", self._delete, methods=["DELETE"]),
            Route(urls, self._urls, methods=["GET"]),
            Route(urls, self._add_url, methods=["POST"]),
            Route(f"{urls}/{{url}}", self._update_url, methods=["POST"]),
            Route(f"{urls}/{{url}}", self._delete_url, methods=["DELETE"]),
            Route(numbers, self._numbers, methods=["GET"]),
            Route(f"{numbers}/{{number}}", self._take_number_off, methods=["DELETE"]),
            Route(lists, self._attached, methods=["GET"]),
            Route(lists, self._attach, methods=["POST"]),
            Route(f"{lists}/{{list}}", self._detach, methods=["DELETE"]),
        ]

    def _of(self, request: Request) -> Row:
        self._account.let_in(request)
        return found(self.trunks, request.path_params["trunk"])

    # -- trunks ---------------------------------------------------------------------------------------------------

    async def _list(self, request: Request) -> Response:
        self._account.let_in(request)
        return listed_v1(request, "trunks", list(self.trunks.values()), self._account.page_cap)

    async def _create(self, request: Request) -> Response:
        self._account.let_in(request)
        if len(self.trunks) >= MOST:
            raise Refused(400, 21250, "Maximum number of trunks reached")
        return one(self.make(await form(request)), 201)

    def make(self, fields: dict[str, str]) -> Row:
        """As if created, by whomever."""
        sid = self._sids.next("TK")
        row = {
            "sid": sid, "account_sid": "AC" + "a" * 32, "friendly_name": None, "domain_name": None,
            "transfer_mode": "disable-all", "transfer_caller_id": "from-transferee", "secure": False,
            "cnam_lookup_enabled": False, "symmetric_rtp_enabled": False, "disaster_recovery_url": None,
            "disaster_recovery_method": "POST", "recording": {"mode": "do-not-record", "trim": "do-not-trim"},
            "auth_type": "", "auth_type_set": [], "date_created": WHEN_ISO, "date_updated": WHEN_ISO, "links": {},
            "url": f"{BASE}/{sid}",
        }  # fmt: skip
        self._write(row, fields)
        self.trunks[sid], self.urls[sid] = row, {}
        self._account.numbers.trunks = self.trunks
        return row

    def _write(self, row: Row, fields: dict[str, str]) -> None:
        domain = fields.get("DomainName")
        if domain and any(one["domain_name"] == domain and one is not row for one in self.trunks.values()):
            raise Refused(400, 21248, "Domain name is already in use")
        names = {"FriendlyName": "friendly_name", "DomainName": "domain_name", "TransferMode": "transfer_mode",
                 "TransferCallerId": "transfer_caller_id"}  # fmt: skip
        row |= {names[name]: value for name, value in fields.items() if name in names}
        switches = {"Secure": "secure", "CnamLookupEnabled": "cnam_lookup_enabled"}
        row |= {switches[name]: value == "true" for name, value in fields.items() if name in switches}

    async def _update(self, request: Request) -> Response:
        row = self._of(request)
        self._write(row, await form(request))
        return one(row)

    async def _delete(self, request: Request) -> Response:
        sid = self._of(request)["sid"]
        self.forget(sid)
        return gone()

    def forget(self, sid: str) -> None:
        """Deleted, by whomever, with what belongs to it."""
        for number in self._numbers_of(sid):
            number["trunk_sid"] = None
        del self.trunks[sid], self.urls[sid]
        lists = self._account.lists
        lists.attached = [row for row in lists.attached if row["trunk_sid"] != sid]

    # -- origination URLs -----------------------------------------------------------------------------------------

    async def _urls(self, request: Request) -> Response:
        rows = list(self.urls[self._of(request)["sid"]].values())
        return listed_v1(request, "origination_urls", rows, self._account.page_cap)

    async def _add_url(self, request: Request) -> Response:
        return one(self.add_url(self._of(request)["sid"], await form(request)), 201)

    def add_url(self, trunk: str, fields: dict[str, str]) -> Row:
        sid = self._sids.next("OU")
        row = {"sid": sid, "account_sid": "AC" + "a" * 32, "trunk_sid": trunk, "date_created": WHEN_ISO,
               "date_updated": WHEN_ISO, "url": f"{BASE}/{trunk}/OriginationUrls/{sid}", **_url(fields)}  # fmt: skip
        self.urls[trunk][sid] = row
        return row

    async def _update_url(self, request: Request) -> Response:
        row = found(self.urls[self._of(request)["sid"]], request.path_params["url"])
        row |= _url(await form(request))
        return one(row)

    async def _delete_url(self, request: Request) -> Response:
        urls = self.urls[self._of(request)["sid"]]
        del urls[found(urls, request.path_params["url"])["sid"]]
        return gone()

    # -- attached lists -------------------------------------------------------------------------------------------

    async def _attached(self, request: Request) -> Response:
        sid, (key, _) = self._of(request)["sid"], LISTS[request.path_params["kind"]]
        kind = request.path_params["kind"]
        rows = [row for row in self._account.lists.attached if row["trunk_sid"] == sid and f"/{kind}/" in row["url"]]
        return listed_v1(request, key, rows, self._account.page_cap)

    async def _attach(self, request: Request) -> Response:
        trunk, kind = self._of(request)["sid"], request.path_params["kind"]
        listed = found(self._account.lists.lists[kind], (await form(request))[LISTS[kind][1]])
        if any((row["trunk_sid"], row["sid"]) == (trunk, listed["sid"]) for row in self._account.lists.attached):
            raise Refused(409, 20409, "The list is attached already")
        return one(self.attach(trunk, kind, listed), 201)

    def attach(self, trunk: str, kind: str, listed: Row) -> Row:
        row = {"sid": listed["sid"], "account_sid": "AC" + "a" * 32, "trunk_sid": trunk, "date_created": WHEN_ISO,
               "date_updated": WHEN_ISO, "friendly_name": listed["friendly_name"],
               "url": f"{BASE}/{trunk}/{kind}/{listed['sid']}"}  # fmt: skip
        self._account.lists.attached.append(row)
        return row

    async def _detach(self, request: Request) -> Response:
        lists, trunk, sid = self._account.lists, self._of(request)["sid"], request.path_params["list"]
        rows = {row["sid"]: row for row in lists.attached if row["trunk_sid"] == trunk}
        lists.attached.remove(found(rows, sid))
        return gone()

    # -- numbers --------------------------------------------------------------------------------------------------

    def _numbers_of(self, trunk: str) -> list[Row]:
        return [row for row in self._account.numbers.owned.values() if row["trunk_sid"] == trunk]

    async def _numbers(self, request: Request) -> Response:
        sid = self._of(request)["sid"]
        kept = ("sid", "account_sid", "phone_number", "friendly_name", "trunk_sid", "address_requirements",
                "api_version", "beta", "capabilities")  # fmt: skip
        rows = [
            {**{name: row[name] for name in kept}, "date_created": WHEN_ISO, "date_updated": WHEN_ISO, "links": {},
             "url": f"{BASE}/{sid}/PhoneNumbers/{row['sid']}"}
            for row in self._numbers_of(sid)
        ]  # fmt: skip
        return listed_v1(request, "phone_numbers", rows, self._account.page_cap)

    async def _take_number_off(self, request: Request) -> Response:
        rows = {row["sid"]: row for row in self._numbers_of(self._of(request)["sid"])}
        found(rows, request.path_params["number"])["trunk_sid"] = None
        return gone()


def _url(fields: dict[str, str]) -> Row:
    if not fields["SipUrl"].startswith("sip:"):
        raise Refused(400, 21247, "SipUrl must be a sip: address")
    return {
        "friendly_name": fields["FriendlyName"], "sip_url": fields["SipUrl"], "priority": int(fields["Priority"]),
        "weight": int(fields["Weight"]), "enabled": fields["Enabled"] == "true",
    }  # fmt: skip
