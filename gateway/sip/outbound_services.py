"""What every call out of a node shares, besides what all legs share."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.sip.dial_address import HostAddresses
from gateway.sip.outbound_gate import OutboundGate
from gateway.sip.services import NodeServices
from gateway.sip.wire.ua import UserAgent


@dataclass(frozen=True)
class OutboundServices:
    node: NodeServices
    gate: OutboundGate
    agent: UserAgent
    hosts: HostAddresses
