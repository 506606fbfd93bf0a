"""Where a trunk sends calls: its origination URLs, the first target first."""

from __future__ import annotations

from typing import Any

from twilio.rest import Client
from twilio.rest.trunking.v1.trunk.origination_url import OriginationUrlInstance

from trunks.carriers.conflicts import no_form
from trunks.carriers.named import written
from trunks.carriers.port import SipTarget, TrunkSpec
from trunks.carriers.twilio.client import there

_WEIGHT = 10
_PAGE = 100


def sip_url(target: SipTarget) -> str:
    """The transport is always said: without it Twilio decides by itself."""
    return f"sip:{target.host}:{target.port};transport={target.transport}"


def check(spec: TrunkSpec) -> None:
    """Raises BadInput for what Twilio would only refuse at the first call."""
    if not spec.targets:
        raise no_form("targets", "a trunk needs a place to send calls to", "name our public SIP address")
    if spec.secure and any(target.transport != "tls" for target in spec.targets):
        raise no_form(
            "targets", "a secure trunk of Twilio sends calls over TLS only", "use transport tls, or not secure"
        )


class Targets:
    """`see` first."""

    def __init__(self, rest: Client, spec: TrunkSpec, trunk: str) -> None:
        self._of = rest.trunking.v1.trunks(trunk).origination_urls
        self._spec = spec
        self._wanted = {sip_url(target): 10 * (place + 1) for place, target in enumerate(spec.targets)}
        self._there: list[OriginationUrlInstance] = []

    async def see(self) -> None:
        self._there = await self._of.list_async(page_size=_PAGE)

    def differs(self) -> list[str]:
        right = len(self._there) == len(self._wanted) and all(self._right(one) for one in self._there)
        urls = {one.sip_url for one in self._there}
        return [] if right and urls == set(self._wanted) else ["targets"]

    async def repair(self) -> None:
        """What is missing comes first and what is too much goes last: calls always have a place to go."""
        kept: dict[str, str] = {}
        for one in self._there:
            if one.sip_url in self._wanted and one.sip_url not in kept:
                kept[one.sip_url] = there(one.sid)
                if not self._right(one):
                    await self._of(there(one.sid)).update_async(**self._fields(one.sip_url))
        for url in self._wanted:
            if url not in kept:
                await self._of.create_async(**self._fields(url))
        for one in self._there:
            if one.sid not in kept.values():
                await self._of(there(one.sid)).delete_async()

    def _right(self, one: OriginationUrlInstance) -> bool:
        return bool(one.enabled) and one.weight == _WEIGHT and one.priority == self._wanted.get(one.sip_url or "")

    def _fields(self, url: str) -> dict[str, Any]:
        return {
            "weight": _WEIGHT, "priority": self._wanted[url], "enabled": True,
            "friendly_name": written(self._spec.tag, self._spec.name), "sip_url": url,
        }  # fmt: skip
