"""Trunks and numbers as they go over REST. Passwords go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from compliance.caller_trust.terms import CallerTrustTerms, Carrier
from compliance.screening.terms import ScreeningTerms
from gateway.kernel.e164 import is_country, parse_e164
from gateway.kernel.errors import BadInput
from gateway.rest.written import Written
from trunks.media import MediaTerms


def _e164(text: str) -> str:
    try:
        return parse_e164(text)
    except BadInput as error:
        raise ValueError(f"{error.detail}; {error.todo}") from error


def _once(values: list[str]) -> list[str]:
    """Each value once: LiveKit takes a number that is listed twice for a conflict of the rule with itself."""
    return list(dict.fromkeys(values))


def _short_secret(text: str) -> str:
    if len(text.encode()) > LONGEST_SECRET:
        raise ValueError(f"it is longer than {LONGEST_SECRET} bytes")
    return text


LONGEST_SECRET = 256  # bytes; sealed it has to fit its column
E164 = Annotated[str, AfterValidator(_e164), Field(max_length=32, examples=["+15105550100"])]
Numbers = Annotated[list[E164], Field(max_length=1000), AfterValidator(_once)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[list[str], Field(min_length=1, max_length=100), AfterValidator(_once)]
Addresses = Annotated[list[str], Field(max_length=100, examples=[["203.0.113.0/24"]]), AfterValidator(_once)]
Secret = Annotated[str, Field(max_length=128), AfterValidator(_short_secret)]


def _country(code: str) -> str:
    if not is_country(code):
        raise ValueError("it is not an ISO 3166-1 alpha-2 country code such as US or DE")
    return code


Country = Annotated[str, AfterValidator(_country), Field(pattern=r"^[A-Z]{2}$", examples=["US"])]
Countries = Annotated[list[Country], Field(max_length=250), AfterValidator(_once)]
Money = Annotated[str, Field(pattern=r"^[0-9]{1,7}(\.[0-9]{1,6})?$", examples=["0.0125"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
LONGEST_CALL_S = 86_400
TRANSFER_COUNTRIES = "where callers may be transferred to; empty: the countries of the trunk's own numbers"
CALL_COUNTRIES = "where calls may go; empty: the countries of the trunk's own numbers"
ANY_CALLER_ID = "calls out may show any number; false: the trunk's own numbers, or none"
CALL_EXTENSIONS = "call and transfer to what is no telephone number too: up to six digits, or a name (a PBX)"
MAX_DURATION = "calls out end after so long, whatever was asked for"
PRICE = "what a begun minute costs; a decimal number"
MAX_RATE = "calls that may begin within a second, as the carrier takes them; null for no limit"
MAX_SPEND = "calls out are refused or shortened so that a day (UTC) never costs more; needs price_per_minute"


Refer = Literal["unknown", "works", "refused"]
CARRIER_VERDICTS = "whose headers about the caller are believed; those of anybody else are taken away"
SIGN = "vouch for the caller id with our own key (STIR/SHAKEN); for providers, with GATEWAY_STIR__SIGNING__…"
TRUST = "what follows from who vouches for a caller"
TRUST_PIN = "for callers who are challenged by pin; empty for none"
Pin = Annotated[str, Field(pattern=r"^([0-9]{4,16})?$", examples=["2468"])]
SCREENING = "which callers are wanted"
MEASURED = "what the last trunk test found: keys, codec, delay, loss; empty without one"
REFER = "whether callers can be sent on by REFER; the gateway finds out by itself, from transfers"


class InboundTrunkAsked(Written):
    name: Name
    enabled: bool = True
    allowed_addresses: Addresses = Field(default=[], description="IP addresses or CIDR blocks the carrier calls from")
    allowed_numbers: Numbers = Field(default=[], description="callers; empty allows all")
    any_number: bool = Field(default=False, description="take calls to numbers that are not listed here too")
    auth_username: str = Field(default="", max_length=100, description="SIP digest; empty for none")
    auth_password: Secret = ""
    on_control_plane_loss: Literal["accept", "reject"] = "reject"
    max_calls: int | None = Field(default=None, ge=1, le=100_000)
    media: MediaTerms = MediaTerms()
    screening: ScreeningTerms = Field(default=ScreeningTerms(), description=SCREENING)
    allowed_countries: Countries = Field(default=[], description=TRANSFER_COUNTRIES)
    allow_extensions: bool = Field(default=False, description=CALL_EXTENSIONS)
    carrier_verdicts: Carrier = Field(default="none", description=CARRIER_VERDICTS)
    caller_trust: CallerTrustTerms = Field(default=CallerTrustTerms(), description=TRUST)
    trust_pin: Pin = Field(default="", description=TRUST_PIN)


class InboundTrunkChange(Written):
    name: Name | None = None
    enabled: bool | None = None
    allowed_addresses: Addresses | None = None
    allowed_numbers: Numbers | None = None
    any_number: bool | None = None
    auth_username: str | None = Field(default=None, max_length=100)
    auth_password: Secret | None = None
    on_control_plane_loss: Literal["accept", "reject"] | None = None
    max_calls: int | None = Field(default=None, ge=1, le=100_000)
    media: MediaTerms | None = Field(default=None, description="replaces all of it")
    screening: ScreeningTerms | None = Field(default=None, description=SCREENING + "; replaces all of it")
    allowed_countries: Countries | None = Field(default=None, description=TRANSFER_COUNTRIES)
    allow_extensions: bool | None = Field(default=None, description=CALL_EXTENSIONS)
    refer: Literal["unknown", "works"] | None = Field(default=None, description=REFER)
    carrier_verdicts: Carrier | None = Field(default=None, description=CARRIER_VERDICTS)
    caller_trust: CallerTrustTerms | None = Field(default=None, description=TRUST + "; replaces all of it")
    trust_pin: Pin | None = Field(default=None, description=TRUST_PIN)


class InboundTrunk(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    enabled: bool
    allowed_addresses: list[str]
    allowed_numbers: list[str]
    any_number: bool
    auth_username: str
    on_control_plane_loss: str
    max_calls: int | None
    media: MediaTerms
    screening: ScreeningTerms
    allowed_countries: list[str]
    allow_extensions: bool
    refer: Refer
    refer_how: str
    refer_at: datetime | None
    measured: dict[str, Any] = Field(description=MEASURED)
    carrier_verdicts: Carrier
    caller_trust: CallerTrustTerms
    trust_pin_set: bool
    livekit_id: str
    created_at: datetime
    updated_at: datetime


Transport = Literal["auto", "udp", "tcp", "tls"]


class OutboundTrunkAsked(Written):
    name: Name
    enabled: bool = True
    address: str = Field(
        min_length=1, max_length=255, pattern=r"^[A-Za-z0-9.\-\[\]:]+$", examples=["sip.carrier.example"]
    )
    transport: Transport = "auto"
    numbers: Numbers = Field(min_length=1, description="caller ids")
    any_caller_id: bool = Field(default=False, description=ANY_CALLER_ID)
    auth_username: str = Field(default="", max_length=100)
    auth_password: Secret = ""
    media: MediaTerms = MediaTerms()
    allowed_countries: Countries = Field(default=[], description=CALL_COUNTRIES)
    allow_extensions: bool = Field(default=False, description=CALL_EXTENSIONS)
    max_calls: int | None = Field(default=10, ge=1, le=100_000, description="open calls at a time; null for no limit")
    max_calls_per_s: int | None = Field(default=None, ge=1, le=1000, description=MAX_RATE)
    max_duration_s: int = Field(default=3600, ge=60, le=LONGEST_CALL_S, description=MAX_DURATION)
    price_per_minute: Money | None = Field(default=None, description=PRICE)
    max_spend_per_day: Money | None = Field(default=None, description=MAX_SPEND)
    currency: Currency = "USD"
    sign_calls: bool = Field(default=False, description=SIGN)


class OutboundTrunkChange(Written):
    name: Name | None = None
    enabled: bool | None = None
    address: str | None = Field(default=None, min_length=1, max_length=255, pattern=r"^[A-Za-z0-9.\-\[\]:]+$")
    transport: Transport | None = None
    numbers: Annotated[Numbers, Field(min_length=1)] | None = None
    any_caller_id: bool | None = Field(default=None, description=ANY_CALLER_ID)
    auth_username: str | None = Field(default=None, max_length=100)
    auth_password: Secret | None = None
    media: MediaTerms | None = Field(default=None, description="replaces all of it")
    allowed_countries: Countries | None = Field(default=None, description=CALL_COUNTRIES)
    allow_extensions: bool | None = Field(default=None, description=CALL_EXTENSIONS)
    max_calls: int | None = Field(default=None, ge=1, le=100_000, description="null for no limit")
    max_calls_per_s: int | None = Field(default=None, ge=1, le=1000, description=MAX_RATE)
    max_duration_s: int | None = Field(default=None, ge=60, le=LONGEST_CALL_S, description=MAX_DURATION)
    price_per_minute: Money | None = Field(default=None, description=PRICE)
    max_spend_per_day: Money | None = Field(default=None, description=MAX_SPEND)
    currency: Currency | None = None
    sign_calls: bool | None = Field(default=None, description=SIGN)
    refer: Literal["unknown", "works"] | None = Field(default=None, description=REFER)


class OutboundTrunk(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    enabled: bool
    address: str
    transport: str
    numbers: list[str]
    any_caller_id: bool
    auth_username: str
    media: MediaTerms
    allowed_countries: list[str]
    allow_extensions: bool
    max_calls: int | None
    max_calls_per_s: int | None
    max_duration_s: int | None
    price_per_minute: str | None
    max_spend_per_day: str | None
    currency: str
    sign_calls: bool
    refer: Refer
    refer_how: str
    refer_at: datetime | None
    measured: dict[str, Any] = Field(description=MEASURED)
    livekit_id: str
    created_at: datetime
    updated_at: datetime


class NumberAsked(Written):
    number: E164
    name: str = Field(default="", max_length=100)
    inbound_trunk_id: str | None = Field(default=None, max_length=40)


class NumberChange(Written):
    name: str | None = Field(default=None, max_length=100)
    inbound_trunk_id: str | None = Field(default=None, max_length=40)


class Number(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    number: str
    name: str
    inbound_trunk_id: str | None
    carrier_id: str | None = Field(description="the account that it was bought with; null: taken in by hand")
    standing: Literal["active", "ordered"] = Field(description="ordered: the carrier has not given it yet")
    once: str | None
    monthly: str | None
    currency: str
    created_at: datetime
    updated_at: datetime


class SyncState(BaseModel):
    """Is LiveKit what the database says? Ids of ours to create or update, of LiveKit's to delete or left alone."""

    in_sync: bool
    to_create: list[str]
    to_update: list[str]
    to_delete: list[str]
    foreign: list[str] = Field(description="in LiveKit, not ours; never touched")
    last_error: str | None = None
