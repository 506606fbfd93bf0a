"""An account at a carrier that keeps a shop, numbers and trunks: each question goes to the part that knows it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, Self

from trunks.carriers.capabilities import Capabilities
from trunks.carriers.port import (
    CarrierCall,
    NumberQuery,
    Offer,
    Order,
    OwnedNumber,
    RemoteTrunk,
    TrunkSpec,
)
from trunks.carriers.wire import Wire


class Shop(Protocol):
    async def search(self, query: NumberQuery) -> Sequence[Offer]: ...


class Numbers(Protocol):
    async def buy(self, number: str, tag: str) -> Order: ...

    async def order(self, number: str, tag: str) -> Order | None: ...

    def all(self) -> AsyncIterator[OwnedNumber]: ...

    async def tag(self, number: OwnedNumber, tag: str) -> None: ...

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None: ...

    async def unassign(self, number: OwnedNumber) -> None: ...

    async def release(self, number: OwnedNumber) -> None: ...


class Trunks(Protocol):
    async def all(self) -> Sequence[RemoteTrunk]: ...

    async def observe(self, spec: TrunkSpec) -> RemoteTrunk | None: ...

    async def ensure(self, spec: TrunkSpec) -> RemoteTrunk: ...

    async def delete(self, trunk: RemoteTrunk) -> None: ...


class Account(ABC):
    """See `Carrier`. A carrier's subclass adds what is left: `check`, `calls`, `sources`, `check_webhook`."""

    capabilities: Capabilities

    def __init__(self, wire: Wire, *, shop: Shop, numbers: Numbers, trunks: Trunks) -> None:
        self._wire, self._shop, self._numbers, self._trunks = wire, shop, numbers, trunks

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.aclose()

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

    # -- of the carrier itself ------------------------------------------------------------------------------------

    @abstractmethod
    async def check(self) -> None: ...

    @abstractmethod
    def calls(self, since: datetime) -> AsyncIterator[CarrierCall]: ...

    @abstractmethod
    def sources(self) -> Sequence[str]: ...

    @abstractmethod
    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None: ...
