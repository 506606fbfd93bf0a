"""Wavix's double with what the contract does to it by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr

from gateway.kernel.clock import SystemClock
from tests.carriers.bench import FREE, Bench, Spoiled, spec
from tests.carriers.wavix.double import KEY, WavixDouble
from tests.carriers.wavix.stock import ForSale, Row
from trunks.carriers.port import Carrier, SipTarget
from trunks.carriers.wavix.account import Wavix, WavixKeys
from trunks.carriers.wavix.registered import REGISTERED
from trunks.carriers.wire import Pace, Wire

_BY_HAND: Row = {
    "label": "", "password": "known to people", "callerid": "", "multiple_numbers": False, "ip_restrict": False,
    "didinfo_enabled": True, "call_restrict": False, "cost_limit": False, "channels_restrict": False,
    "rewrite_enabled": False, "transcription_enabled": False, "transcription_threshold": 6, "encrypted_media": False,
}  # fmt: skip


class WavixBench(Bench):
    registered = REGISTERED
    purchase = ("POST", "/v1/buy/cart/checkout$")
    unsupported = frozenset({"username", "refer", "caller_names"})
    no_form = (
        (spec(targets=(SipTarget("sip.example.com", 5061, "tls"),)), "targets"),
        (spec(sources=("192.0.2.0/24",)), "sources"),
        (spec(sources=("gateway.example.com",)), "sources"),
        (spec(username="", password="", sources=("192.0.2.0/31",)), "sources"),
    )

    def __init__(self) -> None:
        self.double = WavixDouble()
        self.double.stock.for_sale = [ForSale(number.lstrip("+")) for number in FREE]

    def open(self, elsewhere: Mapping[str, str], *, wrong_keys: bool = False) -> Carrier:
        keys = WavixKeys(api_key=SecretStr("wrong" if wrong_keys else KEY))
        return Wavix(keys, Wire("Wavix", Pace(None), elsewhere, first_pause_s=0.001), SystemClock())

    def keys(self) -> dict[str, str]:
        return {"api_key": KEY}

    # -- numbers --------------------------------------------------------------------------------------------------

    def shelve(self, number: str) -> None:
        self.double.stock.for_sale.append(ForSale(number.lstrip("+")))

    def sold(self) -> list[str]:
        return self.double.stock.sold

    def taken(self, number: str) -> None:
        stock = self.double.stock
        stock.for_sale = [one for one in stock.for_sale if f"+{one.number}" != number]

    def own(self, number: str, name: str) -> None:
        self.double.stock.own(ForSale(number.lstrip("+")))["label"] = name

    def owns(self, number: str) -> bool:
        return any(f"+{row['number']}" == number for row in self.double.stock.owned)

    def assigned(self, number: str) -> bool:
        return any(f"+{row['number']}" == number and row["destination"] for row in self.double.stock.owned)

    def ask_papers(self, number: str) -> None:
        self.taken(number)
        self.double.stock.for_sale.append(ForSale(number.lstrip("+"), papers=(1, 2)))

    def file_papers(self, looks: int) -> None:
        for row in self.double.stock.owned:
            if row["status"] == "inactive":
                self.double.stock.waiting[row["id"]] = looks

    # -- trunks ---------------------------------------------------------------------------------------------------

    def pieces(self) -> list[str]:
        return ["trunk"] * len(self.double.trunks)

    def add_trunk(self, name: str) -> None:
        self.double.add_trunk({**_BY_HAND, "label": name})

    def add_twin(self) -> None:
        self.add_trunk(self._trunk()["label"].partition("] ")[0] + "]")

    def forget_trunk(self) -> None:
        self.double.trunks.clear()

    def spoiled(self) -> list[Spoiled]:
        trunk = self._trunk()
        name, _, rest = trunk["label"].partition(" [")
        assert name
        tag = rest.partition("]")[0]
        allowed = trunk["allowed_ips"]
        return [
            Spoiled("renamed", lambda: trunk.update(label=f"x [{rest}"), "name"),
            Spoiled("password unknown", lambda: trunk.update(label=f"{name} [{tag}]"), "password"),
            Spoiled("another let in", lambda: allowed.append({"ip": "203.0.113.9"}), "sources"),
            Spoiled("one shut out", lambda: allowed.pop(), "sources"),
            Spoiled("open to all", lambda: trunk.update(ip_restrict=False), "sources"),
            Spoiled("made secure", lambda: trunk.update(encrypted_media=True), "secure"),
            Spoiled("digits rewritten", lambda: trunk.update(rewrite_enabled=True), "rewriting"),
            Spoiled("called number hidden", lambda: trunk.update(didinfo_enabled=False), "number_in_to"),
        ]

    def _trunk(self) -> Row:
        (trunk,) = self.double.trunks
        return trunk

    # -- the rest -------------------------------------------------------------------------------------------------

    def add_call(self, began_at: datetime, *, inbound: bool, price: str | None) -> None:
        one = str(uuid.uuid4())
        self.double.calls.append(
            {
                "type": "received" if inbound else "placed", "date": began_at.isoformat().replace("+00:00", "Z"),
                "from": "15105550100", "to": FREE[0].lstrip("+"), "disposition": "answered", "duration": 61,
                "destination": "United States", "per_minute": "0.0085", "charge": price or "", "sip_trunk": None,
                "uuid": one, "call_id": one,
            }
        )  # fmt: skip

    def small_pages(self) -> None:
        self.double.most_per_page = 3

    def forbid(self) -> None:
        self.double.may_buy = False

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        """Wavix signs nothing."""
        return {}
