"""Telnyx's double with what the contract does to it by hand."""

from __future__ import annotations

import base64
import copy
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from gateway.kernel.clock import SystemClock
from tests.carriers.bench import AREA, FREE, Bench, Spoiled, spec
from tests.carriers.telnyx.double import INBOUND, KEY, Row, TelnyxDouble
from tests.carriers.telnyx.stock import ForSale
from trunks.carriers.port import Carrier, SipTarget
from trunks.carriers.telnyx.account import Telnyx, TelnyxKeys
from trunks.carriers.telnyx.registered import REGISTERED
from trunks.carriers.wire import Pace, Wire


class TelnyxBench(Bench):
    registered = REGISTERED
    purchase = ("POST", "/number_orders$")
    unsupported = frozenset({"refer", "sources"})  # addresses only where there is no password
    no_form = (
        (spec(targets=()), "targets"),
        (spec(targets=tuple(SipTarget(f"sip{place}.example.com") for place in range(4))), "targets"),
        (spec(targets=(SipTarget("a.example.com"), SipTarget("b.example.com", transport="udp"))), "targets"),
        (spec(targets=(SipTarget("192.0.2.1"),)), "targets"),
        (spec(targets=(SipTarget("[2001:db8::1]"),)), "targets"),
        (spec(password=""), "password"),
        (spec(username="", password="", sources=("192.0.2.0/24",)), "sources"),
        (spec(username="", password="", sources=("gateway.example.com",)), "sources"),
    )

    def __init__(self) -> None:
        self.double = TelnyxDouble()
        self.double.stock.for_sale = [ForSale(number, area=AREA) for number in FREE]
        self._signer = Ed25519PrivateKey.generate()

    def open(self, elsewhere: Mapping[str, str], *, wrong_keys: bool = False) -> Carrier:
        public = base64.b64encode(self._signer.public_key().public_bytes_raw()).decode()
        keys = TelnyxKeys(api_key=SecretStr("KEYwrong" if wrong_keys else KEY), public_key=public)
        return Telnyx(keys, Wire("Telnyx", Pace(None), elsewhere, first_pause_s=0.001), SystemClock())

    def keys(self) -> dict[str, str]:
        public = base64.b64encode(self._signer.public_key().public_bytes_raw()).decode()
        return {"api_key": KEY, "public_key": public}

    # -- numbers --------------------------------------------------------------------------------------------------

    def shelve(self, number: str) -> None:
        self.double.stock.for_sale.append(ForSale(number, area=AREA))

    def sold(self) -> list[str]:
        return [one.what.number for one in self.double.stock.sold if one.status != "failure"]

    def taken(self, number: str) -> None:
        stock = self.double.stock
        stock.for_sale = [one for one in stock.for_sale if one.number != number]

    def own(self, number: str, name: str) -> None:
        self.double.stock.own(ForSale(number, area=AREA), name)

    def owns(self, number: str) -> bool:
        return any(row["phone_number"] == number and row["status"] != "deleted" for row in self.double.stock.owned)

    def assigned(self, number: str) -> bool:
        there = {row["id"] for row in self.double.connections}
        return any(row["phone_number"] == number and row["connection_id"] in there for row in self.double.stock.owned)

    def ask_papers(self, number: str) -> None:
        self.double.stock.asks_papers.add(number)

    def file_papers(self, looks: int) -> None:
        self.double.stock.papers_looks = looks

    # -- trunks ---------------------------------------------------------------------------------------------------

    def pieces(self) -> list[str]:
        kinds = ("profiles", "connections", "fqdns", "ips")
        return [row["record_type"] for kind in kinds for row in getattr(self.double, kind)]

    def add_trunk(self, name: str) -> None:
        self._add({"connection_name": name, "tags": []})

    def add_twin(self) -> None:
        self._add({**copy.deepcopy(self._trunk()), "connection_name": "a twin"})

    def _add(self, row: Row) -> None:
        usual: Row = {
            "record_type": "fqdn_connection", "active": True, "transport_protocol": "UDP", "encrypted_media": None,
            "user_name": "", "password": "",
            "inbound": {**INBOUND},
            "outbound": {"outbound_voice_profile_id": "1", "ip_authentication_method": "ip-authentication"},
        }  # fmt: skip
        self.double.connections.append({**usual, **row, "id": self.double.stock.new_id()})

    def forget_trunk(self) -> None:
        self.double.remove_connection(self._trunk())

    def spoiled(self) -> list[Spoiled]:
        trunk = self._trunk()
        inbound, outbound, fqdns = trunk["inbound"], trunk["outbound"], self.double.fqdns
        surplus = {**fqdns[0], "id": "77", "fqdn": "elsewhere.example.com"}
        stranger = {
            "id": str(uuid.uuid4()),
            "record_type": "ip",
            "connection_id": trunk["id"],
            "ip_address": "203.0.113.9",
        }
        swapped = {
            "default_primary_fqdn_id": inbound["default_secondary_fqdn_id"],
            "default_secondary_fqdn_id": inbound["default_primary_fqdn_id"],
        }
        return [
            Spoiled("renamed", lambda: trunk.update(connection_name="x"), "name"),
            Spoiled("switched off", lambda: trunk.update(active=False), "active"),
            Spoiled("by UDP", lambda: trunk.update(transport_protocol="UDP"), "targets"),
            Spoiled("made secure", lambda: trunk.update(encrypted_media="SRTP"), "secure"),
            Spoiled("another user", lambda: trunk.update(user_name="stranger"), "username"),
            Spoiled("another password", lambda: trunk.update(password="guess my name"), "password"),
            Spoiled("by address", lambda: outbound.update(ip_authentication_method="ip-authentication"), "username"),
            Spoiled("another profile", lambda: outbound.update(outbound_voice_profile_id="2"), "outbound_profile"),
            Spoiled("numbers cut", lambda: inbound.update(dnis_number_format="national"), "format_of_numbers"),
            Spoiled("no Identity", lambda: inbound.update(shaken_stir_enabled=False), "format_of_numbers"),
            Spoiled("target removed", lambda: self.double.remove_fqdn(fqdns[0]), "targets"),
            Spoiled("target added", lambda: fqdns.append(surplus), "targets"),
            Spoiled("targets swapped", lambda: inbound.update(swapped), "targets"),
            Spoiled("no way back", lambda: inbound.update(default_secondary_fqdn_id=None), "targets"),
            Spoiled("another let in", lambda: self.double.ips.append({**stranger, "port": 5060}), "sources"),
        ]  # fmt: skip

    def _trunk(self) -> Row:
        (trunk,) = self.double.connections
        return trunk

    # -- the rest -------------------------------------------------------------------------------------------------

    def add_call(self, began_at: datetime, *, inbound: bool, price: str | None) -> None:
        self.double.calls.append(
            {
                "id": self.double.stock.new_id(), "record_type": "sip-trunking",
                "direction": "inbound" if inbound else "outbound",
                "started_at": began_at.isoformat().replace("+00:00", "Z"), "cli": "+15105550100", "cld": FREE[0],
                "call_sec": 61, "currency": "USD", "cost": price, "sip_call_id": "a84b4c76e66710",
            }
        )  # fmt: skip

    def small_pages(self) -> None:
        self.double.most_per_page = 3

    def forbid(self) -> None:
        self.double.may_buy = False

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(datetime.now(UTC).timestamp()))
        signature = self._signer.sign(timestamp.encode() + b"|" + body)
        return {"Telnyx-Signature-Ed25519": base64.b64encode(signature).decode(), "Telnyx-Timestamp": timestamp}
