"""One account at Wavix."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import NotAuthenticated
from trunks.carriers.account import Account
from trunks.carriers.port import CarrierCall
from trunks.carriers.registry import Elsewhere, Keys
from trunks.carriers.wavix.answers import Settings
from trunks.carriers.wavix.api import Api
from trunks.carriers.wavix.calls import calls
from trunks.carriers.wavix.capabilities import CAPABILITIES, REQUESTS_PER_S
from trunks.carriers.wavix.numbers import Numbers
from trunks.carriers.wavix.shop import Shop
from trunks.carriers.wavix.trunks import Trunks
from trunks.carriers.wire import Pace, Wire


class WavixKeys(Keys):
    """`region`: the gateway of Wavix that is nearest."""

    api_key: SecretStr = Field(min_length=1)
    region: Literal["us", "nl", "sg", "au"] = "us"


class Wavix(Account):
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: WavixKeys, wire: Wire, clock: Clock) -> None:
        self._clock = clock
        self._api = Api(wire, keys.api_key.get_secret_value())
        numbers = Numbers(self._api)
        trunks = Trunks(self._api, numbers, f"{keys.region}.wavix.net")
        super().__init__(wire, shop=Shop(self._api), numbers=numbers, trunks=trunks)

    async def check(self) -> None:
        await self._api.one("GET", "/v1/profile/config", Settings)

    def calls(self, since: datetime) -> AsyncIterator[CarrierCall]:
        return calls(self._api, since, self._clock.now())

    def sources(self) -> Sequence[str]:
        """Wavix publishes none."""
        return ()

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        raise NotAuthenticated(
            "Wavix does not sign its webhooks, so that anybody could have sent this one", code="carrier.signature",
            todo="rely on its records of calls, which are asked for",
        )  # fmt: skip


def open_account(keys: Keys, elsewhere: Elsewhere) -> Wavix:
    assert isinstance(keys, WavixKeys)
    return Wavix(keys, Wire("Wavix", Pace(REQUESTS_PER_S), elsewhere), SystemClock())
