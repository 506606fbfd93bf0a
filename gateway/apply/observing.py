"""Looks at what there is: one transaction here, then each carrier of the document, all at the same time."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.models import AgentRow
from dispatch_rules.models import RuleRow
from dispatch_rules.repository import RuleRepository
from dispatch_rules.schemas import Rule
from gateway.apply.document import Document
from gateway.apply.observed import CarrierSeen, Named, NumberSeen, Observed, Offers, TrunkSeen
from gateway.apply.plan_numbers import missing
from gateway.apply.plan_trunks import Ours, spec_of
from gateway.apply.remote_spec import remote_spec, unborn_spec
from gateway.kernel.errors import BadInput
from gateway.kernel.secrets import SecretBox
from trunks.accounts.accounts import Accounts
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.accounts.repository import CarrierRepository
from trunks.carriers.port import NumberQuery, OwnedNumber, RemoteTrunk
from trunks.models import NumberRow, TrunkRow
from trunks.schemas import InboundTrunk, OutboundTrunk

Begin = Callable[[], AbstractAsyncContextManager[AsyncSession]]
MORE_THAN_NEEDED = 5  # offers beside those that are wanted: some may be sold, or too dear


@dataclass(frozen=True)
class _Here:
    """Our tables."""

    carriers: Mapping[str, CarrierRow]
    carrier_trunks: Mapping[str, CarrierTrunkRow]
    trunks: Mapping[str, TrunkRow]
    numbers: tuple[NumberRow, ...]
    agents: tuple[AgentRow, ...]
    rules: tuple[RuleRow, ...]


class Observer:
    """Raises what carriers raise."""

    def __init__(self, begin: Begin, accounts: Accounts, box: SecretBox, ours: Ours) -> None:
        self._begin, self._accounts, self._box, self._ours = begin, accounts, box, ours

    async def observe(self, document: Document, *, everywhere: bool = False) -> Observed:
        """`everywhere`: also the carriers that the document does not name."""
        here = await self._here()
        named = set(here.carriers) if everywhere else _carriers_of(document, here)
        specs = {one.name: (one.carrier, spec_of(one, self._ours)) for one in document.trunks}
        owners = {row.id: name for name, row in here.carriers.items()}
        for (
            name,
            row,
        ) in here.carrier_trunks.items():  # those that are not in the document are looked at as they were made
            if owners[row.carrier_id] in named:
                specs.setdefault(name, (owners[row.carrier_id], dict(row.spec)))
        # a carrier that keeps no trunk with a number knows whose it is only after its trunks were looked at
        remotes = dict(
            await asyncio.gather(
                *(
                    self._placed(document, self._remote(here, name, carrier, spec), name)
                    for name, (carrier, spec) in specs.items() if carrier in here.carriers
                )
            )
        )  # fmt: skip
        seen = await asyncio.gather(*(self._carrier(here.carriers[name]) for name in named if name in here.carriers))
        carriers = {one.name: one for one in seen} | self._own(document, here)
        names = {row.inbound_trunk_id: name for name, row in here.carrier_trunks.items() if row.inbound_trunk_id}
        return Observed(
            carriers=carriers,
            trunks={
                name: self._trunk(row, owners[row.carrier_id], here, remotes.get(name))
                for name, row in here.carrier_trunks.items()
            },
            numbers=[
                NumberSeen(
                    row.id, row.number, row.name or row.number, owners.get(row.carrier_id or "", ""),
                    names.get(row.inbound_trunk_id or "", ""), row.standing, row.tag,
                )
                for row in here.numbers
            ],
            agents={row.name: Named(row.id, row.content) for row in here.agents},
            rules={row.name: Named(row.id, self._rule(row)) for row in here.rules},
            twice=frozenset([*_twice("agent", here.agents), *_twice("rule", here.rules)]),
        )  # fmt: skip

    async def offers(self, document: Document, observed: Observed, installation: str) -> dict[str, Offers]:
        """What the shops have of what is missing, by carrier."""
        wanted = missing(document, observed, installation)
        rows = (await self._here()).carriers if wanted else {}

        async def shelf(name: str, query: NumberQuery, most: int) -> Any:
            asked = NumberQuery(**{**vars(query), "most": most + MORE_THAN_NEEDED})
            return name, query, await self._accounts.of(rows[name]).search(asked)

        found: dict[str, dict[NumberQuery, Any]] = {}
        shelves = (shelf(name, query, most) for (name, query), most in wanted.items())
        for name, query, offers in await asyncio.gather(*shelves):
            found.setdefault(name, {})[query] = offers
        return dict(found)

    # -- here ---------------------------------------------------------------------------------------------------

    async def _here(self) -> _Here:
        async with self._begin() as session:
            repository = CarrierRepository(session)
            return _Here(
                carriers={row.name: row for row in await repository.all()},
                carrier_trunks={row.name: row for row in await repository.trunks()},
                trunks={row.id: row for row in await session.scalars(select(TrunkRow))},
                numbers=tuple(await session.scalars(select(NumberRow))),
                agents=tuple(await session.scalars(select(AgentRow))),
                rules=tuple(await RuleRepository(session).all()),
            )

    def _trunk(self, row: CarrierTrunkRow, carrier: str, here: _Here, remote: RemoteTrunk | None) -> TrunkSeen:
        inbound, outbound = here.trunks.get(row.inbound_trunk_id or ""), here.trunks.get(row.outbound_trunk_id or "")
        return TrunkSeen(
            name=row.name, carrier=carrier, there=remote.remote_id if remote else None,
            differs=remote.differs if remote else (), unsupported=remote.unsupported if remote else (),
            steps=remote.steps if remote else (), host=row.host, spec=row.spec,
            inbound=self._fields(InboundTrunk, inbound), outbound=self._fields(OutboundTrunk, outbound),
        )  # fmt: skip

    def _fields(self, model: type[InboundTrunk] | type[OutboundTrunk], row: TrunkRow | None) -> dict[str, Any] | None:
        if row is None:
            return None
        fields = model.model_validate(row).model_dump(mode="json", exclude={"created_at", "updated_at", "livekit_id"})
        return {**fields, "trust_pin": self._box.open(row.trust_pin)}

    def _rule(self, row: RuleRow) -> dict[str, Any]:
        fields = Rule.model_validate(row).model_dump(mode="json", exclude={"created_at", "updated_at", "livekit_id"})
        return {**fields, "pin": self._box.open(row.pin), "trust_pin": self._box.open(row.trust_pin)}

    # -- there --------------------------------------------------------------------------------------------------

    async def _carrier(self, row: CarrierRow) -> CarrierSeen:
        carrier = self._accounts.of(row)
        owned: dict[str, OwnedNumber] = {}
        if sells := carrier.capabilities.buy_numbers.can != "no":
            owned = {one.number: one async for one in carrier.numbers()}
        keys = json.loads(self._box.open(row.keys)) if row.kind == "own" else {}
        return CarrierSeen(row.id, row.name, row.kind, sells, owned, tuple(carrier.sources()), keys)

    async def _remote(
        self, here: _Here, name: str, carrier: str, spec: Mapping[str, Any]
    ) -> tuple[str, RemoteTrunk | None]:
        row, there = here.carrier_trunks.get(name), self._accounts.of(here.carriers[carrier])
        if row is not None:
            return name, await there.observe_trunk(remote_spec(row, spec, self._box))
        await there.observe_trunk(unborn_spec(name, spec))  # does the carrier have a form for it? no credentials yet
        return name, None

    async def _placed(
        self, document: Document, looking: Awaitable[tuple[str, RemoteTrunk | None]], name: str
    ) -> tuple[str, RemoteTrunk | None]:
        """What a carrier has no form for is told with its place in the document."""
        try:
            return await looking
        except BadInput as error:
            place = next((place for place, one in enumerate(document.trunks) if one.name == name), None)
            if place is None or not error.field:
                raise
            field = f"document.trunks.{place}.{error.field}"
            raise BadInput(f"{name}: {error.detail}", code=error.code, field=field, todo=error.todo) from error

    def _own(self, document: Document, here: _Here) -> dict[str, CarrierSeen]:
        """Accounts of kind own that the document describes, as they will be."""
        found: dict[str, CarrierSeen] = {}
        for want in document.carriers:
            row = here.carriers.get(want.name)
            if row is None or row.kind == "own":
                keys = json.loads(self._box.open(row.keys)) if row else {}
                known = row.id if row else ""
                found[want.name] = CarrierSeen(known, want.name, "own", False, {}, _address(want.host), keys)
        return found


def _carriers_of(document: Document, here: _Here) -> set[str]:
    names = {row.id: name for name, row in here.carriers.items()}
    of_trunk = {name: names[row.carrier_id] for name, row in here.carrier_trunks.items()}
    written = {one.carrier for one in document.trunks} | {one.name for one in document.carriers}
    by_number = {one.carrier for one in document.numbers if one.carrier}
    by_trunk = {of_trunk[one.trunk] for one in document.numbers if one.trunk in of_trunk}
    by_rule = {of_trunk[one] for rule in document.rules for one in rule.trunks if one in of_trunk}
    return {*written, *by_number, *by_trunk, *by_rule}


def _twice(kind: str, rows: Iterable[AgentRow | RuleRow]) -> list[str]:
    return [f"{kind} {name}" for name, times in Counter(row.name for row in rows).items() if times > 1]


def _address(host: str) -> tuple[str, ...]:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return ()
    return (f"{address}/{address.max_prefixlen}",)
