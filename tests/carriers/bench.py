"""What the contract of all carriers needs of each: a double, an account at it, and hands that change things there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.carriers.double import Double
from trunks.carriers.port import Carrier, SipTarget, TrunkSpec
from trunks.carriers.registry import Registered

TAG = "gw:contract:trk_1"
AREA = "415"
FREE = ("+14155550100", "+14155550101", "+14155550102")  # what every double has on its shelf


def spec(**fields: object) -> TrunkSpec:
    """A trunk that any carrier can make, but for the given fields."""
    usual: dict[str, object] = {
        "tag": TAG, "name": "Support line", "username": "gateway1", "password": "Correct horse 9 battery",
        "targets": (SipTarget("sip.example.com"), SipTarget("sip2.example.com", 5070)),
        "sources": ("192.0.2.0/30", "198.51.100.7/32"), "refer": True, "caller_names": True,
    }  # fmt: skip
    return TrunkSpec(**{**usual, **fields})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Spoiled:
    """Something that a person has changed at the carrier by hand. `field`: where the spec is not met any more."""

    name: str
    do: Callable[[], object]
    field: str


class Bench(ABC):
    """`purchase`: method and path (a regular expression) of the request that spends money. `fields`: of the spec, which
    this carrier cannot do at all and names as `unsupported`. `no_form`: specs that it has no form for, and which field
    is at fault."""

    registered: Registered
    double: Double
    purchase: tuple[str, str]
    unsupported: frozenset[str] = frozenset()
    no_form: tuple[tuple[TrunkSpec, str], ...]
    prices = True  # does it say what a number costs before it is bought?

    @abstractmethod
    def open(self, elsewhere: Mapping[str, str], *, wrong_keys: bool = False) -> Carrier:
        """An account whose wire does not keep a pace and hardly pauses."""

    @abstractmethod
    def keys(self) -> dict[str, str]:
        """Of the account, as somebody gives them to the gateway."""

    # -- numbers --------------------------------------------------------------------------------------------------

    @abstractmethod
    def shelve(self, number: str) -> None:
        """It is for sale from now on."""

    @abstractmethod
    def sold(self) -> list[str]:
        """Every purchase that went through, in order."""

    @abstractmethod
    def taken(self, number: str) -> None:
        """Somebody else buys it."""

    @abstractmethod
    def own(self, number: str, name: str) -> None:
        """The account has it already, under this name."""

    @abstractmethod
    def owns(self, number: str) -> bool: ...

    @abstractmethod
    def assigned(self, number: str) -> bool:
        """Do calls to this number come to us?"""

    @abstractmethod
    def ask_papers(self, number: str) -> None:
        """From now on it is sold only to those whose papers are approved."""

    @abstractmethod
    def file_papers(self, looks: int) -> None:
        """A person has filed them; they are approved when somebody has looked that often."""

    # -- trunks ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def pieces(self) -> list[str]:
        """One word for each object that belongs to trunks, whoever made it, in no order."""

    @abstractmethod
    def add_trunk(self, name: str) -> None:
        """A person makes one by hand."""

    @abstractmethod
    def add_twin(self) -> None:
        """A person makes one with the same tag as the one trunk there is."""

    @abstractmethod
    def spoiled(self) -> list[Spoiled]:
        """What may be changed by hand at the one trunk there is."""

    @abstractmethod
    def forget_trunk(self) -> None:
        """A person deletes the one trunk there is."""

    # -- the rest -------------------------------------------------------------------------------------------------

    @abstractmethod
    def add_call(self, began_at: datetime, *, inbound: bool, price: str | None) -> None:
        """A call of 61 seconds through the trunk; `price` in US dollars."""

    @abstractmethod
    def small_pages(self) -> None:
        """No more than three rows on a page from now on."""

    @abstractmethod
    def forbid(self) -> None:
        """The keys lose the right to buy."""

    @abstractmethod
    def sign(self, url: str, body: bytes) -> dict[str, str]:
        """Headers of a webhook to `url` as the carrier would send it now."""


Make = Callable[[], Bench]
