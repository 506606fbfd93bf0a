"""From which addresses our calls are let in: an IP access control list of Twilio, one per trunk."""

from __future__ import annotations

import ipaddress

from twilio.rest import Client
from twilio.rest.api.v2010.account.sip.ip_access_control_list import IpAccessControlListInstance
from twilio.rest.api.v2010.account.sip.ip_access_control_list.ip_address import IpAddressInstance

from gateway.kernel.errors import BadInput
from trunks.carriers.port import TrunkSpec
from trunks.carriers.twilio.client import there
from trunks.carriers.twilio.names import friendly, ours

_PAGE = 100

Network = tuple[str, int]  # address and length of the prefix


def networks(spec: TrunkSpec) -> list[Network]:
    """Raises BadInput for what is no IPv4 network."""
    found: list[Network] = []
    for source in spec.sources:
        try:
            network = ipaddress.IPv4Network(source, strict=False)
        except ValueError:
            raise BadInput(
                f"{source!r} is no IPv4 network, and Twilio takes no others",
                field="sources",
                todo="write it as 192.0.2.0/30",
            ) from None
        found.append((str(network.network_address), network.prefixlen))
    return list(dict.fromkeys(found))


class Sources:
    """`see` first."""

    def __init__(self, rest: Client, spec: TrunkSpec, trunk: str) -> None:
        self._lists = rest.api.account.sip.ip_access_control_lists
        self._attached_to = rest.trunking.v1.trunks(trunk).ip_access_control_lists
        self._spec = spec
        self._wanted = networks(spec)
        self._list: IpAccessControlListInstance | None = None
        self._spare: list[IpAccessControlListInstance] = []
        self._there: list[IpAddressInstance] = []
        self._attached: list[str] = []

    async def see(self) -> None:
        self._attached = [there(one.sid) for one in await self._attached_to.list_async(page_size=_PAGE)]
        lists = await self._lists.list_async(page_size=_PAGE)
        self._list, self._spare = ours(lists, self._spec.tag, self._attached)
        self._there = []
        if self._list:
            self._there = await self._lists(there(self._list.sid)).ip_addresses.list_async(page_size=_PAGE)

    def differs(self) -> list[str]:
        if not self._wanted:
            return ["sources"] if self._list or self._attached else []
        right = self._list is not None and self._attached == [self._list.sid] and not self._spare
        return [] if right and sorted(map(_network, self._there)) == sorted(self._wanted) else ["sources"]

    async def repair(self) -> None:
        """What is missing first; whatever else lets somebody in goes last."""
        if not self._wanted:
            await self._take_off(keep="")
            return
        name = friendly(self._spec.tag, self._spec.name)
        if self._list is None:
            self._list = await self._lists.create_async(friendly_name=name)
        sid = there(self._list.sid)
        addresses = self._lists(sid).ip_addresses
        kept: dict[Network, str] = {}
        for one in self._there:
            kept.setdefault(_network(one), there(one.sid))
        for address, length in self._wanted:
            if (address, length) not in kept:
                await addresses.create_async(friendly_name=name, ip_address=address, cidr_prefix_length=length)
        if sid not in self._attached:
            await self._attached_to.create_async(ip_access_control_list_sid=sid)
        for one in self._there:
            if _network(one) not in self._wanted or kept[_network(one)] != one.sid:
                await addresses(there(one.sid)).delete_async()
        await self._take_off(keep=sid)

    async def _take_off(self, keep: str) -> None:
        """From the trunk what is not to be there, ours or not; ours are deleted, too."""
        for sid in self._attached:
            if sid != keep:
                await self._attached_to(sid).delete_async()
        for one in [*self._spare, *([self._list] if self._list else [])]:
            if one.sid != keep:
                await self._lists(there(one.sid)).delete_async()


def _network(one: IpAddressInstance) -> Network:
    length = one.cidr_prefix_length
    return one.ip_address or "", 32 if length is None else int(length)
