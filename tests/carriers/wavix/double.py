"""Wavix in memory: its shop and the one cart of the account, numbers, trunks, and records of calls."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.carriers.contract import Contract
from tests.carriers.double import Double, page_of
from tests.carriers.wavix.stock import Row, Stock

KEY = "wavix-test-key"
COUNTRIES = {1: ("United States", True), 2: ("Germany", False), 3: ("Germany (mobile)", False)}
CITIES = {1: [(1, 415), (2, 212)], 2: [(3, 30)], 3: [(4, 0)]}  # id and code of the cities, by country
REGIONS = {1: [(11, [1]), (12, [2])]}  # id of the region and its cities


@cache
def contract() -> Contract:
    return Contract("wavix", ["wavix/wavix-api.json"])


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message


class WavixDouble(Double):
    """`most_per_page`: it gives no more at once, whatever is asked for. `several_caller_ids`: people at Wavix have
    allowed them. `may_buy`: has the key that right?"""

    hosts = ("api.wavix.com",)

    def __init__(self) -> None:
        super().__init__(contract())
        self.stock = Stock()
        self.most_per_page = 100
        self.several_caller_ids = True
        self.may_buy = self.takes_tags = True
        self.trunks: list[Row] = []
        self.calls: list[Row] = []
        self._ids = itertools.count(3101)
        self.app = Starlette(routes=list(self._routes()))

    def saying(self, status: int) -> tuple[bytes, str]:
        return json.dumps({"success": False, "message": "Please try again later"}).encode(), "application/json"

    # -- routes -----------------------------------------------------------------------------------------------------

    def _routes(self) -> Iterable[Route]:
        def route(path: str, **by_method: Callable[[Request, Row], Any]) -> Route:
            async def answer(request: Request) -> Response:
                try:
                    if request.headers.get("authorization") != f"Bearer {KEY}":
                        raise Refused(401, "Unauthorized")
                    body = json.loads(await request.body() or b"{}")
                    made = by_method[request.method.lower()](request, body)
                except Refused as refused:
                    return JSONResponse({"success": False, "message": refused.message}, refused.status)
                return JSONResponse(made, 201 if request.method == "POST" else 200)

            return Route("/v1" + path, answer, methods=[name.upper() for name in by_method])

        country = "/buy/countries/{country:int}"
        yield route("/profile/config", get=self._settings)
        yield route("/buy/countries", get=self._countries)
        yield route(f"{country}/regions", get=self._regions)
        yield route(f"{country}/cities", get=self._cities)
        yield route(f"{country}/regions/{{region:int}}/cities", get=self._cities)
        yield route(f"{country}/cities/{{city:int}}/dids", get=self._dids)
        yield route("/buy/cart", put=self._put)
        yield route("/buy/cart/checkout", post=self._check_out)
        yield route("/numbers", get=self._numbers, patch=self._lead, delete=self._release)
        yield route("/numbers/{id:int}", get=lambda request, _: self._number(request.path_params["id"]))
        yield route("/trunks", get=self._list_trunks, post=self._make_trunk)
        yield route("/trunks/{id:int}", get=self._trunk, put=self._change_trunk, delete=self._delete_trunk)
        yield route("/cdrs", get=self._cdrs)

    def _page(self, request: Request, name: str, rows: list[Row]) -> Row:
        number, asked = int(request.query_params["page"]), int(request.query_params["per_page"])
        size = min(asked, self.most_per_page)
        data, _ = page_of(rows, number - 1, size)
        pages = -(-len(rows) // size)
        told = {"current_page": number, "per_page": size, "total": len(rows), "total_pages": pages}
        return {name: data, "pagination": told}

    def _settings(self, _: Request, __: Row) -> Row:
        limits = {"max_call_duration": 3600, "max_sip_channels": 2, "max_call_rate": "0.18"}
        return {"balance": "100", "global_limits": limits}

    # -- the shop ---------------------------------------------------------------------------------------------------

    def _countries(self, _: Request, __: Row) -> Row:
        return {
            "countries": [
                {"id": one, "name": name, "has_provinces_or_states": regions}
                for one, (name, regions) in COUNTRIES.items()
            ]
        }

    def _regions(self, request: Request, _: Row) -> Row:
        regions = REGIONS.get(request.path_params["country"])
        if regions is None:
            raise Refused(422, "Country has no states or provinces")
        return {"regions": [{"id": one, "name": f"region {one}"} for one, _ in regions]}

    def _cities(self, request: Request, _: Row) -> Row:
        country, region = request.path_params["country"], request.path_params.get("region")
        if (region is None) == COUNTRIES[country][1]:
            raise Refused(400, "Missing or invalid parameter region_id")
        own = dict(REGIONS.get(country, [])).get(region)
        cities = [city for city in CITIES[country] if own is None or city[0] in own]
        return {"cities": [{"id": one, "name": f"city {one}", "area_code": code} for one, code in cities]}

    def _dids(self, request: Request, _: Row) -> Row:
        city = request.path_params["city"]
        if city not in [one for one, _ in CITIES[request.path_params["country"]]]:
            raise Refused(404, "An object with the specified ID is not found.")
        rows = [one.row() for one in self.stock.for_sale if one.city_id == city]
        return self._page(request, "dids", rows)

    def _put(self, _: Request, body: Row) -> list[Row]:
        if not self.may_buy:
            raise Refused(403, "The service is not provisioned for your account.")
        if not all(self.stock.put(number) for number in body["ids"]):
            raise Refused(404, "An object with the specified ID is not found.")
        return [one.row() for one in self.stock.for_sale if one.number in self.stock.cart]

    def _check_out(self, _: Request, body: Row) -> Row:
        if not all(self.stock.check_out(number, self.looks) for number in body["ids"]):
            raise Refused(404, "An object with the specified ID is not found.")
        return {"success": True}

    # -- numbers ----------------------------------------------------------------------------------------------------

    def _numbers(self, request: Request, _: Row) -> Row:
        self.stock.look()
        digits = request.query_params.get("search", "")
        rows = [row for row in self.stock.owned if digits in row["number"]]
        return {**self._page(request, "items", rows), "doc_types": []}

    def _number(self, one: int) -> Row:
        row = next((row for row in self.stock.owned if row["id"] == one), None)
        if row is None:
            raise Refused(404, "An object with the specified ID is not found.")
        return row

    def _lead(self, _: Request, body: Row) -> Row:
        """Done a moment later: the answer shows what was."""
        if "call_status_url" in body and not self.takes_tags:
            raise Refused(400, "Missing or invalid parameter call_status_url")
        rows = [self._number(one) for one in body["ids"]]
        before = copy.deepcopy(rows)
        for row in rows:
            row["call_status_url"] = body.get("call_status_url", row["call_status_url"])
            if "destinations" in body:
                self.stock.lead(row, body["destinations"])
        return {"items": before}

    def _release(self, request: Request, _: Row) -> Row:
        self.stock.give_back(self._number(int(request.query_params["ids"])))
        return {"success": True}

    # -- trunks -----------------------------------------------------------------------------------------------------

    def _list_trunks(self, request: Request, _: Row) -> Row:
        return self._page(request, "sip_trunks", [_listed(row) for row in self.trunks])

    def _trunk(self, request: Request, _: Row) -> Row:
        return _shown(self._found(request))

    def _make_trunk(self, _: Request, body: Row) -> Row:
        return _shown(self.add_trunk(self._checked(body)))

    def add_trunk(self, body: Row) -> Row:
        one = next(self._ids)
        row = {"id": one, "name": str(60000 + one), "created_at": "2026-11-01T12:00:00.000Z", "approved": False}
        self.trunks.append({**row, **body})
        return self.trunks[-1]

    def _change_trunk(self, request: Request, body: Row) -> Row:
        row = self._found(request)
        kept = {name: row[name] for name in ("id", "name", "created_at", "approved")}
        fresh = self._checked(body)
        row.clear()
        row.update(kept | fresh)  # what is not named goes back to its default
        return _shown(row)

    def _checked(self, body: Row) -> Row:
        own = {row["number"] for row in self.stock.owned if row["status"] == "active"}
        if body["callerid"] and body["callerid"] not in own:
            raise Refused(422, "Missing or invalid parameter callerid")
        if body["ip_restrict"] != bool(body.get("allowed_ips")):
            raise Refused(422, "Missing or invalid parameter allowed_ips")
        return {**body, "multiple_numbers": body["multiple_numbers"] and self.several_caller_ids}

    def _delete_trunk(self, request: Request, _: Row) -> Row:
        self.trunks.remove(self._found(request))
        return {"success": True}

    def _found(self, request: Request) -> Row:
        row = next((row for row in self.trunks if row["id"] == request.path_params["id"]), None)
        if row is None:
            raise Refused(404, "Record not found")
        return row

    # -- calls ------------------------------------------------------------------------------------------------------

    def _cdrs(self, request: Request, _: Row) -> Row:
        asked = request.query_params
        rows = [
            {name: value for name, value in row.items() if name != "type"}
            for row in reversed(self.calls)
            if row["type"] == asked["type"] and asked["from"] <= row["date"][:10] <= asked["to"]
        ]
        return self._page(request, "items", rows)


def _listed(row: Row) -> Row:
    asked = row.get("host_request")
    state = ("approved" if row["approved"] else "pending") if asked else ""
    return {
        "id": row["id"], "name": row["name"], "callerid": "" if row["multiple_numbers"] else row["callerid"],
        "label": row["label"], "auth_method": "IP auth" if asked else "Digest",
        "host_request": {"host": asked["host"], "status": state} if asked else None,
        "multiple_numbers": row["multiple_numbers"], "status": "pending" if state == "pending" else "active",
        "talk_time": 0, "charge": "0.0", "access_token": None,
    }  # fmt: skip


def _shown(row: Row) -> Row:
    limits = ("call_limit", "max_channels")
    same = (
        "id", "name", "label", "created_at", "ip_restrict", "multiple_numbers", "didinfo_enabled", "rewrite_enabled",
        "encrypted_media", "call_restrict", "cost_limit", "channels_restrict", "transcription_enabled",
        "transcription_threshold",
    )  # fmt: skip
    cost = row.get("max_call_cost")
    return {
        **{name: row[name] for name in same}, **{name: row.get(name) for name in limits},
        "max_call_cost": None if cost is None else str(cost),
        "callerid": "" if row["multiple_numbers"] else row["callerid"],
        "allowed_ips": [{"id": at, **one} for at, one in enumerate(row.get("allowed_ips", []), start=1)],
        "host": row["host_request"]["host"] if row["approved"] else "dynamic",
    }  # fmt: skip
