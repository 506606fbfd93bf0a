"""What the gateway asks of a company that sells numbers and carries calls. A folder beside this file per carrier.

Nothing that costs money or makes something is ever sent twice blindly: every object that we make carries our `tag`
where the carrier keeps one, and is looked up by it first. `trunks.carriers.kinds` knows who there is.

All methods raise, in plain words and with the next step: NotAuthenticated (wrong keys), NotAllowed (a right is
missing), BadInput (with `field`), NotFound, Conflict (somebody else has it, or it contradicts what is there),
Overloaded (`headers` may have Retry-After), Unavailable (no answer, or none that can be understood: whether it was done
is unknown).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from trunks.carriers.capabilities import Capabilities

NumberKind = Literal["local", "mobile", "toll_free", "national"]
Feature = Literal["voice", "sms", "mms", "fax"]
Transport = Literal["udp", "tcp", "tls"]
CallDirection = Literal["inbound", "outbound"]


@dataclass(frozen=True)
class Money:
    """`currency`: ISO 4217."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class HumanStep:
    """What no program can do: a form, a document, a review. `link`: where."""

    what: str
    link: str


# -- numbers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NumberQuery:
    """`country`: ISO 3166-1 alpha-2. `area`: national destination code. `contains`: digits in a row, anywhere."""

    country: str
    kind: NumberKind = "local"
    area: str = ""
    contains: str = ""
    features: frozenset[Feature] = frozenset({"voice"})
    most: int = 20


@dataclass(frozen=True)
class Offer:
    """A number that can be bought now. None: the carrier does not say what it costs."""

    number: str
    country: str
    kind: NumberKind
    features: frozenset[Feature]
    once: Money | None = None
    monthly: Money | None = None
    needs: tuple[HumanStep, ...] = ()


@dataclass(frozen=True)
class Order:
    """What has become of a purchase. `remote_id`: of the number when done, of the order while it is pending."""

    state: Literal["done", "pending", "needs_human", "failed"]
    number: str
    remote_id: str
    steps: tuple[HumanStep, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class OwnedNumber:
    """`tag`: ours, or whatever stands in its place. `trunk_id`: the carrier's, "" for a number that leads nowhere."""

    remote_id: str
    number: str
    tag: str
    trunk_id: str = ""
    monthly: Money | None = None


# -- trunks -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SipTarget:
    """Where a carrier is to send calls: a name or an address of ours."""

    host: str
    port: int = 5060
    transport: Transport = "tcp"


@dataclass(frozen=True)
class TrunkSpec:
    """A trunk as it is to be, both ways. `sources`: our addresses as CIDR, where the carrier lets in by address."""

    tag: str
    name: str
    targets: tuple[SipTarget, ...]
    username: str = ""
    password: str = field(default="", repr=False)
    sources: tuple[str, ...] = ()
    secure: bool = False  # SRTP, and TLS where the carrier ties them together
    refer: bool = False
    caller_names: bool = False  # CNAM of those who call


@dataclass(frozen=True)
class RemoteTrunk:
    """A trunk as it is at the carrier. `host`: where our calls go. `differs`: fields of the spec that are otherwise;
    only `ensure_trunk` and `observe_trunk`, which know a spec, fill it. `username`, `password`: what our calls must log
    in with, where the carrier chooses them; "" means those of the spec. Such a password is told once, by the
    `ensure_trunk` that made it: whoever asked for the trunk keeps it."""

    remote_id: str
    tag: str
    name: str
    host: str
    transports: tuple[Transport, ...]
    differs: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()  # fields that this carrier has no switch for
    steps: tuple[HumanStep, ...] = ()
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class CarrierCall:
    """`sip_call_id`: "" where the carrier does not tell it. `price` is None until it is rated."""

    remote_id: str
    direction: CallDirection
    calling: str
    called: str
    began_at: datetime
    seconds: int
    sip_call_id: str = ""
    price: Money | None = None


class Carrier(Protocol):
    """One account. `async with` it: it holds connections."""

    capabilities: Capabilities

    async def __aenter__(self) -> Carrier: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def check(self) -> None:
        """Asks the cheapest question that needs the keys."""
        ...

    async def search(self, query: NumberQuery) -> Sequence[Offer]: ...

    async def buy(self, number: str, tag: str) -> Order:
        """Looks first whether it is ours already, or ordered: then nothing is bought. Sends the purchase at most once;
        Unavailable afterwards means that nobody knows, and the next `buy` finds out."""
        ...

    async def order(self, number: str, tag: str) -> Order | None:
        """What has become of `buy`; None when nothing was bought or ordered under this tag."""
        ...

    def numbers(self) -> AsyncIterator[OwnedNumber]:
        """All that the account has, page by page."""
        ...

    async def tag_number(self, number: OwnedNumber, tag: str) -> None:
        """Takes over one that was bought elsewhere."""
        ...

    async def assign(self, number: OwnedNumber, trunk: RemoteTrunk, spec: TrunkSpec) -> None:
        """Calls to the number come through the trunk from now on. Again is nothing."""
        ...

    async def unassign(self, number: OwnedNumber) -> None: ...

    async def release(self, number: OwnedNumber) -> None:
        """Gives it back for good. What is gone already counts as released."""
        ...

    async def trunks(self) -> Sequence[RemoteTrunk]:
        """All that the account has, with whatever stands in the place of our tag."""
        ...

    async def observe_trunk(self, spec: TrunkSpec) -> RemoteTrunk | None:
        """The one with this tag, and in what it differs; changes nothing. Raises BadInput for a spec that this carrier
        has no form for, as `ensure_trunk` does, before anything is asked."""
        ...

    async def ensure_trunk(self, spec: TrunkSpec) -> RemoteTrunk:
        """Makes what is missing and repairs what differs, piece by piece, each looked up before it is made."""
        ...

    async def delete_trunk(self, trunk: RemoteTrunk) -> None:
        """With all pieces that `ensure_trunk` has made. Raises Conflict while a number is assigned to it."""
        ...

    def calls(self, since: datetime) -> AsyncIterator[CarrierCall]:
        """The carrier's own records of calls, the oldest first."""
        ...

    def sources(self) -> Sequence[str]:
        """From where this carrier's calls come, as CIDR; empty where it does not publish that."""
        ...

    def check_webhook(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Is it signed by this carrier for this account? `url`: the public one, never that of the request. Raises
        NotAuthenticated."""
        ...
