"""A phone is shut and opened by what its own SIP node understands."""

from __future__ import annotations

from gateway.calls.ports import RoomParticipant
from gateway.livekit.either_switch import EitherSwitch
from gateway.livekit.isolation import Plays

OURS = RoomParticipant("sip_caller", "sip", {"gateway.callID": "call_1"})
OTHERS = RoomParticipant("sip_bridge", "sip", {"sip.callID": "SCL_1"})


class Noted:
    def __init__(self) -> None:
        self.done: list[str] = []

    async def shut(self, room: str, phone: RoomParticipant, plays: Plays | None) -> None:
        self.done.append(f"shut {phone.identity} {plays}")

    async def confide(self, room: str, phone: RoomParticipant, agent: str) -> None:
        self.done.append(f"confide {phone.identity} {agent}")

    async def open(self, room: str, phone: RoomParticipant) -> None:
        self.done.append(f"open {phone.identity}")


async def test_each_phone_in_a_mixed_room_is_switched_in_its_own_way() -> None:
    ours, others = Noted(), Noted()
    switch = EitherSwitch(ours, others)
    for phone in (OURS, OTHERS):
        await switch.shut("room", phone, "music")
        await switch.confide("room", phone, "agent-1")
        await switch.open("room", phone)
    assert ours.done == ["shut sip_caller music", "confide sip_caller agent-1", "open sip_caller"]
    assert others.done == ["shut sip_bridge music", "confide sip_bridge agent-1", "open sip_bridge"]
