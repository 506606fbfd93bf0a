"""Telnyx in memory: its numbers and orders, connections, names, addresses and profiles, and its records of calls."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.carriers.double import Double, page_of
from tests.carriers.telnyx.contract import contract
from tests.carriers.telnyx.stock import Stock

KEY = "KEY0000TEST"
Row = dict[str, Any]
INBOUND: Row = {
    "ani_number_format": "E.164-national", "dnis_number_format": "e164", "shaken_stir_enabled": False,
    "default_primary_fqdn_id": None, "default_secondary_fqdn_id": None, "default_tertiary_fqdn_id": None,
}  # fmt: skip


class Refused(Exception):
    def __init__(self, status: int, code: str, title: str, pointer: str = "") -> None:
        self.status, self.body = status, {"errors": [{"code": code, "title": title}]}
        if pointer:
            self.body["errors"][0]["source"] = {"pointer": pointer}  # type: ignore[assignment]


class TelnyxDouble(Double):
    """`most_per_page`: it gives no more at once, whatever is asked for. `may_buy`: has the key that right?"""

    hosts = ("api.telnyx.com",)

    def __init__(self) -> None:
        super().__init__(contract())
        self.stock = Stock()
        self.most_per_page = 250
        self.may_buy = True
        self.connections: list[Row] = []
        self.fqdns: list[Row] = []
        self.ips: list[Row] = []
        self.profiles: list[Row] = []
        self.calls: list[Row] = []
        self.app = Starlette(routes=list(self._routes()))

    def saying(self, status: int) -> tuple[bytes, str]:
        code, title = ("10011", "Too many requests") if status == 429 else ("10007", "Unexpected error")
        return json.dumps({"errors": [{"code": code, "title": title}]}).encode(), "application/json"

    # -- routes -----------------------------------------------------------------------------------------------------

    def _routes(self) -> Iterable[Route]:
        def route(path: str, **by_method: Callable[[Request, Row], Any]) -> Route:
            async def answer(request: Request) -> Response:
                try:
                    if request.headers.get("authorization") != f"Bearer {KEY}":
                        raise Refused(401, "10009", "Authentication failed")
                    body = json.loads(await request.body() or b"{}")
                    made = by_method[request.method.lower()](request, body)
                except Refused as refused:
                    return JSONResponse(refused.body, refused.status)
                created = request.method == "POST" and path in ("/fqdn_connections", "/fqdns", "/ips")
                return JSONResponse(made if "data" in made else {"data": made}, 201 if created else 200)

            return Route("/v2" + path, answer, methods=[name.upper() for name in by_method])

        yield route("/available_phone_numbers", get=self._available)
        yield route("/regulatory_requirements", get=self._needs)
        yield route("/number_orders", get=self._orders, post=self._order)
        yield route("/phone_numbers", get=self._numbers)
        yield route("/phone_numbers/{id}", get=self._number, patch=self._change_number, delete=self._release)
        yield route("/phone_numbers/{id}/voice", patch=self._voice)
        yield route("/outbound_voice_profiles", get=self._list("profiles"), post=self._make_profile)
        yield route("/outbound_voice_profiles/{id}", delete=self._delete_profile)
        yield route("/fqdn_connections", get=self._list("connections"), post=self._make_connection)
        yield route("/fqdn_connections/{id}", patch=self._change_connection, delete=self._delete_connection)
        yield route("/fqdns", get=self._list("fqdns"), post=self._make_fqdn)
        yield route("/fqdns/{id}", delete=self._delete_fqdn)
        yield route("/ips", get=self._list("ips"), post=self._make_ip)
        yield route("/ips/{id}", delete=lambda request, _: self._taken_out(self.ips, request))
        yield route("/detail_records", get=self._records)

    def _page(self, request: Request, rows: list[Row]) -> Row:
        number = int(request.query_params["page[number]"])
        size = min(int(request.query_params["page[size]"]), self.most_per_page)
        data, _ = page_of(rows, number - 1, size)
        pages = -(-len(rows) // size)
        meta = {"page_number": number, "page_size": size, "total_pages": pages, "total_results": len(rows)}
        return {"data": data, "meta": meta}

    def _list(self, kind: str) -> Callable[[Request, Row], Row]:
        def listed(request: Request, _: Row) -> Row:
            of = request.query_params.get("filter[connection_id]")
            return self._page(request, [row for row in getattr(self, kind) if of in (None, row.get("connection_id"))])

        return listed

    # -- numbers ----------------------------------------------------------------------------------------------------

    def _available(self, request: Request, _: Row) -> Row:
        asked = request.query_params
        fit = [
            one
            for one in self.stock.for_sale
            if (one.country, one.kind) == (asked["filter[country_code]"], asked["filter[phone_number_type]"])
            and set(asked.getlist("filter[features][]")) <= set(one.features)
            and asked.get("filter[phone_number][contains]", "") in one.number
        ]
        area = asked.get("filter[national_destination_code]", "")
        near = [one for one in fit if one.area != area] if area else []
        exact = [one for one in fit if one not in near]
        rows = [one.row() for one in exact] + [one.row(best_effort=True) for one in near]
        rows = rows[: int(asked["filter[limit]"])]
        return {"data": rows, "meta": {"total_results": len(rows), "best_effort_results": len(near)}}

    def _needs(self, request: Request, _: Row) -> Row:
        country, kind = (request.query_params[f"filter[{name}]"] for name in ("country_code", "phone_number_type"))
        papers = [
            {"id": "8ffb3622-7c6b-4ccc-b65f-7a3dc0099576", "name": name, "description": "by a person"}
            for name in self.stock.needs.get(country, [])
        ]
        row = {"action": "ordering", "country_code": country, "phone_number_type": kind}
        return {"data": [{**row, "regulatory_requirements": papers}] if papers else []}

    def _orders(self, request: Request, _: Row) -> Row:
        self.stock.look()
        reference = request.query_params["filter[customer_reference]"]
        return self._page(request, [one.row() for one in self.stock.sold if one.reference == reference])

    def _order(self, _: Request, body: Row) -> Row:
        if not self.may_buy:
            raise Refused(403, "10010", "Authorization failed")
        number = body["phone_numbers"][0]["phone_number"]
        sold = self.stock.order(number, body["customer_reference"], self.looks)
        if sold is None:
            raise Refused(422, "10015", "Bad Request", "/phone_numbers/0/phone_number")
        return sold.row()

    def _numbers(self, request: Request, _: Row) -> Row:
        asked = request.query_params
        digits, status = asked.get("filter[phone_number]", ""), asked.get("filter[status]")
        of = asked.get("filter[connection_id]")
        rows = [
            row
            for row in self.stock.owned
            if digits in row["phone_number"].lstrip("+")
            and status in (None, row["status"])
            and of in (None, row["connection_id"])
        ]
        return self._page(request, rows)

    def _number(self, request: Request, _: Row) -> Row:
        rows = [row for row in self.stock.owned if row["status"] != "deleted"]
        return self._found(rows, request)

    def _change_number(self, request: Request, body: Row) -> Row:
        row = self._number(request, body)
        connection = body.get("connection_id")
        if connection and not any(one["id"] == connection for one in self.connections):
            raise Refused(422, "10017", "Associated resource does not exist", "/connection_id")
        row.update({name: value or None for name, value in body.items()})
        return row

    def _voice(self, request: Request, body: Row) -> Row:
        row = self._number(request, body)
        row.update(body)
        return {"id": row["id"], "record_type": "voice_settings", "phone_number": row["phone_number"]}

    def _release(self, request: Request, body: Row) -> Row:
        row = self._number(request, body)
        if row["deletion_lock_enabled"]:
            raise Refused(422, "10021", "Resource in use", "/id")
        self.stock.give_back(row)
        return {name: "" if value is None else value for name, value in row.items()}

    # -- trunks -----------------------------------------------------------------------------------------------------

    def _make_profile(self, _: Request, body: Row) -> Row:
        row = {
            "id": self.stock.new_id(), "record_type": "outbound_voice_profile", "enabled": True,
            "whitelisted_destinations": ["US", "CA"], **body,
        }  # fmt: skip
        self.profiles.append(row)
        return row

    def _delete_profile(self, request: Request, _: Row) -> Row:
        row = self._found(self.profiles, request)
        if any(one["outbound"]["outbound_voice_profile_id"] == row["id"] for one in self.connections):
            raise Refused(422, "10021", "Resource in use", "/id")
        return self._taken_out(self.profiles, request)

    def _make_connection(self, _: Request, body: Row) -> Row:
        row: Row = {
            "id": self.stock.new_id(), "record_type": "fqdn_connection", "user_name": "", "password": "", **body,
            "inbound": {**INBOUND, **body["inbound"]},
        }  # fmt: skip
        self._check_connection(row)
        self.connections.append(row)
        return row

    def _change_connection(self, request: Request, body: Row) -> Row:
        row = self._found(self.connections, request)
        changed = copy.deepcopy(row)
        for name, value in body.items():
            changed[name] = {**changed[name], **value} if isinstance(value, dict) else value
        self._check_connection(changed)
        row.update(changed)
        return row

    def _check_connection(self, row: Row) -> None:
        if any(
            one["connection_name"] == row["connection_name"] != "" and one["id"] != row["id"]
            for one in self.connections
        ):
            raise Refused(422, "10012", "Duplicate resource", "/connection_name")
        if row["encrypted_media"] == "SRTP" and row["transport_protocol"] == "TLS":
            raise Refused(422, "10015", "Bad Request", "/encrypted_media")
        if not any(one["id"] == row["outbound"]["outbound_voice_profile_id"] for one in self.profiles):
            raise Refused(422, "10017", "Associated resource does not exist", "/outbound/outbound_voice_profile_id")
        own = {one["id"] for one in self.fqdns if one["connection_id"] == row["id"]}
        if not {value for name, value in row["inbound"].items() if name.endswith("fqdn_id") and value} <= own:
            raise Refused(422, "10017", "Associated resource does not exist", "/inbound/default_primary_fqdn_id")

    def _delete_connection(self, request: Request, _: Row) -> Row:
        row = self._found(self.connections, request)
        if any(one["connection_id"] == row["id"] for one in self.stock.owned if one["status"] != "deleted"):
            raise Refused(422, "10021", "Resource in use", "/id")
        self.remove_connection(row)
        return row

    def remove_connection(self, row: Row) -> None:
        self.fqdns = [one for one in self.fqdns if one["connection_id"] != row["id"]]
        self.ips = [one for one in self.ips if one["connection_id"] != row["id"]]
        self.connections.remove(row)

    def _make_fqdn(self, _: Request, body: Row) -> Row:
        return self._made_behind(self.fqdns, {"record_type": "fqdn", **body})

    def _delete_fqdn(self, request: Request, _: Row) -> Row:
        row = self._found(self.fqdns, request)
        self.remove_fqdn(row)
        return row

    def remove_fqdn(self, row: Row) -> None:
        self.fqdns.remove(row)
        for connection in self.connections:
            kept = {name: None if value == row["id"] else value for name, value in connection["inbound"].items()}
            connection["inbound"] = kept

    def _make_ip(self, _: Request, body: Row) -> Row:
        return self._made_behind(self.ips, {"record_type": "ip", "port": 5060, **body})

    def _made_behind(self, rows: list[Row], row: Row) -> Row:
        if not any(one["id"] == row["connection_id"] for one in self.connections):
            raise Refused(422, "10017", "Associated resource does not exist", "/connection_id")
        row["id"] = str(uuid.uuid4()) if row["record_type"] == "ip" else self.stock.new_id()
        rows.append(row)
        return row

    # -- calls ------------------------------------------------------------------------------------------------------

    def _records(self, request: Request, _: Row) -> Row:
        since = request.query_params["filter[started_at][gte]"]
        rows = sorted((row for row in self.calls if row["started_at"] >= since), key=lambda row: row["started_at"])
        return self._page(request, rows)

    # -- rows -------------------------------------------------------------------------------------------------------

    @staticmethod
    def _found(rows: list[Row], request: Request) -> Row:
        row = next((row for row in rows if row["id"] == request.path_params["id"]), None)
        if row is None:
            raise Refused(404, "10005", "Resource not found")
        return row

    def _taken_out(self, rows: list[Row], request: Request) -> Row:
        row = self._found(rows, request)
        rows.remove(row)
        return row
