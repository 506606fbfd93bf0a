"""What our database knows when a number is to be dialled. Works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.dialling.asked import Calendar, Caps, Destination, Facts
from compliance.dialling.places import spots_of
from compliance.dialling.terms import Line
from compliance.do_not_call.lookup import on_file
from compliance.privacy.hash_key import HashKey
from gateway.calls.number_class import classes_of, countries_of
from gateway.calls.repository import CallRepository
from gateway.calls.spend import minutes_left
from gateway.kernel.errors import NotFound
from trunks.models import NumberRow, TrunkRow


@dataclass(frozen=True)
class Known:
    """What whoever asks knows of the person and of earlier dials, beyond our own tables."""

    on_record: Sequence[str] = ()
    line: Line = "unknown"
    attempts: Sequence[datetime] = ()
    in_campaign: int = 0
    declared: Sequence[str] = ()
    range_of: str = ""


async def facts_for(
    session: AsyncSession, key: HashKey, number: str, now: datetime, known: Known, trunk_id: str | None
) -> Facts:
    """`now`: the day whose money counts. Without a trunk: what any enabled trunk may call, and no caps. Raises
    NotFound for a trunk that is none."""
    allowed, home, caps = await _any_way(session) if trunk_id is None else await _way(session, trunk_id, now)
    file = await on_file(session, key, number)
    classes = classes_of(number, home)
    holidays: dict[str, Calendar] = file.holidays
    return Facts(
        spots=spots_of(number, known.on_record, known.line),
        destination=Destination(
            kinds=tuple(dict.fromkeys(one.kind for one in classes)),
            countries=tuple(dict.fromkeys(one.country for one in classes if one.country)),
            allowed=allowed,
            range_of=known.range_of,
        ),
        consents=file.consents,
        listed=file.listed,
        revocations=file.revocations,
        lists=file.lists,
        attempts=tuple(known.attempts),
        in_campaign=known.in_campaign,
        holidays=holidays,
        declared=frozenset(known.declared),
        caps=caps,
    )


async def _any_way(session: AsyncSession) -> tuple[tuple[str, ...], tuple[str, ...], Caps]:
    """Countries that may be called, countries that we are at home in."""
    where = (TrunkRow.direction == "outbound", TrunkRow.enabled)
    allowed, home = dict[str, None](), dict[str, None]()
    for row in await session.scalars(select(TrunkRow).where(*where)):
        own = countries_of(row.numbers)
        home |= dict.fromkeys(own)
        allowed |= dict.fromkeys(row.allowed_countries or own)
    if not home:
        home |= dict.fromkeys(countries_of((await session.scalars(select(NumberRow.number))).all()))
    return tuple(allowed), tuple(home), Caps()


async def _way(session: AsyncSession, trunk_id: str, now: datetime) -> tuple[tuple[str, ...], tuple[str, ...], Caps]:
    row = await session.get(TrunkRow, trunk_id)
    if row is None or row.direction != "outbound":
        raise NotFound("there is no such outbound trunk", todo="GET /v1/outbound-trunks")
    calls, home = CallRepository(session), countries_of(row.numbers)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    used = 0 if row.max_spend_per_day is None else await calls.minutes_since(row.id, today)
    caps = Caps(
        minutes_left=minutes_left(_money(row.max_spend_per_day), _money(row.price_per_minute), used),
        open_calls=0 if row.max_calls is None else await calls.count_open(row.id),
        max_calls=row.max_calls,
        max_duration_s=row.max_duration_s,
    )
    allowed = tuple(row.allowed_countries) or home
    return allowed if row.enabled else (), home, caps


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
