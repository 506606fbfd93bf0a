"""What is recorded when a transfer begins with a REFER: the caller's own phone is asked to call the human."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.calls.transfer_facts import OfTransfer

ReferEnd = Literal["done", "refused", "failed", "barred", "unknown"]


class ReferPlaced(OfTransfer):
    """Recorded before it is sent: whoever finds it never sends it again."""

    kind: Literal["refer_placed"] = "refer_placed"
    target_id: str


class ReferEnded(OfTransfer):
    """What LiveKit told of it, where the SIP node does not report `transfer_ended` itself.

    `done`: the caller is there. `refused`: the far end takes no REFER. `failed`: it took it, and the target was not
    reached. `barred`: we do not let calls go there. `unknown`: nobody said in time.
    """

    kind: Literal["refer_ended"] = "refer_ended"
    outcome: ReferEnd
    sip_code: int | None = Field(default=None)


ReferFact = ReferPlaced | ReferEnded
