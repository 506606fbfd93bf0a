"""A trunk at Wavix is a login for our calls; calls to us are led by number. Its label bears our tag."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from trunks.carriers.conflicts import no_form, tag_twice, trunk_in_use
from trunks.carriers.named import read
from trunks.carriers.places import single_addresses
from trunks.carriers.port import HumanStep, RemoteTrunk, Transport, TrunkSpec
from trunks.carriers.wavix import label
from trunks.carriers.wavix.answers import HostRequest, Listed, Listing, Trunk
from trunks.carriers.wavix.api import Api
from trunks.carriers.wavix.errors import PORTAL
from trunks.carriers.wavix.numbers import Numbers, destinations

_CALLER_IDS = HumanStep(
    "Wavix lets this trunk call with one number only: ask its support to allow all numbers of the account", PORTAL
)
_ADDRESS = HumanStep("people at Wavix must approve that calls are let in by address: ask its support", PORTAL)
_SHORTEST_TRANSCRIBED_S = 6  # asked for also where nothing is transcribed


_TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp")


class Trunks:
    """`host`: the gateway of Wavix that our calls go to."""

    def __init__(self, api: Api, numbers: Numbers, host: str) -> None:
        self._api, self._numbers, self._host = api, numbers, host

    async def all(self) -> Sequence[RemoteTrunk]:
        return [
            RemoteTrunk(
                str(one.id), read(one.label).tag, read(one.label).name, self._host, _TRANSPORTS,
                steps=_steps(one.host_request), username=one.name,
            )
            for one in await self._listed()
        ]  # fmt: skip

    async def observe(self, spec: TrunkSpec) -> RemoteTrunk | None:
        addresses = _addresses(spec)
        listed = await self._find(spec.tag)
        if listed is None:
            return None
        there = await self._api.one("GET", f"/v1/trunks/{listed.id}", Trunk)
        return self._seen(there, spec, listed.host_request, _differing(spec, addresses, there, listed.host_request))

    async def ensure(self, spec: TrunkSpec) -> RemoteTrunk:
        addresses = _addresses(spec)
        listed = await self._find(spec.tag)
        if listed is None:
            body = _body(spec, addresses, await self._numbers.first(), None)
            made = await self._api.one("POST", "/v1/trunks", Trunk, body)
            asked = HostRequest(status="pending") if "host_request" in body else None
            return self._seen(made, spec, asked)
        there = await self._api.one("GET", f"/v1/trunks/{listed.id}", Trunk)
        if _differing(spec, addresses, there, listed.host_request):
            body = _body(spec, addresses, there.callerid or await self._numbers.first(), there)
            there = await self._api.one("PUT", f"/v1/trunks/{listed.id}", Trunk, body)
        return self._seen(there, spec, listed.host_request)

    async def delete(self, trunk: RemoteTrunk) -> None:
        async for number in self._numbers.all():
            if number.trunk_id == trunk.remote_id:
                raise trunk_in_use()
        await self._api.delete(f"/v1/trunks/{trunk.remote_id}")

    # -- pieces -----------------------------------------------------------------------------------------------------

    async def _listed(self) -> list[Listed]:
        return [one async for page in self._api.pages("/v1/trunks", Listing) for one in page.sip_trunks or []]

    async def _find(self, tag: str) -> Listed | None:
        ours = [one for one in await self._listed() if read(one.label).tag == tag]
        if len(ours) > 1:
            raise tag_twice("Wavix", "trunks", len(ours), tag)
        return ours[0] if ours else None

    def _seen(
        self, there: Trunk, spec: TrunkSpec, asked: HostRequest | None, differs: tuple[str, ...] = ()
    ) -> RemoteTrunk:
        self._numbers.leads[destinations(spec.targets)] = str(there.id)
        steps = _steps(asked) + (() if there.multiple_numbers else (_CALLER_IDS,))
        return RemoteTrunk(
            str(there.id), spec.tag, read(there.label).name, self._host, _TRANSPORTS, differs, _unsupported(spec),
            steps, username=there.name,
        )  # fmt: skip


def _body(spec: TrunkSpec, addresses: list[str], caller_id: str, there: Trunk | None) -> dict[str, Any]:
    """Of a POST or a PUT; a PUT sets back to its default what it does not name, so that limits set by people are named.

    A password is asked for even where none is used. One that was changed by hand goes unseen.
    """
    body: dict[str, Any] = {
        "label": label.wanted(spec), "password": spec.password or secrets.token_urlsafe(18),
        "callerid": caller_id, "multiple_numbers": True,
        "ip_restrict": bool(spec.password and addresses), "didinfo_enabled": True, "rewrite_enabled": False,
        "encrypted_media": spec.secure, "call_restrict": False, "cost_limit": False, "channels_restrict": False,
        "transcription_enabled": False, "transcription_threshold": _SHORTEST_TRANSCRIBED_S,
    }  # fmt: skip
    if spec.password and addresses:
        body["allowed_ips"] = [{"ip": address} for address in addresses]
    elif addresses:
        body["host_request"] = {"host": addresses[0]}
    if there:
        if there.call_restrict and there.call_limit is not None:
            body |= {"call_restrict": True, "call_limit": there.call_limit}
        if there.cost_limit and there.max_call_cost is not None:
            body |= {"cost_limit": True, "max_call_cost": float(there.max_call_cost)}
        if there.channels_restrict and there.max_channels is not None:
            body |= {"channels_restrict": True, "max_channels": there.max_channels}
    return body


def _differing(
    spec: TrunkSpec, addresses: list[str], there: Trunk, asked: HostRequest | None
) -> tuple[str, ...]:  # fmt: skip
    """Fields of the spec, and `rewriting` and `number_in_to`, which no spec has."""
    now, wanted = read(there.label), read(label.wanted(spec))
    let_in = sorted(one.ip for one in there.allowed_ips) if there.ip_restrict else []
    by_address = asked.host if asked else ""
    other_sources = (
        let_in != sorted(addresses) or bool(by_address)
        if spec.password
        else bool(let_in) or by_address != "".join(addresses)
    )
    found = {
        "name": now.name != wanted.name, "password": now.mark != wanted.mark,
        "sources": other_sources, "secure": there.encrypted_media != spec.secure, "rewriting": there.rewrite_enabled,
        "number_in_to": not there.didinfo_enabled,
    }  # fmt: skip
    return tuple(name for name, differs in found.items() if differs)


def _unsupported(spec: TrunkSpec) -> tuple[str, ...]:
    """Wavix gives the user name; transfers go to other Wavix numbers only."""
    asked = {
        "username": bool(spec.username), "refer": spec.refer, "caller_names": spec.caller_names,
    }  # fmt: skip
    return tuple(name for name, is_asked in asked.items() if is_asked)


def _addresses(spec: TrunkSpec) -> list[str]:
    """Our addresses, one by one. Raises BadInput for what Wavix has no form for."""
    if any(target.transport == "tls" for target in spec.targets):
        raise no_form("targets", "Wavix calls by UDP or TCP", "choose another transport, or ask its support for TLS")
    addresses = single_addresses("Wavix", spec.sources)
    if len(addresses) > 1 and not spec.password:
        raise no_form(
            "sources", "Wavix lets in one address without a password", "name one, or give the trunk a password"
        )
    return addresses


def _steps(asked: HostRequest | None) -> tuple[HumanStep, ...]:
    return (_ADDRESS,) if asked and asked.status == "pending" else ()
