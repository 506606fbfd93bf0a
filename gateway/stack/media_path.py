"""A real RTP stream both ways between two of our endpoints on loopback; no microphone, no SIP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np

from gateway.sip.rtp.clock import MediaClock
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.sdp import MediaChoice
from gateway.stack.ports import PortAllocator

FRAMES = 25  # half a second of 20 ms frames


@dataclass(frozen=True)
class MediaPathReport:
    sent: int
    received_there: int
    received_back: int

    @property
    def both_ways(self) -> bool:
        return min(self.received_there, self.received_back) >= FRAMES * 0.8

    def sentence(self) -> str:
        return f"RTP on loopback: {self.received_there}/{self.sent} packets there, {self.received_back}/{self.sent} back"
