"""Who there is: one line per carrier. A carrier's code is loaded when somebody has an account there."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from gateway.kernel.errors import BadInput
from trunks.carriers.registry import Registered

KINDS: dict[str, str] = {
    "twilio": "trunks.carriers.twilio.registered",
    "telnyx": "trunks.carriers.telnyx.registered",
    "wavix": "trunks.carriers.wavix.registered",
    "own": "trunks.carriers.own.registered",
}


@cache
def registered(kind: str) -> Registered:
    """Raises BadInput for one that nobody knows."""
    if kind not in KINDS:
        raise BadInput(
            f"there is no kind of carrier named {kind}", code="carrier.kind", field="kind",
            todo=f"choose one of {', '.join(KINDS)}",
        )  # fmt: skip
    return import_module(KINDS[kind]).REGISTERED
