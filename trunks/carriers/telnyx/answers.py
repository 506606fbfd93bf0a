"""What of Telnyx's answers is read. What is not named here is not looked at."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import AliasChoices, BaseModel, Field

GONE = frozenset({"deleted", "purchase-failed", "port-failed", "ported-out"})
WAITING = frozenset({"purchase-pending", "port-pending", "provision-pending"})


class Cost(BaseModel):
    upfront_cost: Decimal
    monthly_cost: Decimal
    currency: str


class FeatureName(BaseModel):
    name: str


class Available(BaseModel):
    phone_number: str
    best_effort: bool = False
    cost_information: Cost | None = None
    features: list[FeatureName] = []


class Need(BaseModel):
    name: str = ""
    description: str = ""


class Needs(BaseModel):
    regulatory_requirements: list[Need] = []


class OrderedNumber(BaseModel):
    phone_number: str = ""


class NumberOrder(BaseModel):
    id: str
    status: str
    created_at: datetime
    requirements_met: bool = True
    phone_numbers: list[OrderedNumber] = []


class Owned(BaseModel):
    """`status`: one that is in neither set above is ours now, or waits for papers (`requirement-info-…`)."""

    id: str
    phone_number: str
    status: str
    connection_id: str | None = None
    customer_reference: str | None = None
    caller_id_name_enabled: bool = False

    @property
    def needs_papers(self) -> bool:
        return self.status.startswith("requirement-info")


class Profile(BaseModel):
    id: str
    tags: list[str] = []


class Fqdn(BaseModel):
    id: str
    fqdn: str
    port: int | None = None
    dns_record_type: str = "a"


class Address(BaseModel):
    id: str
    ip_address: str


class Inbound(BaseModel):
    ani_number_format: str = ""
    dnis_number_format: str = ""
    shaken_stir_enabled: bool = False
    default_primary_fqdn_id: str | None = None
    default_secondary_fqdn_id: str | None = None
    default_tertiary_fqdn_id: str | None = None


class Outbound(BaseModel):
    outbound_voice_profile_id: str | None = None
    ip_authentication_method: str = ""


class Connection(BaseModel):
    """An FQDN connection: what Telnyx calls a trunk that calls a name of ours."""

    id: str
    connection_name: str
    active: bool = True
    transport_protocol: str = "UDP"
    encrypted_media: str | None = None
    user_name: str | None = None
    password: str | None = Field(default=None, repr=False)
    tags: list[str] = []
    inbound: Inbound = Inbound()
    outbound: Outbound = Outbound()


class CallRecord(BaseModel):
    """Of record type `sip-trunking`; Telnyx has renamed some fields over time and publishes no schema of it."""

    id: str = Field(validation_alias=AliasChoices("id", "uuid", "call_leg_id"))
    direction: str
    started_at: datetime
    calling: str = Field(validation_alias=AliasChoices("cli", "from", "originating_number"))
    called: str = Field(validation_alias=AliasChoices("cld", "to", "destination_number"))
    seconds: int = Field(default=0, validation_alias=AliasChoices("call_sec", "duration_sec", "billed_sec"))
    sip_call_id: str = ""
    cost: Decimal | None = None
    currency: str = "USD"


class Nothing(BaseModel):
    """An answer of which nothing is read."""
