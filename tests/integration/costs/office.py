"""A control plane with accounts at doubles of carriers, calls of its own, and what the carriers have recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from compliance.ledger.acts import record_acts
from gateway.auth.scopes import Role
from gateway.calls.facts import LegJoined, NumbersPii
from gateway.costs.models import CarrierCallRow
from gateway.costs.records import CarrierRecords
from gateway.kernel.ids import new_id
from gateway.settings import CarrierSettings
from tests.carriers.bench import Bench
from tests.carriers.market import Market
from tests.integration.control_plane.plane import Json, Plane, client_of, make_plane
from tests.integration.databases import empty_database
from tests.unit.calls.story import Facts
from trunks.accounts.accounts import read_keys
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.memory_switchboard import MemorySwitchboard

ANA, BEN, DESK = "+15105550111", "+442071838750", "+15105550100"
PUBLIC = "https://gateway.example.com"


class FactsAt(Facts):
    """Of a call with this person that began then."""

    def __init__(self, began_at: datetime, person: str) -> None:
        super().__init__(new_id("call"))
        self.began_at, self.person = began_at, person

    def joined(self, t: float = 0.1, source: str = "node:1") -> LegJoined:
        room, identity = f"call-_{self.person}_x", f"sip_{self.person}"
        return LegJoined(**self._env(t, source), leg_id="SCL_1", room=room, pii={"identity": identity})

    def _env(self, t: float, source: str) -> dict[str, Any]:
        return super()._env(t, source) | {"at": self.began_at + timedelta(seconds=t)}


def recorded(bench: Bench, began_at: datetime, *, inbound: bool = True, price: str | None = None, **parts: Any) -> Json:
    """The carrier's row of a call that it has recorded. `parts`: calling, called, seconds, sip_call_id."""
    bench.add_call(began_at, inbound=inbound, price=price)
    rows: list[Json] = bench.double.numbers.calls if hasattr(bench.double, "numbers") else bench.double.calls  # type: ignore[attr-defined]
    row = rows[-1]
    names = {"calling": ("from", "cli"), "called": ("to", "cld"), "seconds": ("duration", "call_sec")}
    parts = {"calling": ANA if inbound else DESK, "called": DESK if inbound else ANA, **parts}
    for part, value in parts.items():
        name = next((one for one in names.get(part, (part,)) if one in row), None)
        if name is not None:
            row[name] = type(row[name])(value) if row[name] is not None else value
    return row


@dataclass
class Office:
    """Its clock stands still, at the full second in which the test began."""

    plane: Plane
    market: Market

    @property
    def records(self) -> CarrierRecords:
        return self.plane.container.carrier_records

    @property
    def now(self) -> datetime:
        return self.plane.clock.now()

    def ago(self, **length: float) -> datetime:
        return self.now - timedelta(**length)

    def bench(self, kind: str) -> Bench:
        return self.market.benches[kind]

    async def account(self, kind: str, name: str = "", *, days: float = 2, **keys: str) -> str:
        """Given to us that many days ago; its id."""
        accounts = self.plane.container.accounts
        given = read_keys(kind, self.bench(kind).keys() | keys)
        then = self.ago(days=days)
        row = CarrierRow(
            id=new_id("car"), name=name or kind, kind=kind, keys=accounts.seal(given), created_at=then, updated_at=then
        )
        async with self.plane.container.database.begin() as session:
            session.add(row)
        return row.id

    async def trunk_at(self, carrier_id: str, *, inbound: str | None = None, outbound: str | None = None) -> None:
        """These trunks of ours are sides of one at the carrier."""
        name = new_id("crt")
        row = CarrierTrunkRow(
            id=name, name=name, carrier_id=carrier_id, tag=name, spec={}, username="", password="",
            inbound_trunk_id=inbound, outbound_trunk_id=outbound, created_at=self.now, updated_at=self.now,
        )  # fmt: skip
        async with self.plane.container.database.begin() as session:
            session.add(row)

    async def way_out(self, name: str = "way out", **fields: object) -> str:
        body = {"name": name, "address": "sip.carrier.example", "numbers": [DESK], **fields}
        return (await self.plane.made("/v1/outbound-trunks", **body))["id"]

    async def call(
        self, began_at: datetime, *, inbound: bool = True, person: str = ANA, trunk_id: str = "trk_1",
        seconds: float | None = 61, sip_call_id: str = "",
    ) -> str:  # fmt: skip
        """A call of ours that is over, answered after five seconds unless `seconds` is None; its id."""
        facts = FactsAt(began_at, person)
        pii = NumbersPii(ani=person if inbound else DESK, dnis=DESK if inbound else person)
        about: Json = {
            "direction": "inbound" if inbound else "outbound", "pii": pii,
            "sip_call_id": sip_call_id or f"{facts.call_id}@phone",
        }  # fmt: skip
        told: list[Any] = [facts.invite(**about), facts.admitted(**about, trunk_id=trunk_id)]
        if seconds is not None:
            told += [facts.joined(), facts.answered(5), facts.left(5 + seconds)]
        else:
            told += [facts.left(20, slug="no_answer")]
        await self.plane.container.calls.runner.take(told)
        await self.plane.container.calls.runner.settled()
        return facts.call_id

    async def rows(self) -> list[CarrierCallRow]:
        """Every record that is kept, in the order of their beginnings."""
        async with self.plane.container.database.begin() as session:
            return list(await session.scalars(select(CarrierCallRow).order_by(CarrierCallRow.began_at)))

    async def account_row(self, carrier_id: str) -> CarrierRow:
        async with self.plane.container.database.begin() as session:
            row = await session.get(CarrierRow, carrier_id)
        assert row is not None
        return row

    async def asked(self, path: str, role: Role = Role.ADMIN, **query: str) -> Json:
        answer = await self.plane.clients[role].get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    market = Market()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(market.open())
        database = await stack.enter_async_context(empty_database(folder))
        carriers = CarrierSettings(elsewhere=market.elsewhere, public_url=PUBLIC)
        plane = make_plane(database, MemorySwitchboard(), folder, carriers=carriers)
        record_acts(database)
        plane.clock.at = datetime.now(UTC).replace(microsecond=0)
        for role in Role:
            plane.keys[role] = await plane.new_key(role)
            plane.clients[role] = await stack.enter_async_context(client_of(plane.app, plane.keys[role]))
        yield Office(plane, market)
        await plane.container.carrier_records.close()
        await plane.container.calls.close()
        await plane.container.accounts.close()
        plane.container.recording.close()
