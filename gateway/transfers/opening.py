"""What transfers are carried out with, over LiveKit; for the composition root."""

from __future__ import annotations

from gateway.calls.service import Calls
from gateway.livekit.calling import LiveKitCalling
from gateway.livekit.client import LiveKitClient
from gateway.livekit.confirmations import RecordedConfirmations
from gateway.livekit.either_switch import EitherSwitch
from gateway.livekit.isolation import PhonesApart
from gateway.livekit.leg_switch import LegSwitch
from gateway.livekit.permission_switch import PermissionSwitch
from gateway.livekit.referring import LiveKitReferring
from gateway.transfers.agent_line import RoomAgentLine
from gateway.transfers.humans import AnyHumans, Phones
from gateway.transfers.operators import Operators
from gateway.transfers.referring import Refers
from gateway.transfers.run import TransferServices


def transfer_services(calls: Calls, livekit: LiveKitClient) -> TransferServices:
    ours = LegSwitch(calls.rooms, calls.tokens, RecordedConfirmations(calls.begin))
    apart = PhonesApart(calls.rooms, EitherSwitch(ours, PermissionSwitch(livekit)))
    phones = Phones(calls.begin, LiveKitCalling(livekit), calls.rooms, calls.clock)
    operators = Operators(calls.runner, calls.begin, calls.rooms, calls.clock)
    humans = AnyHumans(calls.begin, phones, operators)
    agent = RoomAgentLine(calls.rooms, calls.tokens)
    referring = Refers(calls.begin, LiveKitReferring(livekit))
    return TransferServices(calls.runner, calls.begin, calls.clock, apart, humans, agent, referring)
