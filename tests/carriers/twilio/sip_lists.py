"""Credential lists and IP access control lists at Twilio's double."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.carriers.twilio.answers import WHEN_RFC, Account, Refused, Row, Sids, form, found, gone, listed, one

SIP = "/2010-04-01/Accounts/{account}/SIP"
CREDENTIALS, ACCESS = "CredentialLists", "IpAccessControlLists"
STRONG = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z]).{12,}")


class ListRoutes:
    """`lists` and `entries`, both by kind; an entry is below its list's SID. `passwords`: by the credential's SID.
    `attached`: (kind, list) that a trunk uses."""

    def __init__(self, account: Account, sids: Sids) -> None:
        self._account, self._sids = account, sids
        self.lists: dict[str, dict[str, Row]] = {CREDENTIALS: {}, ACCESS: {}}
        self.entries: dict[str, dict[str, Row]] = {}
        self.passwords: dict[str, str] = {}
        self.attached: list[Row] = []

    def routes(self) -> list[Route]:
        lists, entries = f"{SIP}/{{kind}}", f"{SIP}/{{kind}}/{{list}}/{{of}}"
        return [
            Route(f"{lists}.json", self._list, methods=["GET"]),
            Route(f"{lists}.json", self._create, methods=["POST"]),
            Route(f"{lists}/{{list}}.json", self._rename, methods=["POST"]),
            Route(f"{lists}/{{list}}.json", self._delete, methods=["DELETE"]),
            Route(f"{entries}.json", self._entries, methods=["GET"]),
            Route(f"{entries}.json", self._add, methods=["POST"]),
            Route(f"{entries}/{{entry}}.json", self._change, methods=["POST"]),
            Route(f"{entries}/{{entry}}.json", self._remove, methods=["DELETE"]),
        ]

    def _of(self, request: Request) -> dict[str, Row]:
        self._account.let_in(request)
        return self.lists[request.path_params["kind"]]

    async def _list(self, request: Request) -> Response:
        rows = list(self._of(request).values())
        key = "credential_lists" if request.path_params["kind"] == CREDENTIALS else "ip_access_control_lists"
        return listed(request, key, rows, self._account.page_cap)

    async def _create(self, request: Request) -> Response:
        lists, kind = self._of(request), request.path_params["kind"]
        sid = self._sids.next("CL" if kind == CREDENTIALS else "AL")
        lists[sid] = {
            "sid": sid, "account_sid": request.path_params["account"], "subresource_uris": {},
            "friendly_name": (await form(request))["FriendlyName"], "date_created": WHEN_RFC, "date_updated": WHEN_RFC,
            "uri": f"{request.url.path.removesuffix('.json')}/{sid}.json",
        }  # fmt: skip
        self.entries[sid] = {}
        return one(lists[sid], 201)

    async def _rename(self, request: Request) -> Response:
        row = found(self._of(request), request.path_params["list"])
        row["friendly_name"] = (await form(request))["FriendlyName"]
        return one(row)

    async def _delete(self, request: Request) -> Response:
        lists, sid = self._of(request), request.path_params["list"]
        found(lists, sid)
        if any(row["sid"] == sid for row in self.attached):
            raise Refused(400, 21239, "The list is in use by a trunk")
        del lists[sid], self.entries[sid]
        return gone()

    async def _entries(self, request: Request) -> Response:
        found(self._of(request), request.path_params["list"])
        key = "credentials" if request.path_params["of"] == "Credentials" else "ip_addresses"
        return listed(request, key, list(self.entries[request.path_params["list"]].values()), self._account.page_cap)

    async def _add(self, request: Request) -> Response:
        sid = found(self._of(request), request.path_params["list"])["sid"]
        fields = await form(request)
        row = self.credential(sid, fields) if request.path_params["of"] == "Credentials" else self.source(sid, fields)
        return one(row, 201)

    def credential(self, sid: str, fields: dict[str, str]) -> Row:
        if any(row["username"] == fields["Username"] for row in self.entries[sid].values()):
            raise Refused(400, 21243, "Username already exists in this list")
        row = self._entry("CR", sid, {"credential_list_sid": sid, "username": fields["Username"]})
        self._keep(row, fields["Password"])
        return row

    def source(self, sid: str, fields: dict[str, str]) -> Row:
        length = int(fields["CidrPrefixLength"])
        content = {
            "ip_address": fields["IpAddress"],
            "cidr_prefix_length": length,
            "friendly_name": fields["FriendlyName"],
        }
        if any(all(row[name] == content[name] for name in ("ip_address", "cidr_prefix_length"))
               for row in self.entries[sid].values()):  # fmt: skip
            raise Refused(400, 21262, "IP address already exists in this list")
        return self._entry("IP", sid, {"ip_access_control_list_sid": sid, **content})

    def _entry(self, prefix: str, of: str, content: Row) -> Row:
        sid, account = self._sids.next(prefix), "AC" + "a" * 32
        kind, what = (CREDENTIALS, "Credentials") if prefix == "CR" else (ACCESS, "IpAddresses")
        uri = f"/2010-04-01/Accounts/{account}/SIP/{kind}/{of}/{what}/{sid}.json"
        row = {
            "sid": sid,
            "account_sid": account,
            "uri": uri,
            "date_created": WHEN_RFC,
            "date_updated": WHEN_RFC,
            **content,
        }
        self.entries[of][sid] = row
        return row

    def _keep(self, row: Row, password: str) -> None:
        if not STRONG.fullmatch(password):
            self.entries[row["credential_list_sid"]].pop(row["sid"], None)
            raise Refused(400, 21245, "Password is not strong enough")
        self.passwords[row["sid"]] = password

    async def _change(self, request: Request) -> Response:
        found(self._of(request), request.path_params["list"])
        row = found(self.entries[request.path_params["list"]], request.path_params["entry"])
        self._keep(row, (await form(request))["Password"])
        return one(row)

    async def _remove(self, request: Request) -> Response:
        found(self._of(request), request.path_params["list"])
        entries = self.entries[request.path_params["list"]]
        del entries[found(entries, request.path_params["entry"])["sid"]]
        return gone()
