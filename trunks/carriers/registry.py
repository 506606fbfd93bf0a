"""What a carrier tells of itself to be found by `kinds.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from trunks.carriers.capabilities import Capabilities
from trunks.carriers.port import Carrier


class Keys(BaseModel):
    """What a carrier lets in with. Never shown again."""

    model_config = ConfigDict(extra="forbid")


Elsewhere = Mapping[str, str]  # base URL of a double, by the real host


@dataclass(frozen=True)
class Registered:
    """`keys`: the model of what its accounts are opened with; `open` begins nothing yet."""

    kind: str
    capabilities: Capabilities
    keys: type[Keys]
    open: Callable[[Keys, Elsewhere], Carrier]
