"""What there is: in our database, at carriers. Names stand for ids, as in the file it is compared with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from trunks.carriers.port import HumanStep, NumberQuery, Offer, OwnedNumber


@dataclass(frozen=True)
class CarrierSeen:
    """`sells`: numbers are bought there; else all are ours already. `owned`: by number. `sources`: CIDR."""

    id: str
    name: str
    kind: str
    sells: bool
    owned: Mapping[str, OwnedNumber] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    keys: Mapping[str, Any] = field(default_factory=dict)  # of kind own only, where nothing is secret


@dataclass(frozen=True)
class TrunkSeen:
    """`there`: the carrier's id, None when it is not at the carrier. `inbound`, `outbound`: their fields as in REST,
    None where there is no such side; both have an `id`."""

    name: str
    carrier: str
    there: str | None
    differs: tuple[str, ...]
    unsupported: tuple[str, ...]
    steps: tuple[HumanStep, ...]
    host: str
    spec: Mapping[str, Any]
    inbound: Mapping[str, Any] | None
    outbound: Mapping[str, Any] | None


@dataclass(frozen=True)
class NumberSeen:
    """`carrier`, `trunk`: names, "" for none. `standing`: active or ordered."""

    id: str
    number: str
    name: str
    carrier: str
    trunk: str
    standing: str
    tag: str


@dataclass(frozen=True)
class Named:
    """An agent or a rule with its fields as in REST; a rule's `trunks` are ids."""

    id: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Observed:
    """`twice`: agents and rules whose name is not theirs alone, as `agent reception`."""

    carriers: Mapping[str, CarrierSeen]
    trunks: Mapping[str, TrunkSeen]
    numbers: Sequence[NumberSeen]
    agents: Mapping[str, Named]
    rules: Mapping[str, Named]
    twice: frozenset[str] = frozenset()
    in_livekit: bool = True

    def number(self, name: str, number: str | None = None) -> NumberSeen | None:
        """By the number itself, where it is known; else by name."""
        if number:
            return next((one for one in self.numbers if one.number == number), None)
        return next((one for one in self.numbers if one.name == name), None)

    def fingerprint(self) -> str:
        """The same as long as nothing has changed that a plan stands on; prices are not in it."""
        carriers = {
            name: {
                "id": one.id,
                "owned": {number: (own.tag, own.trunk_id) for number, own in sorted(one.owned.items())},
                "keys": dict(one.keys),
            }
            for name, one in sorted(self.carriers.items())
        }
        trunks = {name: asdict(one) for name, one in sorted(self.trunks.items())}
        numbers = [asdict(one) for one in sorted(self.numbers, key=lambda one: one.id)]
        named = {
            kind: {name: asdict(one) for name, one in sorted(found.items())}
            for kind, found in (("agents", self.agents), ("rules", self.rules))
        }
        text = json.dumps([carriers, trunks, numbers, named], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


Offers = Mapping[NumberQuery, Sequence[Offer]]
