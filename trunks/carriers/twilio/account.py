"""One account at Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from pydantic import Field, SecretStr, model_validator

from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import NotAllowed
from trunks.carriers.account import Account
from trunks.carriers.port import CarrierCall
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


class Twilio(Account):
    """See `Carrier`."""

    capabilities = CAPABILITIES

    def __init__(self, keys: TwilioKeys, wire: Wire, clock: Clock) -> None:
        self._keys, self._clock = keys, clock
        self._rest = rest_client(wire, keys.account_sid, keys.user, keys.secret)
        numbers = Numbers(self._rest)
        super().__init__(wire, shop=numbers, numbers=numbers, trunks=Trunks(self._rest))

    async def check(self) -> None:
        account = await self._rest.api.v2010.accounts(self._keys.account_sid).fetch_async()
        if account.status != "active":
            raise NotAllowed(
                "the Twilio account is suspended or closed",
                code="carrier.account_closed", todo=f"see why at {CONSOLE}, mostly it is the balance",
            )  # fmt: skip

    def calls(self, since: datetime) -> AsyncIterator[CarrierCall]:
        return calls.calls(self._rest, since, self._clock)

    def sources(self) -> Sequence[str]:
        return SOURCES

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        webhooks.check(self._keys.auth_token.get_secret_value(), url, headers, body)


def open_account(keys: Keys, elsewhere: Elsewhere) -> Twilio:
    assert isinstance(keys, TwilioKeys)
    return Twilio(keys, Wire("Twilio", Pace(REQUESTS_PER_S), elsewhere), SystemClock())
