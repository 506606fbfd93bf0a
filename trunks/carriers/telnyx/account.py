"""One account at Telnyx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from pydantic import Field, SecretStr

from gateway.kernel.clock import Clock, SystemClock
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


class Telnyx:
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: TelnyxKeys, wire: Wire, clock: Clock) -> None:
        self._wire, self._clock, self._public_key = wire, clock, keys.public_key
        self._api = Api(wire, keys.api_key.get_secret_value())
        self._numbers, self._trunks = Numbers(self._api), Trunks(self._api)

    async def __aenter__(self) -> Telnyx:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.aclose()

    async def check(self) -> None:
        await self._api.first("/phone_numbers", Nothing, {"page[number]": 1, "page[size]": 1})

    # -- numbers --------------------------------------------------------------------------------------------------

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        return await self._numbers.search(query)

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
        return calls(self._api, since)

    def sources(self) -> Sequence[str]:
        return SOURCES

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        webhooks.check(self._public_key, headers, body, self._clock.now())


def open_account(keys: Keys, elsewhere: Elsewhere) -> Telnyx:
    assert isinstance(keys, TelnyxKeys)
    return Telnyx(keys, Wire("Telnyx", Pace(REQUESTS_PER_S), elsewhere), SystemClock())
