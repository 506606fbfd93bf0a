"""Lists of who is not to be called, imported as a whole: registers of a state, and lists that were bought
(`compliance.number_lists`)."""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.terms import Scope
from compliance.do_not_call.list_lines import ListLines
from compliance.do_not_call.models import ListRow
from compliance.number_lists import editions
from compliance.number_lists.editions import Counted, Editions, Kind
from compliance.screening.importing import Rejected
from compliance.screening.turns import Begin
from gateway.db.base import Base
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput, Conflict

CURRENT = ListRow.state == "current"
KIND = Kind(
    ListRow, Base.metadata.tables["do_not_call_numbers"], "do-not-call list", "do_not_call", "/v1/do-not-call/lists",
    "import it in parts, a list for each area code", most_lists=400,  # registers deliver a file for each area code
)  # fmt: skip


@dataclass(frozen=True)
class Head:
    """What the operator says of a list. `dated`: the day it was taken from the register."""

    name: str
    register: str
    place: str
    scope: Scope
    dated: date


class DoNotCallLists(Editions[ListRow]):
    def __init__(self, begin: Begin, clock: Clock) -> None:
        super().__init__(begin, clock, KIND)

    async def import_list(
        self, head: Head, pieces: AsyncIterable[bytes], lines: ListLines, *, by: str, sha256: str | None = None
    ) -> tuple[ListRow, list[Rejected]]:
        """The list as it is now, and the lines that were no numbers.

        Raises as `replace` does; BadInput for a day to come; Conflict for an older copy than the one there is.
        """

        async def opened(session: AsyncSession) -> ListRow:
            if head.dated > self._clock.now().date() + timedelta(days=1):
                raise BadInput("the list is of a day to come", field="dated", todo="give the day it was downloaded on")
            newest = await session.scalar(select(ListRow.dated).where(ListRow.name == head.name, CURRENT))
            if newest is not None and newest > head.dated:
                raise Conflict(
                    f"the list there is newer: of {newest}", code="do_not_call.older", field="dated",
                    todo="import a newer copy, or remove the list first",
                )  # fmt: skip
            return ListRow(
                name=head.name, register=head.register, place=head.place, scope=head.scope, dated=head.dated, lines=0,
                repeated=0, rejected=0,
            )  # fmt: skip

        row, counted = await self.replace(opened, pieces, lines.read, _counted, by=by, sha256=sha256)
        return row, counted.rejected


def _counted(row: ListRow, counted: Counted) -> None:
    row.lines, row.repeated, row.rejected = counted.lines, counted.given - row.numbers, len(counted.rejected)


async def current(session: AsyncSession, name: str) -> ListRow:
    """Raises NotFound."""
    return await editions.current(session, KIND, name)


async def all_current(session: AsyncSession) -> list[ListRow]:
    return await editions.all_current(session, KIND)
