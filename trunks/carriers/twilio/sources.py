"""From which addresses our calls are let in: an IP access control list of Twilio, one per trunk."""

from __future__ import annotations

import ipaddress

from twilio.rest import Client
from twilio.rest.api.v2010.account.sip.ip_access_control_list import IpAccessControlListInstance
from twilio.rest.api.v2010.account.sip.ip_access_control_list.ip_address import IpAddressInstance, IpAddressList

from trunks.carriers.conflicts import no_form
from trunks.carriers.named import written
from trunks.carriers.port import TrunkSpec
from trunks.carriers.twilio.attached import AttachedList
from trunks.carriers.twilio.client import there

Network = tuple[str, int]  # address and length of the prefix


def networks(spec: TrunkSpec) -> list[Network]:
    """Raises BadInput for what is no IPv4 network."""
    found: list[Network] = []
    for source in spec.sources:
        try:
            network = ipaddress.IPv4Network(source, strict=False)
        except ValueError:
            detail = f"{source!r} is no IPv4 network, and Twilio takes no others"
            raise no_form("sources", detail, "write it as 192.0.2.0/30") from None
        found.append((str(network.network_address), network.prefixlen))
    return list(dict.fromkeys(found))


class Sources(AttachedList[IpAccessControlListInstance, IpAddressInstance]):
    sid_field = "ip_access_control_list_sid"

    def __init__(self, rest: Client, spec: TrunkSpec, trunk: str) -> None:
        lists = rest.api.account.sip.ip_access_control_lists
        super().__init__(spec, lists, rest.trunking.v1.trunks(trunk).ip_access_control_lists)
        self._wanted = networks(spec)

    def differs(self) -> list[str]:
        if not self._wanted:
            return ["sources"] if self._is_there() else []
        right = self._is_alone() and sorted(map(_network, self._rows)) == sorted(self._wanted)
        return [] if right else ["sources"]

    async def repair(self) -> None:
        """What is missing first; whatever else lets somebody in goes last."""
        if not self._wanted:
            await self._take_off(keep="")
            return
        name = written(self._spec.tag, self._spec.name)
        sid = there((await self._made(name)).sid)
        addresses = self._entries(sid)
        kept: dict[Network, str] = {}
        for one in self._rows:
            kept.setdefault(_network(one), there(one.sid))
        for address, length in self._wanted:
            if (address, length) not in kept:
                await addresses.create_async(friendly_name=name, ip_address=address, cidr_prefix_length=length)
        await self._attach(sid)
        for one in self._rows:
            if _network(one) not in self._wanted or kept[_network(one)] != one.sid:
                await addresses(there(one.sid)).delete_async()
        await self._take_off(keep=sid)

    def _entries(self, sid: str) -> IpAddressList:
        return self._lists(sid).ip_addresses


def _network(one: IpAddressInstance) -> Network:
    length = one.cidr_prefix_length
    return one.ip_address or "", 32 if length is None else int(length)
