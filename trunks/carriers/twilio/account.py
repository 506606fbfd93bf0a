"""One account at Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from pydantic import Field, SecretStr, model_validator

from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import NotAllowed
from trunks.carriers.port import (
    CarrierCall,
    NumberQuery,
    Offer,
    Order,
    OwnedNumber,
    RemoteTrunk,
    TrunkSpec,
)
from trunks.carriers.registry import Elsewhere, Keys
from trunks.carriers.twilio import calls, webhooks
from trunks.carriers.twilio.capabilities import CAPABILITIES, REQUESTS_PER_S, SOURCES
from trunks.carriers.twilio.client import rest_client
from trunks.carriers.twilio.errors import CONSOLE
from trunks.carriers.twilio.numbers import Numbers
from trunks.carriers.twilio.trunks import Trunks
from trunks.carriers.wire import Pace, Wire


class TwilioKeys(Keys):
    """An API key, or the account's token; webhooks are signed with the token in any case."""

    account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    api_key_sid: str = Field(default="", pattern=r"^(SK[0-9a-f]{32})?$")
    api_key_secret: SecretStr = SecretStr("")
    auth_token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _enough(self) -> TwilioKeys:
        if bool(self.api_key_sid) != bool(self.api_key_secret.get_secret_value()):
            raise ValueError("api_key_sid and api_key_secret come together")
        if not self.api_key_sid and not self.auth_token.get_secret_value():
            raise ValueError("give api_key_sid and api_key_secret, or auth_token")
        return self

    @property
    def user(self) -> str:
        return self.api_key_sid or self.account_sid

    @property
    def secret(self) -> str:
        return (self.api_key_secret if self.api_key_sid else self.auth_token).get_secret_value()


class Twilio:
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: TwilioKeys, wire: Wire, clock: Clock) -> None:
        self._keys, self._wire, self._clock = keys, wire, clock
        self._rest = rest_client(wire, keys.account_sid, keys.user, keys.secret)
        self._numbers, self._trunks = Numbers(self._rest), Trunks(self._rest)

    async def __aenter__(self) -> Twilio:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._wire.aclose()

    async def check(self) -> None:
        account = await self._rest.api.v2010.accounts(self._keys.account_sid).fetch_async()
        if account.status != "active":
            raise NotAllowed(
                "the Twilio account is suspended or closed",
                code="carrier.account_closed", todo=f"see why at {CONSOLE}, mostly it is the balance",
            )  # fmt: skip

    # -- numbers --------------------------------------------------------------------------------------------------

    async def search(self, query: NumberQuery) -> Sequence[Offer]:
        return await self._numbers.search(query)

    async def buy(self, number: str, tag: str) -> Order:
        return await self._numbers.buy(number, tag)

    async def order(self, number: str, tag: str) -> Order | None:
        return await self._numbers.order(number, tag)

    def numbers(self) -> AsyncIterator[OwnedNumber]:
        return self._numbers.all()

    async def tag_number(self, number: OwnedNumber, tag: str) -> None:
        await self._numbers.tag(number, tag)

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        await self._numbers.assign(number, trunk)

    async def unassign(self, number: OwnedNumber) -> None:
        await self._numbers.unassign(number)

    async def release(self, number: OwnedNumber) -> None:
        await self._numbers.release(number)

    # -- trunks ---------------------------------------------------------------------------------------------------

    async def trunks(self) -> Sequence[RemoteTrunk]:
        return await self._trunks.all()

    async def observe_trunk(self, spec: TrunkSpec) -> RemoteTrunk | None:
        return await self._trunks.observe(spec)

    async def ensure_trunk(self, spec: TrunkSpec) -> RemoteTrunk:
        return await self._trunks.ensure(spec)

    async def delete_trunk(self, trunk: RemoteTrunk) -> None:
        await self._trunks.delete(trunk)

    # -- calls ----------------------------------------------------------------------------------------------------

    def calls(self, since: datetime) -> AsyncIterator[CarrierCall]:
        return calls.calls(self._rest, since, self._clock)

    def sources(self) -> Sequence[str]:
        return SOURCES

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        webhooks.check(self._keys.auth_token.get_secret_value(), url, headers, body)


def open_account(keys: Keys, elsewhere: Elsewhere) -> Twilio:
    assert isinstance(keys, TwilioKeys)
    return Twilio(keys, Wire("Twilio", Pace(REQUESTS_PER_S), elsewhere), SystemClock())
