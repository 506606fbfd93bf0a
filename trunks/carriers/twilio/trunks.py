"""Trunks at Twilio: looked for by our tag, made, repaired piece by piece, deleted."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from typing import Any

from twilio.rest import Client
from twilio.rest.api.v2010.account.sip.credential_list import CredentialListList
from twilio.rest.api.v2010.account.sip.ip_access_control_list import IpAccessControlListList
from twilio.rest.trunking.v1.trunk import TrunkInstance

from gateway.kernel.errors import Conflict, NotFound
from trunks.carriers.conflicts import tag_twice, trunk_in_use
from trunks.carriers.named import read, written
from trunks.carriers.port import HumanStep, RemoteTrunk, Transport, TrunkSpec
from trunks.carriers.twilio import logins, sources, targets
from trunks.carriers.twilio.client import there
from trunks.carriers.twilio.errors import UPGRADE

_PAGE = 100
_TRIAL = HumanStep(
    "upgrade the account: a trial calls verified numbers only, and has one trunk and one number", UPGRADE
)


class Trunks:
    def __init__(self, rest: Client) -> None:
        self._rest = rest
        self._trial: bool | None = None

    async def all(self) -> Sequence[RemoteTrunk]:
        return [_remote(one) for one in await self._rest.trunking.v1.trunks.list_async(page_size=_PAGE)]

    async def observe(self, spec: TrunkSpec) -> RemoteTrunk | None:
        _check(spec)
        found = await self._find(spec.tag)
        if found is None:
            return None
        differs = self._differs(found, spec)
        for piece in self._pieces(spec, there(found.sid)):
            await piece.see()
            differs += piece.differs()
        return _remote(found, tuple(differs), await self._steps())

    async def ensure(self, spec: TrunkSpec) -> RemoteTrunk:
        """What was found wrong is looked at again afterwards: the answer tells what Twilio has, not what was sent."""
        _check(spec)
        found = await self._find(spec.tag)
        wrote = found is None or bool(self._differs(found, spec))
        if found is None:
            found = await self._rest.trunking.v1.trunks.create_async(**self._fields(spec, domain_name=None))
        elif wrote:
            fields = self._fields(spec, found.domain_name)
            found = await self._rest.trunking.v1.trunks(there(found.sid)).update_async(**fields)
        for piece in self._pieces(spec, there(found.sid)):
            await piece.see()
            if piece.differs():
                wrote = True
                await piece.repair()
        if not wrote:
            return _remote(found, (), await self._steps())
        seen = await self.observe(spec)
        if seen is None:
            raise Conflict(
                "the trunk was deleted at Twilio while it was being made",
                code="carrier.gone", todo="see who else works in this account, then apply again",
            )  # fmt: skip
        return seen

    async def delete(self, trunk: RemoteTrunk) -> None:
        """The lists come last: Twilio keeps what a trunk still uses."""
        remote = self._rest.trunking.v1.trunks(trunk.remote_id)
        try:
            if await remote.phone_numbers.list_async(limit=1):
                raise trunk_in_use()
            await remote.delete_async()
        except NotFound:
            pass  # the lists may still be there
        if trunk.tag:
            sip = self._rest.api.account.sip
            await _delete_tagged(sip.credential_lists, trunk.tag)
            await _delete_tagged(sip.ip_access_control_lists, trunk.tag)

    async def _find(self, tag: str) -> TrunkInstance | None:
        trunks = await self._rest.trunking.v1.trunks.list_async(page_size=_PAGE)
        ours = [one for one in trunks if read(one.friendly_name).tag == tag]
        if len(ours) > 1:
            raise tag_twice("Twilio", "trunks", len(ours), tag)
        return ours[0] if ours else None

    def _pieces(self, spec: TrunkSpec, trunk: str) -> tuple[targets.Targets, logins.Logins, sources.Sources]:
        return (
            targets.Targets(self._rest, spec, trunk),
            logins.Logins(self._rest, spec, trunk),
            sources.Sources(self._rest, spec, trunk),
        )

    def _differs(self, found: TrunkInstance, spec: TrunkSpec) -> list[str]:
        right = {
            "name": found.friendly_name == written(spec.tag, spec.name),
            "host": bool(found.domain_name),
            "secure": bool(found.secure) == spec.secure,
            "refer": (found.transfer_mode == "enable-all") == spec.refer and found.transfer_mode != "sip-only",
            "caller_names": bool(found.cnam_lookup_enabled) == spec.caller_names,
        }
        return [name for name, is_right in right.items() if not is_right]

    def _fields(self, spec: TrunkSpec, domain_name: str | None) -> dict[str, Any]:
        # Domains are unique among all customers of Twilio. This one is the same at every try.
        own = hashlib.sha256(f"{self._rest.account_sid}/{spec.tag}".encode()).hexdigest()[:20]
        return {
            "friendly_name": written(spec.tag, spec.name),
            "domain_name": domain_name or f"gw-{own}.pstn.twilio.com",
            "transfer_mode": "enable-all" if spec.refer else "disable-all",
            "transfer_caller_id": "from-transferee",
            "secure": spec.secure,
            "cnam_lookup_enabled": spec.caller_names,
        }

    async def _steps(self) -> tuple[HumanStep, ...]:
        if self._trial is None:
            account = await self._rest.api.v2010.accounts(there(self._rest.account_sid)).fetch_async()
            self._trial = account.type == "Trial"
        return (_TRIAL,) if self._trial else ()


def _check(spec: TrunkSpec) -> None:
    """Raises BadInput for what Twilio has no form for."""
    targets.check(spec)
    logins.check(spec)
    sources.networks(spec)


async def _delete_tagged(lists: CredentialListList | IpAccessControlListList, tag: str) -> None:
    for one in await lists.list_async(page_size=_PAGE):
        if read(one.friendly_name).tag == tag:
            with contextlib.suppress(NotFound):
                await lists(there(one.sid)).delete_async()


def _remote(told: TrunkInstance, differs: tuple[str, ...] = (), steps: tuple[HumanStep, ...] = ()) -> RemoteTrunk:
    named = read(told.friendly_name)
    transports: tuple[Transport, ...] = ("tls",) if told.secure else ("udp", "tcp", "tls")
    return RemoteTrunk(
        there(told.sid), named.tag, named.name, told.domain_name or "", transports, differs, steps=steps
    )  # fmt: skip
