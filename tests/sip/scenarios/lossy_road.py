"""A road between a user agent and SIPp that loses packets in both directions, by a seeded dice.

The same packet gets lost three times at most: that all of a message's repeats are lost is no fault of either side.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter

Address = tuple[str, int]


MOST = 3


class LossyRoad(asyncio.DatagramProtocol):
    """What comes to `port` goes to `to`, or gets lost; answers go back to whoever sent last."""

    def __init__(self, to: Address, percent: int, seed: int = 4) -> None:
        self.to, self._percent, self._dice = to, percent, random.Random(seed)
        self._other: Address = ("", 0)
        self.lost = 0
        self._times: Counter[bytes] = Counter()

    async def open(self, host: str) -> int:
        """The port that it listens on."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))
        return self._transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if addr != self.to:
            self._other = addr
        if self._times[data] < MOST and self._dice.random() * 100 < self._percent:
            self._times[data] += 1
            self.lost += 1
        else:
            self._transport.sendto(data, self._other if addr == self.to else self.to)

    def close(self) -> None:
        self._transport.close()
