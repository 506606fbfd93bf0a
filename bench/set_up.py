"""From INVITE to the first sound, one call at a time, beside a loopback UDP echo and a bare WebRTC caller."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench.caller import greeted_call
from bench.figures import Series, against
from bench.stack import BenchStack
from bench.webrtc_caller import greeted_webrtc_call


class _Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


class _Waiting(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.answered.done():
            self.answered.set_result(data)


async def udp_echo_ms() -> float:
    """There and back between two sockets of this process: what the machine itself costs."""
    loop = asyncio.get_running_loop()
    echo, _ = await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", 0))
    asking, waiting = await loop.create_datagram_endpoint(_Waiting, remote_addr=echo.get_extra_info("sockname"))
    began = time.perf_counter()
    asking.sendto(bytes(700))
    await waiting.answered
    took = (time.perf_counter() - began) * 1000
    echo.close()
    asking.close()
    return took


async def measure(stack: BenchStack, rounds: int, tick: Callable[[str], None]) -> list[Series]:
    """Per round one echo, one SIP call, one WebRTC caller."""
    echo = Series("loopback UDP echo")
    ringing, answer = Series("INVITE to 180"), Series("INVITE to 200", aim="<= 250")
    greeting = Series("INVITE to first greeting audio", aim="<= 450")
    peer = Series("peer: WebRTC join to first greeting audio")
    for number in range(rounds + 1):
        tick(f"set-up {number}/{rounds}")
        echo_ms = await udp_echo_ms()
        marks = await greeted_call(stack.uri, stack.rtp_ports)
        other = await greeted_webrtc_call(stack.room)
        if number == 0:
            continue  # the first call after a start pays for what is loaded once
        echo.add(echo_ms)
        ringing.add(marks.ringing_ms)
        answer.add(marks.answer_ms)
        greeting.add(marks.greeting_ms)
        peer.add(other.greeting_ms)
    return [echo, ringing, answer, greeting, peer, against(greeting, peer)]
