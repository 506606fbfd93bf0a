"""What of Wavix's answers is read. What is not named here is not looked at."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field, field_validator


class Success(BaseModel):
    success: bool


class Pagination(BaseModel):
    total: int
    total_pages: int


class Page(BaseModel):
    pagination: Pagination


# -- the shop -----------------------------------------------------------------------------------------------------


class Country(BaseModel):
    id: int
    name: str
    has_provinces_or_states: bool


class Countries(BaseModel):
    countries: list[Country]


class Region(BaseModel):
    id: int


class Regions(BaseModel):
    regions: list[Region]


class City(BaseModel):
    """`area_code`: without the leading zero; some have none."""

    id: int
    area_code: int | None = None


class Cities(BaseModel):
    cities: list[City]


class ForSale(BaseModel):
    """`number`: without the plus. Fees in USD. `require_docs`: kinds of papers."""

    number: str
    activation_fee: Decimal
    monthly_fee: Decimal
    country_short_name: str
    require_docs: list[int] = []
    sms_enabled: bool = False


class Shelf(Page):
    dids: list[ForSale]


# -- numbers ------------------------------------------------------------------------------------------------------


class Destination(BaseModel):
    destination: str
    priority: int
    transport: int


class Paper(BaseModel):
    doc_type_id: int
    status: str


class Owned(BaseModel):
    """`status`: active or inactive. `label`: written by people only. `require_docs`: kinds of papers, as text."""

    id: int
    number: str
    status: str
    monthly_fee: Decimal
    label: str | None = None
    destination: list[Destination] = []
    require_docs: list[str] = []
    documents: list[Paper] = []
    call_status_url: str | None = None


class Numbers(Page):
    items: list[Owned]


# -- trunks -------------------------------------------------------------------------------------------------------


class HostRequest(BaseModel):
    """Of being let in by address; people at Wavix decide."""

    host: str = ""
    status: str = ""


class Listed(BaseModel):
    """`name`: the login, given by Wavix."""

    id: int
    name: str
    label: str
    host_request: HostRequest | None = None


class Listing(Page):
    sip_trunks: list[Listed] | None


class Allowed(BaseModel):
    ip: str


class Trunk(BaseModel):
    id: int
    name: str
    label: str
    callerid: str | None = None
    multiple_numbers: bool = False
    ip_restrict: bool = False
    allowed_ips: list[Allowed] = []
    host: str = "dynamic"
    didinfo_enabled: bool = True
    rewrite_enabled: bool = False
    encrypted_media: bool = False
    # Limits that people may have set; they are kept.
    call_restrict: bool | None = False
    call_limit: int | None = None
    cost_limit: bool = False
    max_call_cost: Decimal | None = None
    channels_restrict: bool = False
    max_channels: int | None = None


# -- calls --------------------------------------------------------------------------------------------------------


class CallRecord(BaseModel):
    """`charge` in USD; None until it is known. Numbers without the plus."""

    call_id: str
    date: datetime
    calling: str = Field(validation_alias="from")
    called: str = Field(validation_alias="to")
    duration: int
    charge: Decimal | None

    @field_validator("charge", mode="before")
    @classmethod
    def _known(cls, charge: object) -> object:
        return charge or None


class CallRecords(Page):
    items: list[CallRecord]


class Settings(BaseModel):
    """Of the account."""

    balance: Decimal
