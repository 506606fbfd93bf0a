"""What a list said of somebody who was erased holds on: by a keyed hash, which names nobody to who reads it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from compliance.privacy.repository import PrivacyRepository
from compliance.screening.caller import is_number
from compliance.screening.found import Match

ERASED = "erased"  # in place of an entry's id


class Suppressed:
    def __init__(self, key: HashKey) -> None:
        self._key = key

    async def matches(self, session: AsyncSession, ani: str) -> tuple[Match, ...]:
        """As entries for the number itself. Works inside the caller's transaction."""
        if not is_number(ani):
            return ()
        lists = await PrivacyRepository(session).suppressed(self._key.of(Person(ani)))
        return tuple(Match(ERASED, "allow" if one == "allow" else "block", "number") for one in lists)
