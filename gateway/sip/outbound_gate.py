"""May this be dialled? The control plane says; when it says nothing, nothing is dialled."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.calls.facts import NumbersPii
from gateway.calls.participants import ASKED_BY
from gateway.sip.bus.sip_internal import DialAsked
from gateway.sip.control_plane import ControlPlane
from gateway.sip.dial_plan import DialPlan
from gateway.sip.endings import Ending, Turned, ending

PATIENCE_S = 2.0  # nobody hears silence yet; the database may be busy
UNNAMED = "livekit_api"  # whoever holds a key of LiveKit's
LONGEST_NAME = 100


@dataclass(frozen=True)
class OutboundGate:
    control_plane: ControlPlane
    node: str

    async def admit(self, call_id: str, asked: DialAsked, plan: DialPlan) -> AdmissionVerdict:
        """The verdict that lets the call out. Raises Turned."""
        verdict = await self.control_plane.admission(
            AdmissionAsked(
                call_id=call_id,
                direction="outbound",
                sip_call_id="",
                transport="udp" if plan.transport == "udp" else "tls" if plan.transport == "tls" else "tcp",
                node=self.node,
                livekit_trunk_id=asked.trunk_id,
                pii=NumbersPii(
                    ani=plan.from_user, dnis=plan.dialled, to_user="" if plan.to_user == plan.dialled else plan.to_user
                ),
                asked_by=(asked.attributes.get(ASKED_BY) or UNNAMED)[:LONGEST_NAME],
                max_duration_s=asked.max_duration_s,
            ),
            within_s=PATIENCE_S,
        )
        return _accepted(verdict)

    async def admit_transfer(
        self, call_id: str, transfer_id: str, dialled: str, *, outbound: bool, asked_by: str = UNNAMED
    ) -> AdmissionVerdict:
        """The verdict that lets a call go on at `dialled`. Raises Turned."""
        verdict = await self.control_plane.admission(
            AdmissionAsked(
                call_id=call_id,
                direction="outbound" if outbound else "inbound",
                sip_call_id="",
                node=self.node,
                purpose="transfer",
                transfer_id=transfer_id,
                pii=NumbersPii(dnis=dialled),
                asked_by=asked_by,
            ),
            within_s=PATIENCE_S,
        )
        return _accepted(verdict)


def _accepted(verdict: AdmissionVerdict | None) -> AdmissionVerdict:
    if verdict is None:
        raise Turned(ending("control_plane_lost"))
    if verdict.verdict != "accept":
        headers = {"Retry-After": str(verdict.retry_after_s)} if verdict.retry_after_s else {}
        raise Turned(Ending("gateway", verdict.slug or "rejected", verdict.sip_code or 403, headers, recorded=True))
    return verdict
