"""Any SIP trunk or PBX of the company: nothing is bought there, and nothing can be changed there by program."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Self

from pydantic import Field, field_validator, model_validator

from gateway.kernel.errors import BadInput, NotAuthenticated, Unavailable
from trunks.carriers.own.capabilities import CAPABILITIES
from trunks.carriers.own.template import Make
from trunks.carriers.own.templates.filled import check, uri_host
from trunks.carriers.port import (
    CarrierCall,
    HumanStep,
    NumberQuery,
    Offer,
    Order,
    OwnedNumber,
    RemoteTrunk,
    Transport,
    TrunkSpec,
)
from trunks.carriers.registry import Elsewhere, Keys

WITHIN_S = 5.0
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?", re.I)
_SECURE_PORT = 5061  # RFC 3261 §19.1.2
_ABOUT: Mapping[Make, str] = {
    "asterisk": "https://docs.asterisk.org/Configuration/Channel-Drivers/SIP/Configuring-res_pjsip/",
    "freeswitch": "https://developer.signalwire.com/freeswitch/users-and-endpoints/gateways/",
    "3cx": "https://www.3cx.com/docs/sip-trunk-options/",
    "other": "https://www.rfc-editor.org/rfc/rfc3261",
}


class OwnKeys(Keys):
    """Where it is; secrets are those of its trunk. `port`: 5061 for TLS when it is not said. `template`: its make."""

    host: str
    port: int = Field(default=5060, ge=1, le=65535)
    transport: Transport = "udp"
    template: Make = "other"

    @field_validator("host")
    @classmethod
    def _place(cls, host: str) -> str:
        """An address comes without its brackets from here on."""
        bare = host.strip().removeprefix("[").removesuffix("]")
        if _network(bare) or _NAME.fullmatch(bare):
            return bare
        raise ValueError("give a name or an address alone, as in pbx.example.com or 192.0.2.1")

    @model_validator(mode="after")
    def _usual_port(self) -> Self:
        if self.transport == "tls" and "port" not in self.model_fields_set:
            self.port = _SECURE_PORT
        return self


class Own:
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: OwnKeys) -> None:
        self._keys = keys

    async def __aenter__(self) -> Own:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def check(self) -> None:
        """Its name has an address. Whether somebody answers there, a test of the trunk tells."""
        try:
            async with asyncio.timeout(WITHIN_S):
                await asyncio.get_running_loop().getaddrinfo(self._keys.host, self._keys.port, type=socket.SOCK_DGRAM)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise _nobody_knows() from error
            raise BadInput(
                f"{self._keys.host} has no address", code="carrier.no_address", field="keys.host",
                todo="look for a mistake in the name, or give the address itself",
            ) from error  # fmt: skip
        except TimeoutError as error:
            raise _nobody_knows() from error

    # -- numbers --------------------------------------------------------------------------------------------------

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        raise BadInput(
            "a trunk of your own sells no numbers", code="carrier.sells_nothing", field="carrier",
            todo="enter the numbers that lead to it, or search at a carrier that sells some",
        )  # fmt: skip

    async def buy(self, number: str, tag: str) -> Order:
        """It is the company's already: nothing is spent."""
        return Order("done", number, number)

    async def order(self, number: str, tag: str) -> Order | None:
        return Order("done", number, number)

    async def numbers(self) -> AsyncIterator[OwnedNumber]:
        """Nobody can be asked."""
        for one in ():
            yield one

    async def tag_number(self, number: OwnedNumber, tag: str) -> None:
        return None

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        return None

    async def unassign(self, number: OwnedNumber) -> None:
        return None

    async def release(self, number: OwnedNumber) -> None:
        return None

    # -- trunks ---------------------------------------------------------------------------------------------------

    async def trunks(self) -> Sequence[RemoteTrunk]:
        return ()

    async def observe_trunk(self, spec: TrunkSpec) -> RemoteTrunk | None:
        """As it is wanted: how it is, nobody can ask."""
        check(spec)
        return RemoteTrunk(
            remote_id=spec.tag, tag=spec.tag, name=spec.name, host=f"{uri_host(self._keys.host)}:{self._keys.port}",
            transports=(self._keys.transport,), unsupported=self._unsupported(spec), steps=(self._step(),),
        )  # fmt: skip

    async def ensure_trunk(self, spec: TrunkSpec) -> RemoteTrunk:
        seen = await self.observe_trunk(spec)
        assert seen
        return seen

    async def delete_trunk(self, trunk: RemoteTrunk) -> None:
        return None

    # -- the rest -------------------------------------------------------------------------------------------------

    async def calls(self, since: datetime) -> AsyncIterator[CarrierCall]:
        """It keeps no records that we could read."""
        for one in ():
            yield one

    def sources(self) -> Sequence[str]:
        """Nothing for a name: its addresses may change."""
        network = _network(self._keys.host)
        return (network,) if network else ()

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        raise NotAuthenticated(
            "a trunk of your own sends no webhooks",
            code="carrier.signature",
            todo="take this address off whoever calls it",
        )

    def _unsupported(self, spec: TrunkSpec) -> tuple[str, ...]:
        asked = {"username": bool(spec.username) and self._keys.template == "3cx", "caller_names": spec.caller_names}
        return tuple(name for name, is_asked in asked.items() if is_asked)

    def _step(self) -> HumanStep:
        what = (
            "unless it is done: enter at the PBX what `gateway carriers template NAME` prints (NAME: of this account)"
        )
        return HumanStep(what, _ABOUT[self._keys.template])


def open_account(keys: Keys, elsewhere: Elsewhere) -> Own:
    assert isinstance(keys, OwnKeys)
    return Own(keys)


def _network(host: str) -> str:
    """The address alone as CIDR; "" for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    return f"{address}/{address.max_prefixlen}"


def _nobody_knows() -> Unavailable:
    return Unavailable(
        "nobody can say now which address the name has", code="carrier.unavailable",
        todo="look whether this machine can ask the DNS, then try again",
    )  # fmt: skip
