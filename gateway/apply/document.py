"""What is wanted, as people write it: the shape of `gateway.yaml`. Unknown fields are errors; nothing is looked up.

Of each object only the fields that are written down count; all others stay as they are, or begin with their defaults.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator, model_validator

from agents.profile import AgentContent
from dispatch_rules.schemas import RuleAsked
from gateway.apply.targets import target_of
from gateway.rest.written import Written
from trunks.accounts.schemas import CarrierName
from trunks.carriers.port import Feature, NumberKind, SipTarget
from trunks.schemas import E164, Country, InboundTrunkAsked, Money, OutboundTrunkAsked

ThingName = Annotated[str, Field(pattern=r"^[A-Za-z0-9+][A-Za-z0-9._+-]{0,39}$", examples=["support"])]
MOST = 2000  # of each kind of object in one file
LONGEST_LIST = 500
NOT_HERE = {
    "inbound": frozenset({"name", "auth_username", "auth_password"}),
    "outbound": frozenset({"name", "auth_username", "auth_password"}),
    "rule": frozenset({"trunk_ids", "agent_id"}),
}
ANYWHERE = {"address": "carrier.invalid", "numbers": ["+15105550100"]}  # stand in for what is known later


class OwnCarrierWanted(Written):
    """A trunk or PBX of one's own has no keys: it is wholly described here. Other accounts: `gateway carriers add`."""

    name: CarrierName
    kind: Literal["own"] = "own"
    host: str = Field(max_length=255)
    port: int = Field(default=5060, ge=1, le=65535)
    transport: Literal["udp", "tcp", "tls"] = "udp"
    template: Literal["asterisk", "freeswitch", "3cx", "other"] = "other"

    @property
    def keys(self) -> dict[str, Any]:
        return self.model_dump(exclude={"name", "kind"}, exclude_unset=True)


class TrunkWanted(Written):
    """A trunk at a carrier, both ways. `inbound`, `outbound`: terms of our side, as in REST; null for one way only."""

    name: ThingName
    carrier: CarrierName
    targets: list[str] | None = Field(
        default=None, max_length=10, description="where it calls us, sip.example.com:5061;transport=tls; default: ours"
    )
    sources: list[str] | None = Field(
        default=None, max_length=50, description="from where we call, CIDR; default: ours"
    )
    login: bool = Field(default=True, description="by name and password, which we make; false: by address alone")
    secure: bool = False
    refer: bool = False
    caller_names: bool = False
    inbound: dict[str, Any] | None = Field(default={}, max_length=50)
    outbound: dict[str, Any] | None = Field(default={}, max_length=50)

    @field_validator("targets")
    @classmethod
    def _targets(cls, texts: list[str] | None) -> list[str] | None:
        for text in texts or ():
            target_of(text)
        return texts

    @field_validator("inbound")
    @classmethod
    def _inbound(cls, given: dict[str, Any] | None) -> dict[str, Any] | None:
        return given if given is None else _as_in_rest(InboundTrunkAsked, "inbound", given, {"name": "x"})

    @field_validator("outbound")
    @classmethod
    def _outbound(cls, given: dict[str, Any] | None) -> dict[str, Any] | None:
        return given if given is None else _as_in_rest(OutboundTrunkAsked, "outbound", given, {"name": "x", **ANYWHERE})

    def sip_targets(self, default: list[str]) -> tuple[SipTarget, ...]:
        return tuple(target_of(text) for text in (default if self.targets is None else self.targets))


class Find(Written):
    """Any number that fits, the cheapest first."""

    country: Country
    kind: NumberKind = "local"
    area: str = Field(default="", pattern=r"^[0-9]{0,10}$", description="national destination code")
    contains: str = Field(default="", pattern=r"^[0-9]{0,10}$")
    features: list[Feature] = Field(default=["voice"], min_length=1, max_length=4)
    max_monthly: Money | None = Field(default=None, description="in the carrier's currency; dearer ones are left")


