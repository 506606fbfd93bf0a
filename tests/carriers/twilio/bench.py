"""Twilio's double with what the contract does to it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from tests.carriers.bench import FREE, Bench, Spoiled, spec
from tests.carriers.twilio.answers import Row
from tests.carriers.twilio.double import ACCOUNT, KEY, SECRET, TOKEN, TwilioDouble
from tests.carriers.twilio.numbers import Shelved
from tests.carriers.twilio.sip_lists import ACCESS, CREDENTIALS
from trunks.carriers.port import Carrier
from trunks.carriers.twilio.account import Twilio, TwilioKeys
from trunks.carriers.twilio.registered import REGISTERED
from trunks.carriers.wire import Pace, Wire

TWIN = "OU" + "f" * 32
_WRONG_PASSWORDS = ("Short1", "no capital letter 1", "NO SMALL LETTER 1", "No Digit At All")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Noon:
    """The clock of the doubles' accounts."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class TwilioBench(Bench):
    registered = REGISTERED
    purchase = ("POST", r"/IncomingPhoneNumbers\.json$")
    no_form = (
        (spec(targets=()), "targets"),
        (spec(secure=True), "targets"),  # not over TLS
        (spec(username="x" * 33), "username"),
        *((spec(password=wrong), "password") for wrong in _WRONG_PASSWORDS),
        *((spec(sources=(wrong,)), "sources") for wrong in ("2001:db8::/32", "192.0.2.300", "sip.example.com")),
    )

    def __init__(self) -> None:
        self.double = TwilioDouble()
        self.double.numbers.shelf = [Shelved(number) for number in FREE]

    def open(self, elsewhere: Mapping[str, str], *, wrong_keys: bool = False) -> Carrier:
        keys = TwilioKeys(
            account_sid=ACCOUNT, api_key_sid=KEY, api_key_secret=SecretStr("wrong" if wrong_keys else SECRET),
            auth_token=SecretStr(TOKEN),
        )  # fmt: skip
        return Twilio(keys, Wire("Twilio", Pace(None), elsewhere, first_pause_s=0.001), Noon())

    def keys(self) -> dict[str, str]:
        return {"account_sid": ACCOUNT, "api_key_sid": KEY, "api_key_secret": SECRET, "auth_token": TOKEN}

    # -- numbers --------------------------------------------------------------------------------------------------

    def shelve(self, number: str) -> None:
        self.double.numbers.shelf.append(Shelved(number))

    def sold(self) -> list[str]:
        return self.double.numbers.sold

    def taken(self, number: str) -> None:
        shelf = self.double.numbers.shelf
        shelf[:] = [one for one in shelf if one.number != number]

    def own(self, number: str, name: str) -> None:
        self.double.numbers.own(number, name)

    def owns(self, number: str) -> bool:
        return any(row["phone_number"] == number for row in self.double.numbers.owned.values())

    def assigned(self, number: str) -> bool:
        return any(
            row["phone_number"] == number and row["trunk_sid"] in self.double.trunks.trunks
            for row in self.double.numbers.owned.values()
        )

    def ask_papers(self, number: str) -> None:
        next(one for one in self.double.numbers.shelf if one.number == number).bundle = True

    def file_papers(self, looks: int) -> None:
        self.double.numbers.bundle_in = looks

    # -- trunks ---------------------------------------------------------------------------------------------------

    def pieces(self) -> list[str]:
        lists, trunks = self.double.lists, self.double.trunks
        return (
            ["trunk"] * len(trunks.trunks)
            + ["url" for urls in trunks.urls.values() for _ in urls]
            + [kind for kind, rows in lists.lists.items() for _ in rows]
            + ["entry" for entries in lists.entries.values() for _ in entries]
            + ["attached"] * len(lists.attached)
        )

    def add_trunk(self, name: str) -> None:
        self.double.trunks.make({"FriendlyName": name})

    def add_twin(self) -> None:
        self.add_trunk(self._trunk()["friendly_name"])

    def forget_trunk(self) -> None:
        self.double.trunks.forget(self._trunk()["sid"])

    def spoiled(self) -> list[Spoiled]:
        trunk, lists = self._trunk(), self.double.lists
        urls = self.double.trunks.urls[trunk["sid"]]
        logins = next(iter(lists.lists[CREDENTIALS].values()))
        access = next(iter(lists.lists[ACCESS].values()))
        more = {
            "FriendlyName": "x",
            "SipUrl": "sip:elsewhere.example.com",
            "Priority": "1",
            "Weight": "1",
            "Enabled": "true",
        }
        tampered = logins["friendly_name"].rpartition(" ")[0]
        return [
            Spoiled("renamed", lambda: trunk.update(friendly_name="x [gw:contract:trk_1]"), "name"),
            Spoiled("transfers switched off", lambda: trunk.update(transfer_mode="disable-all"), "refer"),
            Spoiled("transfers for SIP only", lambda: trunk.update(transfer_mode="sip-only"), "refer"),
            Spoiled("look-ups switched off", lambda: trunk.update(cnam_lookup_enabled=False), "caller_names"),
            Spoiled("made secure", lambda: trunk.update(secure=True), "secure"),
            Spoiled("domain removed", lambda: trunk.update(domain_name=None), "host"),
            Spoiled("target removed", lambda: urls.popitem(), "targets"),
            Spoiled("target added", lambda: self.double.trunks.add_url(trunk["sid"], more), "targets"),
            Spoiled("target twice", lambda: urls.update({TWIN: {**_first(urls), "sid": TWIN}}), "targets"),
            Spoiled("target switched off", lambda: _first(urls).update(enabled=False), "targets"),
            Spoiled("target put back", lambda: _first(urls).update(priority=99), "targets"),
            Spoiled("password changed", lambda: logins.update(friendly_name=tampered), "password"),
            Spoiled("password removed", lambda: lists.entries[logins["sid"]].clear(), "username"),
            Spoiled("another let in", lambda: lists.credential(logins["sid"], _ANOTHER), "username"),
            Spoiled("passwords detached", lambda: self._detach("CL"), "username"),
            Spoiled("another list attached", lambda: self._attach_another(trunk["sid"]), "username"),
            Spoiled("address removed", lambda: lists.entries[access["sid"]].popitem(), "sources"),
            Spoiled("address added", lambda: lists.source(access["sid"], _ELSEWHERE), "sources"),
            Spoiled("addresses detached", lambda: self._detach("AL"), "sources"),
        ]  # fmt: skip

    def _trunk(self) -> Row:
        (trunk,) = self.double.trunks.trunks.values()
        return trunk

    def _detach(self, prefix: str) -> None:
        lists = self.double.lists
        lists.attached = [row for row in lists.attached if not row["sid"].startswith(prefix)]

    def _attach_another(self, trunk: str) -> None:
        foreign = {"sid": "CL" + "e" * 32, "friendly_name": "made by hand"}
        self.double.trunks.attach(trunk, CREDENTIALS, foreign)

    # -- the rest -------------------------------------------------------------------------------------------------

    def add_call(self, began_at: datetime, *, inbound: bool, price: str | None) -> None:
        direction = "trunking-originating" if inbound else "trunking-terminating"
        # Twilio takes money, so its prices are negative
        self.double.numbers.add_call(began_at, direction, f"-{price}" if price else None)

    def small_pages(self) -> None:
        self.double.page_cap = 3

    def forbid(self) -> None:
        self.double.forbidden = r"/IncomingPhoneNumbers\.json$"

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, fields)}


_ANOTHER = {"Username": "stranger", "Password": "Another horse 8 battery"}
_ELSEWHERE = {"FriendlyName": "x", "IpAddress": "203.0.113.9", "CidrPrefixLength": "32"}


def _first(rows: dict[str, Row]) -> Row:
    return next(iter(rows.values()))
