"""What the acts work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.rows import WithAgentsAndCaptures
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict, GatewayError
from gateway.kernel.secrets import SecretBox
from trunks.accounts.accounts import Accounts
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.accounts.repository import CarrierRepository
from trunks.carriers.port import Carrier, HumanStep, OwnedNumber

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class Board(Protocol):
    """`trunks.provisioning.Provisioning`."""

    async def reconcile(self) -> bool: ...


@dataclass(frozen=True)
class Given:
    """A step, as an act sees it. `by`: the key whose act it is."""

    act: str
    given: Mapping[str, Any]
    once: str | None
    monthly: str | None
    currency: str
    by: str


@dataclass(frozen=True)
class Done:
    """`made`: what it takes to undo it. `human`: what is left to people although it is done."""

    made: Mapping[str, Any] = field(default_factory=dict)
    human: tuple[HumanStep, ...] = ()


class NotYet(Exception):
    """The carrier, or people there, take their time. The next plan goes on with it."""

    def __init__(self, words: str, human: tuple[HumanStep, ...] = ()) -> None:
        super().__init__(words)
        self.words, self.human = words, human


@dataclass(frozen=True)
class Workshop:
    """`installation`: the first part of our tags at carriers. `sleep`: between two looks at what takes its time."""

    begin: Begin
    accounts: Accounts
    box: SecretBox
    clock: Clock
    board: Board
    wired: WithAgentsAndCaptures
    installation: str
    sleep: Callable[[float], Awaitable[None]]

    async def carrier(self, name: str) -> tuple[CarrierRow, Carrier]:
        """Raises Conflict for one that was removed meanwhile."""
        async with self.begin() as session:
            row = await CarrierRepository(session).by_name(name)
        if row is None:
            raise gone(f"the account {name}")
        return row, self.accounts.of(row)

    async def trunk(self, name: str) -> CarrierTrunkRow:
        async with self.begin() as session:
            row = await CarrierRepository(session).trunk(name)
        if row is None:
            raise gone(f"the trunk {name}")
        return row


async def owned_by(carrier: Carrier, number: str) -> OwnedNumber | None:
    async for one in carrier.numbers():
        if one.number == number:
            return one
    return None


def gone(what: str) -> GatewayError:
    return Conflict(f"{what} was removed meanwhile", code="apply.gone", todo="plan again")