class NumberWanted(Written):
    """`number`: this one, bought when the account has not got it. `find`: any; `count` makes name-1, name-2 …"""

    name: ThingName | None = None
    number: E164 | None = None
    find: Find | None = None
    count: int = Field(default=1, ge=1, le=MOST)
    carrier: CarrierName | None = Field(default=None, description="default: the trunk's")
    trunk: ThingName | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.number is None) is (self.find is None):
            raise ValueError("give either number or find")
        if self.find and not self.name:
            raise ValueError("a number to be found needs a name, so that it is bought only once")
        if self.number and self.count != 1:
            raise ValueError("count goes with find")
        if not (self.carrier or self.trunk):
            raise ValueError("give a trunk, or a carrier")
        return self

    @property
    def names(self) -> list[str]:
        if self.count == 1:
            return [self.name or str(self.number)]
        return [f"{self.name}-{place}" for place in range(1, self.count + 1)]


class AgentWanted(Written):
    name: str = Field(min_length=1, max_length=100)
    profile: dict[str, Any] = Field(max_length=100, description="the fields of an agent, as in REST")

    @model_validator(mode="after")
    def _valid(self) -> Self:
        self.profile = _as_in_rest(AgentContent, "agent", self.profile, {"name": self.name})
        return self


class RuleWanted(Written):
    """`numbers`: names of numbers in this file, or numbers. `terms`: all other fields of a rule, as in REST."""

    name: str = Field(min_length=1, max_length=100)
    trunks: list[ThingName] = Field(min_length=1, max_length=100)
    agent: str = Field(min_length=1, max_length=100)
    numbers: list[str] = Field(default=[], max_length=LONGEST_LIST)
    terms: dict[str, Any] = Field(default={}, max_length=50)

    @field_validator("terms")
    @classmethod
    def _terms(cls, given: dict[str, Any]) -> dict[str, Any]:
        if "numbers" in given:
            raise ValueError("numbers stands beside terms, not in it")
        return _as_in_rest(RuleAsked, "rule", given, {"name": "x", "trunk_ids": ["x"], "agent_id": "x"})


class Document(Written):
    """All of it. Whatever it does not name is left alone."""

    version: Literal[1] = 1
    carriers: list[OwnCarrierWanted] = Field(default=[], max_length=MOST)
    agents: list[AgentWanted] = Field(default=[], max_length=MOST)
    trunks: list[TrunkWanted] = Field(default=[], max_length=MOST)
    numbers: list[NumberWanted] = Field(default=[], max_length=MOST)
    rules: list[RuleWanted] = Field(default=[], max_length=MOST)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = {
            "carriers": [one.name for one in self.carriers],
            "agents": [one.name for one in self.agents],
            "trunks": [one.name for one in self.trunks],
            "numbers": [name for one in self.numbers for name in one.names],
            "rules": [one.name for one in self.rules],
        }
        for kind, names in named.items():
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"{kind}: two are named {twice}")
        exact = [one.number for one in self.numbers if one.number]
        if twice := next((number for number in exact if exact.count(number) > 1), None):
            raise ValueError(f"numbers: {twice} stands there twice")
        return self


def _as_in_rest(model: type[BaseModel], what: str, given: dict[str, Any], stand_in: dict[str, Any]) -> dict[str, Any]:
    """The given fields as REST reads them. Raises ValueError with the first fault."""
    if wrong := NOT_HERE.get(what, frozenset()) & given.keys():
        raise ValueError(f"{sorted(wrong)[0]} is decided elsewhere in this file; leave it out here")
    try:
        read = model.model_validate({**stand_in, **given})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from error
    return {name: value for name, value in read.model_dump(mode="json").items() if name in given}


def schema() -> dict[str, Any]:
    """JSON Schema of the file, for editors."""
    return TypeAdapter(Document).json_schema()
