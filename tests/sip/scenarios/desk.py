"""What stands behind the node: a control plane that judges by number, and an agent for each call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
from google.protobuf.duration_pb2 import Duration
from livekit import api, rtc

from gateway.calls.admission import AdmissionVerdict, LegPolicy
from gateway.kernel.tasks import TaskSet
from tests.integration.sip_node.callee import THEIRS
from tests.integration.sip_node.fakes import EchoAgent, FakeControlPlane
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.scenarios.sipp import Sipp

PATIENCE_S = 60.0
RINGS = "+15105550101"  # in the trunk, but no agent ever comes
LOCKED = "+15105550102"  # a trunk with a password
UNKNOWN = "+15105559999"  # in no trunk
ENCRYPTED = "+15105550103"  # encrypted audio only
GUARDED = "+15105550104"  # a rule with a PIN
DISCREET = "+15105550105"  # a rule that hides the caller's number, and says things of its own
SHORT = "+15105550106"  # ended after two seconds
BRIEF = "+15105550107"  # may ring for one second, and nobody comes
PIN = "2468"
USERNAME, PASSWORD = "carrier", "right"

NEVER = LegPolicy(agent_wait_s=3600.0)
VERDICTS = {
    RINGS: AdmissionVerdict(verdict="accept", policy=NEVER),
    UNKNOWN: AdmissionVerdict(verdict="reject", sip_code=404, slug="unknown_number"),
    ENCRYPTED: AdmissionVerdict(
        verdict="accept", policy=LegPolicy.model_validate({"agent_wait_s": 3600.0, "media": {"encryption": "require"}})
    ),
}
ACCEPT = AdmissionVerdict(verdict="accept", policy=NEVER)
ENDS = ("leg_left", "invite_refused", "dial_failed")


class Desk(FakeControlPlane):
    """`verdicts` by called number; who is not named there is accepted, and an agent comes that echoes."""

    def __init__(self, switchboard: Switchboard) -> None:
        super().__init__()
        self.verdicts = dict(VERDICTS)
        self.unattended = {RINGS, THEIRS, BRIEF}
        self._switchboard = switchboard
        self._agents: dict[str, asyncio.Future[EchoAgent]] = {}
        self._coming = TaskSet()
        self._seen = 0

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/admissions"):
            called = httpx.Response(200, content=request.content).json()["pii"]["dnis"]
            self.verdict = self.verdicts.get(called, ACCEPT)
        response = await super()._handle(request)
        for fact in self.facts[self._seen :]:
            self._look_at(fact)
        self._seen = len(self.facts)
        return response

    def _look_at(self, fact: dict[str, Any]) -> None:
        call_id = fact["call_id"]
        if fact["kind"] == "leg_joined" and self._asked(call_id)["pii"]["dnis"] not in self.unattended:
            self._coming.start(self._come(call_id, fact["room"]), name="agent:come")
        elif fact["kind"] == "leg_left" and call_id in self._agents:
            self._coming.start(self._go(call_id), name="agent:go")

    def _asked(self, call_id: str) -> dict[str, Any]:
        return next(asked for asked in reversed(self.asked) if asked["call_id"] == call_id)

    async def _come(self, call_id: str, room: str) -> None:
        agent = EchoAgent(self._switchboard, f"agent-{call_id}")
        await agent.join(room)
        self._agent(call_id).set_result(agent)

    async def _go(self, call_id: str) -> None:
        await (await self._agent(call_id)).leave()

    def _agent(self, call_id: str) -> asyncio.Future[EchoAgent]:
        return self._agents.setdefault(call_id, asyncio.get_running_loop().create_future())

    # -- what a test asks -------------------------------------------------------------------------------------

    async def call(self, sip_call_id: str) -> str:
        """Our id of an admitted call."""

        def found() -> str | None:
            return next((a["call_id"] for a in self.asked if a.get("sip_call_id") == sip_call_id), None)

        return await self._once(found, f"admission of {sip_call_id}")

    async def asked_since(self, count: int) -> str:
        """Our id of the first call that was admitted after the `count` before."""
        return await self._once(lambda: self.asked[count]["call_id"] if len(self.asked) > count else None, "a call")

    async def agent(self, sip_call_id: str) -> EchoAgent:
        return await asyncio.wait_for(asyncio.shield(self._agent(await self.call(sip_call_id))), PATIENCE_S)

    async def fact_of(self, call_id: str, *kinds: str, count: int = 1) -> dict[str, Any]:
        """The `count`th fact of these kinds about a call, once it is there."""

        def found() -> dict[str, Any] | None:
            told = [fact for fact in self.facts if fact["call_id"] == call_id and fact["kind"] in kinds]
            return told[count - 1] if len(told) >= count else None

        return await self._once(found, f"{count} {' or '.join(kinds)}")

    async def end_of(self, sip_call_id: str) -> dict[str, Any]:
        """The last fact about an admitted call."""
        return await self.fact_of(await self.call(sip_call_id), *ENDS)

    async def refusal_of(self, sip_call_id: str) -> dict[str, Any]:
        """The record of an INVITE that was not let in."""

        def found() -> dict[str, Any] | None:
            return next((fact for fact in self.facts if fact.get("sip_call_id") == sip_call_id), None)

        return await self._once(found, f"refusal of {sip_call_id}")

    def pressed(self, call_id: str) -> list[tuple[str, str]]:
        """(method, key) of every press."""
        told = [f for f in self.facts if f["call_id"] == call_id and f["kind"] == "digit_pressed"]
        return [(fact["transport"], fact["pii"]["digit"]) for fact in told]

    async def send_agent(self, sip_call_id: str, *, when: Callable[[], bool] = lambda: True) -> None:
        """To a call that nobody would come to, as soon as `when` says so."""
        call_id = await self.call(sip_call_id)
        joined = await self.fact_of(call_id, "leg_joined")
        await self._once(lambda: when() or None, "the time for an agent")
        await self._come(call_id, joined["room"])

    async def saw(self, sipp: Sipp, text: str, count: int = 1) -> None:
        """SIPp has sent or received this so often."""
        await self._once(lambda: (sipp.trace().count(text) >= count) or None, f"{count} × {text}")

    async def close_room(self, room: str) -> None:
        async with self._switchboard.livekit_api() as lk:
            await lk.room.delete_room(api.DeleteRoomRequest(room=room))

    async def _once(self, question: Any, what: str) -> Any:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while (answer := question()) is None:
            assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}"
            await asyncio.sleep(0.02)
        return answer

    async def close(self) -> None:
        assert self.refused == []
        await self._coming.close()
        here = [coming.result() for coming in self._agents.values() if coming.done() and not coming.cancelled()]
        for agent in here:
            if agent.room.connection_state == rtc.ConnectionState.CONN_CONNECTED:
                await agent.leave()


async def add_trunks(switchboard: Switchboard) -> None:
    await switchboard.add_trunk_and_rule(numbers=[NUMBER, RINGS, ENCRYPTED])
    await switchboard.add_trunk_and_rule(numbers=[LOCKED], credentials=(USERNAME, PASSWORD))

    await switchboard.add_trunk_and_rule(numbers=[SHORT], max_call_duration=Duration(seconds=2))
    await switchboard.add_trunk_and_rule(numbers=[BRIEF], ringing_timeout=Duration(seconds=1))
    guarded = await switchboard.add_trunk_and_rule(numbers=[GUARDED], rule=False)
    await switchboard.add_rule(guarded, pin=PIN)
    discreet = await switchboard.add_trunk_and_rule(numbers=[DISCREET], rule=False)
    await switchboard.add_rule(discreet, hide_phone_number=True, attributes={"team": "blue"}, metadata="m1")


__all__ = [
    "BRIEF", "DISCREET", "ENCRYPTED", "GUARDED", "LOCKED", "NUMBER", "PASSWORD", "PIN", "RINGS", "SHORT", "UNKNOWN",
    "USERNAME", "Desk", "add_trunks",
]  # fmt: skip
