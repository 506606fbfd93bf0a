"""Keeps the lists of authorities and of withdrawn certificates new, in the background: no call ever waits for one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from compliance.stir_shaken.certificates import Fetch, body_of
from compliance.stir_shaken.faults import Fault, bad_info
from compliance.stir_shaken.location import check_location
from compliance.stir_shaken.regions import LoadedRegion, load_region, region_folders
from compliance.stir_shaken.revocation import RevocationList, read_revocation_list
from compliance.stir_shaken.trust import Region, read_trust_list, signer_of
from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError, SetupError
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

LOOK_EVERY_S = 300.0
FETCH_S = 30.0
LIST_OLD = timedelta(hours=6)
REVOCATION_OLD = timedelta(hours=6)
BEFORE_END = timedelta(hours=1)  # of its validity, a list is fetched anew
MOST_BYTES = 32 * 1024 * 1024

_log = get_logger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True)
class RegionStanding:
    """How well a region is looked after. `alarm`: what somebody should see to, "" for nothing."""

    name: str
    authorities: int
    sequence: int | None
    list_expires: datetime | None
    revoked: int | None
    revocation_until: datetime | None
    alarm: str


class Upkeep:
    """`trust`: the folder of `regions.py`, None for no region at all; `fetched`: a folder of ours. After every change
    `changed` is called."""

    def __init__(self, trust: Path | None, fetched: Path, outside: Fetch, clock: Clock) -> None:
        self._trust, self._fetched, self._outside, self._clock = trust, fetched, outside, clock
        self._loaded: dict[str, LoadedRegion] = {}
        self._asked: dict[str, datetime] = {}
        self._trouble: dict[str, str] = {}
        self._tasks = TaskSet()
        self.changed: Callable[[], None] = lambda: None

    @property
    def regions(self) -> tuple[Region, ...]:
        return tuple(one.region for one in self._loaded.values())

    @property
    def revoked(self) -> Mapping[str, RevocationList]:
        return {name: one.revoked for name, one in self._loaded.items() if one.revoked is not None}

    def standing(self) -> list[RegionStanding]:
        return [self._standing_of(name, one) for name, one in self._loaded.items()]

    def load(self) -> None:
        """Reads the folder. Raises SetupError for the first thing in it that is wrong."""
        if self._trust is None:
            return
        now = self._clock.now()
        self._loaded = {
            folder.name: load_region(folder, self._fetched / folder.name, now) for folder in region_folders(self._trust)
        }
        self.changed()

    def start(self) -> None:
        if self._trust is not None:
            self._tasks.start(self._forever(), name="stir-upkeep")

    async def close(self) -> None:
        await self._tasks.close()

    async def look(self) -> None:
        """Reads what was put into the folder, and fetches what is old. What fails leaves all as it was."""
        assert self._trust is not None
        for folder in await self._guarded("trust", asyncio.to_thread(region_folders, self._trust)) or []:
            known = self._loaded.get(folder.name)
            if known is not None:
                await self._guarded(f"{folder.name} list", self._fetch_list(known))
                await self._guarded(f"{folder.name} revocation", self._fetch_revoked(known))
            await self._guarded(folder.name, self._reload(folder))
        for standing in self.standing():
            if standing.alarm:
                _log.warning("stir_trust_needs_care", region=standing.name, alarm=standing.alarm)

    async def _forever(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _guarded(self, what: str, work: Awaitable[_T]) -> _T | None:
        try:
            done = await work
        except (GatewayError, Fault, OSError) as error:
            said = str(error)
            if self._trouble.get(what) != said:
                _log.warning("stir_upkeep_failed", what=what, error=said)
            self._trouble[what] = said
            return None
        self._trouble.pop(what, None)
        return done

    async def _reload(self, folder: Path) -> None:
        known = self._loaded.get(folder.name)
        after = known.authorities.sequence if known and known.authorities else -1
        fetched = self._fetched / folder.name
        loaded = await asyncio.to_thread(load_region, folder, fetched, self._clock.now(), after)
        if known is None or loaded.region != known.region or loaded.revoked != known.revoked:
            self._loaded[folder.name] = loaded
            self.changed()

    async def _fetch_list(self, known: LoadedRegion) -> None:
        name, url, now = known.region.name, known.terms.list_url, self._clock.now()
        current = known.authorities
        if not url or not self._is_due(f"{name} list", current.expires if current else None, LIST_OLD):
            return
        jws = (await self._get(url)).decode("utf-8", "replace").strip()
        signer = await self._get(signer_of(jws))
        after = current.sequence if current else -1
        read = await asyncio.to_thread(read_trust_list, jws, signer, known.administrators, now, after - 1)
        if current is None or read.sequence > current.sequence:
            await asyncio.to_thread(
                _write, self._fetched / name, {"list-signer.pem": signer, "authorities.jws": jws.encode()}
            )

    async def _fetch_revoked(self, known: LoadedRegion) -> None:
        name, url = known.region.name, known.terms.revocation_url
        current = known.revoked
        if not url or not self._is_due(f"{name} revocation", current.until if current else None, REVOCATION_OLD):
            return
        raw = await self._get(url)
        read = await asyncio.to_thread(read_revocation_list, raw, known.revocation_signers)
        if current is None or read.made > current.made:
            await asyncio.to_thread(_write, self._fetched / name, {"revoked.crl": raw})

    def _is_due(self, what: str, ends: datetime | None, old: timedelta) -> bool:
        now, asked = self._clock.now(), self._asked.get(what)
        due = asked is None or ends is None or now >= asked + old or now >= ends - BEFORE_END
        if due:
            self._asked[what] = now
        return due

    async def _get(self, url: str) -> bytes:
        check_location(url)
        answer = await self._outside.request("GET", url, within_s=FETCH_S, most_bytes=MOST_BYTES)
        if answer.cut:
            raise bad_info("fetch_size", f"the list is larger than {MOST_BYTES} bytes")
        return body_of(answer)

    def _standing_of(self, name: str, one: LoadedRegion) -> RegionStanding:
        now, alarms = self._clock.now(), [said for what, said in self._trouble.items() if what.startswith(name)]
        if one.authorities and one.authorities.expires < now:
            alarms.append("the list of authorities has expired and is used all the same")
        if one.revoked and one.revoked.until < now:
            alarms.append("the list of withdrawn certificates is out of date and is used all the same")
        if one.revoked is None and one.terms.revocation_url:
            alarms.append("there is no list of withdrawn certificates yet")
        return RegionStanding(
            name,
            len(one.region.anchors),
            one.authorities.sequence if one.authorities else None,
            one.authorities.expires if one.authorities else None,
            len(one.revoked.revoked) if one.revoked else None,
            one.revoked.until if one.revoked else None,
            "; ".join(alarms),
        )


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Each file whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in files.items():
            half = folder / f".{name}"
            half.write_bytes(content)
            half.replace(folder / name)
    except OSError as error:
        raise SetupError(f"{folder} cannot be written: {error.strerror}", todo="free some space there") from error
