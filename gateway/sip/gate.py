"""May this INVITE come in? Trunk, password, admission, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict, LegPolicy
from gateway.calls.facts import NumbersPii
from gateway.kernel.errors import Unavailable
from gateway.sip.bus.io_info import CallAsked, IoInfo, TrunkFound
from gateway.sip.control_plane import ControlPlane
from gateway.sip.endings import Challenged, Ending, Turned, ending
from gateway.sip.loss_policy import LossPolicies
from gateway.sip.wire.ua import IncomingCall

MOST_IDENTITY_HEADERS = 8
TRANSPORTS: dict[str, Literal["udp", "tcp", "tls"]] = {"udp": "udp", "tcp": "tcp", "tls": "tls"}


@dataclass(frozen=True)
class Admitted:
    trunk_id: str
    policy: LegPolicy
    attributes: dict[str, str]
    admitted_by: Literal["control_plane", "loss_policy"]


@dataclass(frozen=True)
class Gate:
    io_info: IoInfo
    control_plane: ControlPlane
    policies: LossPolicies
    realm: str
    node: str

    async def admit(
        self, call: IncomingCall, asked: CallAsked, call_id: str, numbers: NumbersPii, step: Callable[[str], None]
    ) -> Admitted:
        """Raises Turned, Challenged. `step` is told when a step is done."""
        try:
            trunk = await self.io_info.trunk_for(asked)
        except Unavailable as error:
            raise Turned(ending("livekit_unavailable")) from error
        self._check_password(call, trunk)
        step("auth")
        verdict = await self.control_plane.admission(
            AdmissionAsked(
                call_id=call_id,
                direction="inbound",
                sip_call_id=asked.sip_call_id,
                transport=TRANSPORTS[asked.transport],
                node=self.node,
                livekit_trunk_id=trunk.trunk_id,
                pii=numbers,
                identity_headers=[
                    value.encode("utf-8", "replace").decode()
                    for value in call.headers("Identity")[:MOST_IDENTITY_HEADERS]
                ],
            )
        )
        step("admission")
        return self._without_control_plane(trunk) if verdict is None else self._by_verdict(trunk, verdict)

    def _check_password(self, call: IncomingCall, trunk: TrunkFound) -> None:
        if not trunk.username:
            return
        realm = trunk.realm or self.realm
        outcome = call.check_digest(trunk.username, trunk.password, realm)
        if outcome in ("missing", "stale"):
            call.challenge(realm, stale=outcome == "stale")
            raise Challenged
        if outcome != "ok":
            raise Turned(ending("wrong_password"))

    def _without_control_plane(self, trunk: TrunkFound) -> Admitted:
        if not trunk.trunk_id:
            raise Turned(ending("no_trunk"))
        policy = self.policies.of(trunk.trunk_id)
        if policy.on_control_plane_loss == "reject":
            raise Turned(ending("control_plane_lost"))
        return Admitted(trunk.trunk_id, policy, {}, "loss_policy")

    def _by_verdict(self, trunk: TrunkFound, verdict: AdmissionVerdict) -> Admitted:
        if verdict.verdict == "accept" and trunk.trunk_id:
            self.policies.remember(trunk.trunk_id, verdict.policy)
            return Admitted(trunk.trunk_id, verdict.policy, verdict.attributes, "control_plane")
        if verdict.verdict == "accept":
            raise Turned(ending("no_trunk"))
        headers = {"Retry-After": str(verdict.retry_after_s)} if verdict.retry_after_s else {}
        code = verdict.sip_code or (302 if verdict.verdict == "redirect" else 403)
        if verdict.contacts:
            headers["Contact"] = ", ".join(f"<{contact}>" for contact in verdict.contacts)
        raise Turned(Ending("gateway", verdict.slug or "blocked", code, headers, recorded=True))
