"""May this INVITE come in? Trunk, password, admission, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict, LegPolicy
from gateway.calls.facts import NumbersPii
from gateway.kernel.errors import Unavailable
from gateway.sip.bus.io_info import CallAsked, IoInfo, TrunkFound
from gateway.sip.caller_words import identity_headers_of, invite_pii_of
from gateway.sip.control_plane import ControlPlane
from gateway.sip.endings import Challenged, Ending, Turned, ending
from gateway.sip.loss_policy import LossPolicies
from gateway.sip.wire.ua import IncomingCall

TRANSPORTS: dict[str, Literal["udp", "tcp", "tls"]] = {"udp": "udp", "tcp": "tcp", "tls": "tls"}


@dataclass(frozen=True)
class Admitted:
    trunk_id: str
    policy: LegPolicy
    attributes: dict[str, str]
    admitted_by: Literal["control_plane", "loss_policy"]
    challenge: Literal["", "press_key", "pin"] = ""


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
                invite_pii=invite_pii_of(call),
                identity_headers=identity_headers_of(call),
            )
        )
        step("admission")
        return self._without_control_plane(trunk) if verdict is None else self._by_verdict(trunk, verdict)

    async def knows_pin(self, call_id: str, keys: str) -> bool:
        """Of the callers for whom nobody vouches well enough; nobody knows it while the control plane is away."""
        return await self.control_plane.challenge(call_id, keys)

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
            return Admitted(trunk.trunk_id, verdict.policy, verdict.attributes, "control_plane", verdict.challenge)
        if verdict.verdict == "accept":
            raise Turned(ending("no_trunk"))
        headers = {"Retry-After": str(verdict.retry_after_s)} if verdict.retry_after_s else {}
        code = verdict.sip_code or (302 if verdict.verdict == "redirect" else 403)
        if verdict.contacts:
            headers["Contact"] = ", ".join(f"<{contact}>" for contact in verdict.contacts)
        if verdict.reasons:
            headers["Reason"] = ", ".join(verdict.reasons)
        slug = verdict.slug or "blocked"
        raise Turned(Ending("gateway", slug, code, headers, recorded=True, phrase=verdict.phrase))
