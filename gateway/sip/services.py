"""What every leg of a node shares."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.capture.tokeniser import Tokeniser
from gateway.calls.fact_sender import FactSender
from gateway.kernel.role_tokens import RoleTokens
from gateway.kernel.tasks import TaskSet
from gateway.settings import Settings
from gateway.sip.bus.io_info import IoInfo
from gateway.sip.gate import Gate
from gateway.sip.rtp.ports import PortPool


@dataclass(frozen=True)
class NodeServices:
    settings: Settings
    node: str  # the name of this start of the node
    io_info: IoInfo
    gate: Gate
    facts: FactSender
    ports: PortPool
    tokens: RoleTokens
    background: TaskSet  # what may outlive its call by a moment
    tokeniser: Tokeniser | None = None  # without one nothing is captured

    @property
    def advertised_host(self) -> str:
        return self.settings.sip.advertised_host or self.settings.sip.host
