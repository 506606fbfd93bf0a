"""A trunk at Telnyx: an outbound voice profile, an FQDN connection that carries our tag, its names, its addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trunks.carriers.conflicts import tag_twice, trunk_in_use
from trunks.carriers.port import RemoteTrunk, TrunkSpec
from trunks.carriers.telnyx import wanted
from trunks.carriers.telnyx.answers import GONE, Address, Connection, Fqdn, Nothing, Owned, Profile
from trunks.carriers.telnyx.api import Api

SIP_HOST = "sip.telnyx.com"
_SMALLEST_NAME = 3  # of a profile


@dataclass(frozen=True)
class _There:
    """`profiles`: the one that is used first. `connection`: None, then there is nothing behind it either."""

    profiles: Sequence[Profile]
    connection: Connection | None
    fqdns: Sequence[Fqdn] = ()
    addresses: Sequence[Address] = ()


class Trunks:
    def __init__(self, api: Api) -> None:
        self._api = api

    async def all(self) -> Sequence[RemoteTrunk]:
        return [_seen(one) async for one in self._api.all("/fqdn_connections", Connection)]

    async def observe(self, spec: TrunkSpec) -> RemoteTrunk | None:
        wanted.check(spec)
        there = await self._look(spec.tag)
        return _seen(there.connection, spec, _differs(spec, there)) if there.connection else None

    async def ensure(self, spec: TrunkSpec) -> RemoteTrunk:
        wanted.check(spec)
        there = await self._look(spec.tag)
        profile = there.profiles[0] if there.profiles else await self._make_profile(spec.tag)
        connection = there.connection or await self._make_connection(spec, profile.id)
        fqdns = [*there.fqdns]
        for target in wanted.missing_targets(spec, fqdns):
            body = {"connection_id": connection.id, "fqdn": target.host, "port": target.port, "dns_record_type": "a"}
            fqdns.append(await self._api.one("POST", "/fqdns", Fqdn, body))
        ids = wanted.ranked_ids(spec, fqdns)
        if wanted.differing(spec, connection, profile.id, ids):
            body = wanted.connection(spec, profile.id, ids)
            connection = await self._api.one("PATCH", f"/fqdn_connections/{connection.id}", Connection, body)
        for fqdn in wanted.surplus_fqdns(spec, fqdns):
            await self._api.delete(f"/fqdns/{fqdn.id}")
        for address in wanted.missing_addresses(spec, there.addresses):
            body = {"connection_id": connection.id, "ip_address": address}
            await self._api.one("POST", "/ips", Nothing, body)
        for surplus in wanted.surplus_addresses(spec, there.addresses):
            await self._api.delete(f"/ips/{surplus.id}")
        for unused in there.profiles[1:]:
            await self._api.delete(f"/outbound_voice_profiles/{unused.id}")
        return _seen(connection, spec)

    async def delete(self, trunk: RemoteTrunk) -> None:
        async for number in self._api.all("/phone_numbers", Owned, {"filter[connection_id]": trunk.remote_id}):
            if number.status not in GONE:
                raise trunk_in_use()
        fqdns, addresses = await self._behind(trunk.remote_id)
        for address in addresses:
            await self._api.delete(f"/ips/{address.id}")
        for fqdn in fqdns:
            await self._api.delete(f"/fqdns/{fqdn.id}")
        await self._api.delete(f"/fqdn_connections/{trunk.remote_id}")
        for profile in await self._profiles(trunk.tag) if trunk.tag else ():
            await self._api.delete(f"/outbound_voice_profiles/{profile.id}")

    # -- what is there ----------------------------------------------------------------------------------------------

    async def _look(self, tag: str) -> _There:
        profiles = await self._profiles(tag)
        ours = [one async for one in self._api.all("/fqdn_connections", Connection) if tag in one.tags]
        if len(ours) > 1:
            raise tag_twice("Telnyx", "connections", len(ours), tag)
        if not ours:
            return _There(profiles, None)
        used = ours[0].outbound.outbound_voice_profile_id
        profiles = sorted(profiles, key=lambda profile: profile.id != used)
        fqdns, addresses = await self._behind(ours[0].id)
        return _There(profiles, ours[0], fqdns, addresses)

    async def _profiles(self, tag: str) -> Sequence[Profile]:
        """More than one, where the request that made it arrived twice: Telnyx takes two of the same name."""
        return [one async for one in self._api.all("/outbound_voice_profiles", Profile) if tag in one.tags]

    async def _behind(self, remote_id: str) -> tuple[Sequence[Fqdn], Sequence[Address]]:
        of_it = {"filter[connection_id]": remote_id}
        fqdns = [one async for one in self._api.all("/fqdns", Fqdn, of_it)]
        addresses = [one async for one in self._api.all("/ips", Address, of_it)]
        return fqdns, addresses

    # -- what is made -----------------------------------------------------------------------------------------------

    async def _make_profile(self, tag: str) -> Profile:
        body = {"name": tag.ljust(_SMALLEST_NAME, "-"), "tags": [tag]}
        return await self._api.one("POST", "/outbound_voice_profiles", Profile, body)

    async def _make_connection(self, spec: TrunkSpec, profile_id: str) -> Connection:
        body = {**wanted.connection(spec, profile_id), "tags": [spec.tag]}
        return await self._api.one("POST", "/fqdn_connections", Connection, body)


def _differs(spec: TrunkSpec, there: _There) -> tuple[str, ...]:
    assert there.connection
    profile_id = there.profiles[0].id if there.profiles else ""
    found = wanted.differing(spec, there.connection, profile_id, wanted.ranked_ids(spec, there.fqdns))
    if wanted.missing_targets(spec, there.fqdns) or wanted.surplus_fqdns(spec, there.fqdns):
        found = (*found, "targets")
    if wanted.missing_addresses(spec, there.addresses) or wanted.surplus_addresses(spec, there.addresses):
        found = (*found, "sources")
    return tuple(dict.fromkeys(found))


def _seen(connection: Connection, spec: TrunkSpec | None = None, differs: tuple[str, ...] = ()) -> RemoteTrunk:
    """The tag is the spec's, or the first that stands there."""
    tag = spec.tag if spec else next(iter(connection.tags), "")
    return RemoteTrunk(
        remote_id=connection.id, tag=tag, name=connection.connection_name, host=SIP_HOST,
        transports=("udp", "tcp", "tls"), differs=differs, unsupported=wanted.unsupported(spec) if spec else (),
    )  # fmt: skip
