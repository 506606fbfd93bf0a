"""The last fact of a call out, whichever way it ended."""

from __future__ import annotations

from gateway.calls.facts import DialFailed, InviteRefused, LegLeft, NumbersPii
from gateway.sip.dial_plan import DialPlan
from gateway.sip.endings import Ending
from gateway.sip.outbound_leg import OutboundLeg
from gateway.sip.services import NodeServices


def record_end(
    services: NodeServices, call_id: str, plan: DialPlan, leg: OutboundLeg | None, how: Ending, *, admitted: bool
) -> None:
    """`admitted`: the control plane has let it out, and so has a record of it that is open."""
    if leg is not None:
        leg.keys.close()
    if leg is not None and leg.answered:
        services.facts.record(LegLeft, call_id, ended_by=how.ended_by, slug=how.slug, rtp=leg.stats)
    elif admitted:
        if leg is not None:
            leg.state.failed(how.code, how.phrase or how.slug)
        services.facts.record(
            DialFailed,
            call_id,
            ended_by=how.ended_by,
            slug=how.slug,
            sip_code=how.code,
            carrier=how.carrier,
            retry_after_s=how.retry_after_s,
        )
    elif not how.recorded:  # nobody said in time whether it may
        services.facts.record(
            InviteRefused,
            call_id,
            direction="outbound",
            sip_call_id="",
            node=services.node,
            sip_code=how.code,
            slug=how.slug,
            pii=NumbersPii(ani=plan.from_user, dnis=plan.dialled),
        )
