"""STIR/SHAKEN for the control plane: verdicts on calls, with certificates that are fetched as they are needed.

stir = StirShaken(settings.stir, state_dir, outside, clock)
stir.load(); stir.start()
verdict = stir.verdict(headers, call)            # None: a certificate is being fetched, ask again after
await stir.fetched(headers, within_s=0.15)
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from compliance.stir_shaken.certificates import Certificates, Fetch, Read
from compliance.stir_shaken.chain import read_credential
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.signer import Signer
from compliance.stir_shaken.upkeep import RegionStanding, Upkeep
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import MOST_HEADERS, Opened, Rules, SipCall, judge, open_header
from gateway.kernel.clock import Clock
from gateway.settings import StirSettings

FETCHED = "stir"  # folder of the state directory


class StirShaken:
    """`name`: of this installation, from which the origid of its own signatures is made."""

    def __init__(
        self, settings: StirSettings, state_dir: Path, outside: Fetch, clock: Clock, name: str = "local"
    ) -> None:
        self._settings, self._clock = settings, clock
        self._upkeep = Upkeep(settings.trust, state_dir / FETCHED, outside, clock)
        self._upkeep.changed = self._trust_changed
        self._certificates = Certificates(outside, self._reader(), clock)
        self._rules = self._rules_now()
        self._seen = Seen()
        self.signer = Signer.of(settings.signing, name)

    def load(self) -> None:
        """Raises SetupError for a folder of authorities that cannot be used."""
        self._upkeep.load()

    def start(self) -> None:
        self._upkeep.start()

    async def look(self) -> None:
        """At the folder and the administrators' lists, now; the background does it every few minutes."""
        await self._upkeep.look()

    async def close(self) -> None:
        await self._upkeep.close()
        await self._certificates.close()

    @property
    def is_on(self) -> bool:
        """Somebody has said whose certificates count."""
        return self._settings.trust is not None

    def standing(self) -> list[RegionStanding]:
        return self._upkeep.standing()

    def verdict(self, headers: Sequence[str], call: SipCall) -> Verdict | None:
        """Without any wait. None while a certificate is not there yet: `fetched` brings it."""
        opened = self._opened(headers)
        credentials = {url: self._certificates.known(url) for url in _urls(opened)}
        there = {url: found for url, found in credentials.items() if found is not None}
        if len(there) < len(credentials):
            return None
        verdict = judge(opened, there, call, self._clock.now(), self._rules, self._seen)
        if any(self._may_be_another_key(one, verdict, number) for number, one in enumerate(opened)):
            return None
        return verdict

    async def fetched(self, headers: Sequence[str], within_s: float) -> None:
        """Returns when every certificate that the headers need is there or known not to come, or after `within_s`; the
        fetching goes on then."""
        wanted = _urls(self._opened(headers))
        missing = [url for url in wanted if self._certificates.known(url) is None]
        fetches = [asyncio.ensure_future(self._certificates.fetch(url)) for url in missing]
        if fetches:
            await asyncio.wait(fetches, timeout=within_s)
            for one in fetches:
                one.cancel()

    def _opened(self, headers: Sequence[str]) -> list[Opened]:
        """Of a request with too many, nothing is looked at, and so nothing fetched."""
        if len(headers) > MOST_HEADERS:
            return [Opened()] * len(headers)
        return [open_header(value, self._rules) for value in headers]

    def _may_be_another_key(self, one: Opened, verdict: Verdict, number: int) -> bool:
        """A provider that has just changed its key would be called a forger for a day."""
        fault = verdict.headers[number].fault if number < len(verdict.headers) else None
        return bool(one.x5u and fault and fault.slug == "signature" and self._certificates.may_have_changed(one.x5u))

    def _trust_changed(self) -> None:
        self._certificates.read = self._reader()
        self._rules = self._rules_now()

    def _reader(self) -> Read:
        """Another one for every change of the authorities, by which certificates know that they are to be read anew."""
        regions, profile = self._upkeep.regions, self._settings.profile
        return lambda pem: read_credential(pem, regions, profile, self._clock.now())

    def _rules_now(self) -> Rules:
        return Rules(
            profile=self._settings.profile,
            ports=frozenset(self._settings.ports),
            without_list=self._settings.without_revocation_list,
            revoked=self._upkeep.revoked,
        )


def _urls(opened: Sequence[Opened]) -> list[str]:
    return list(dict.fromkeys(one.x5u for one in opened if one.x5u))
