"""Numbers that never place calls: lists that are replaced as a whole (`compliance.number_lists`)."""

from __future__ import annotations

from collections.abc import AsyncIterable

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.number_lists import editions
from compliance.number_lists.editions import Counted, Editions, Kind
from compliance.screening.importing import Rejected
from compliance.screening.models import NeverCallsRow
from compliance.screening.numbers import NumberLines
from compliance.screening.turns import Begin
from gateway.db.base import Base
from gateway.kernel.clock import Clock

CURRENT = NeverCallsRow.state == "current"
KIND = Kind(
    NeverCallsRow, Base.metadata.tables["do_not_originate_numbers"], "do-not-originate list", "screening",
    "/v1/screening/do-not-originate", "leave out what never comes, or block prefixes and ranges instead", most_lists=32,
)  # fmt: skip


class DoNotOriginate(Editions[NeverCallsRow]):
    def __init__(self, begin: Begin, clock: Clock) -> None:
        super().__init__(begin, clock, KIND)

    async def import_list(
        self, name: str, pieces: AsyncIterable[bytes], numbers: NumberLines, *, by: str, sha256: str | None = None
    ) -> tuple[NeverCallsRow, list[Rejected]]:
        """The list as it is now, and the lines that were no numbers. Raises as `replace` does."""

        async def opened(_: AsyncSession) -> NeverCallsRow:
            return NeverCallsRow(name=name)

        row, counted = await self.replace(opened, pieces, numbers.read, _nothing_else, by=by, sha256=sha256)
        return row, counted.rejected


def _nothing_else(_: NeverCallsRow, __: Counted) -> None:
    """These lists keep the number of their numbers only."""


async def current(session: AsyncSession, name: str) -> NeverCallsRow:
    """Raises NotFound."""
    return await editions.current(session, KIND, name)


async def all_current(session: AsyncSession) -> list[NeverCallsRow]:
    return await editions.all_current(session, KIND)
