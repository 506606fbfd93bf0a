"""One account at Telnyx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from pydantic import Field, SecretStr

from gateway.kernel.clock import Clock, SystemClock
from trunks.carriers.account import Account
from trunks.carriers.port import CarrierCall
from trunks.carriers.registry import Elsewhere, Keys
from trunks.carriers.telnyx import webhooks
from trunks.carriers.telnyx.answers import Nothing
from trunks.carriers.telnyx.api import Api
from trunks.carriers.telnyx.calls import calls
from trunks.carriers.telnyx.capabilities import CAPABILITIES, REQUESTS_PER_S, SOURCES
from trunks.carriers.telnyx.numbers import Numbers
from trunks.carriers.telnyx.trunks import Trunks
from trunks.carriers.wire import Pace, Wire


class TelnyxKeys(Keys):
    """`public_key`: base64, for the signatures of webhooks."""

    api_key: SecretStr = Field(min_length=1)
    public_key: str = ""


class Telnyx(Account):
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: TelnyxKeys, wire: Wire, clock: Clock) -> None:
        self._clock, self._public_key = clock, keys.public_key
        self._api = Api(wire, keys.api_key.get_secret_value())
        numbers = Numbers(self._api)
        super().__init__(wire, shop=numbers, numbers=numbers, trunks=Trunks(self._api))

    async def check(self) -> None:
        await self._api.first("/phone_numbers", Nothing, {"page[number]": 1, "page[size]": 1})

    def calls(self, since: datetime) -> AsyncIterator[CarrierCall]:
        return calls(self._api, since)

    def sources(self) -> Sequence[str]:
        return SOURCES

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        webhooks.check(self._public_key, headers, body, self._clock.now())


def open_account(keys: Keys, elsewhere: Elsewhere) -> Telnyx:
    assert isinstance(keys, TelnyxKeys)
    return Telnyx(keys, Wire("Telnyx", Pace(REQUESTS_PER_S), elsewhere), SystemClock())
