"""One account at Wavix."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import NotAuthenticated
from trunks.carriers.port import (
    CarrierCall,
    NumberQuery,
    Offer,
    Order,
    OwnedNumber,
    RemoteTrunk,
    TrunkSpec,
)
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


class Wavix:
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: WavixKeys, wire: Wire, clock: Clock) -> None:
        self._wire, self._clock = wire, clock
        self._api = Api(wire, keys.api_key.get_secret_value())
        self._shop, self._numbers = Shop(self._api), Numbers(self._api)
        self._trunks = Trunks(self._api, self._numbers, f"{keys.region}.wavix.net")

    async def __aenter__(self) -> Wavix:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.aclose()

    async def check(self) -> None:
        await self._api.one("GET", "/v1/profile/config", Settings)

    # -- numbers --------------------------------------------------------------------------------------------------

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        return await self._shop.search(query)

    async def buy(self, number: str, tag: str) -> Order:
        return await self._numbers.buy(number, tag)

    async def order(self, number: str, tag: str) -> Order | None:
        return await self._numbers.order(number, tag)

    def numbers(self) -> AsyncIterator[OwnedNumber]:
        return self._numbers.all()

    async def tag_number(self, number: OwnedNumber, tag: str) -> None:
        await self._numbers.tag(number, tag)

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        await self._numbers.assign(number, trunk, spec)

    async def unassign(self, number: OwnedNumber) -> None:
        await self._numbers.unassign(number)

    async def release(self, number: OwnedNumber) -> None:
        await self._numbers.release(number)

    # -- trunks ---------------------------------------------------------------------------------------------------

    async def trunks(self) -> Sequence[RemoteTrunk]:
        return await self._trunks.all()

    async def observe_trunk(self, spec: TrunkSpec) -> RemoteTrunk | None:
        return await self._trunks.observe(spec)

    async def ensure_trunk(self, spec: TrunkSpec) -> RemoteTrunk:
        return await self._trunks.ensure(spec)

    async def delete_trunk(self, trunk: RemoteTrunk) -> None:
        await self._trunks.delete(trunk)

    # -- calls ----------------------------------------------------------------------------------------------------

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
