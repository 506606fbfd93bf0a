"""A time that a client writes: with its zone, and such as every database can keep. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError for one without a zone, and for one in a year that has no place in a calendar of ours."""
    if moment.tzinfo is None:
        raise ValueError("it has no time zone")
    if not FIRST <= moment <= LAST:
        raise ValueError("it is not between 1970 and 9999")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
