"""A turn with providers of fixed delays: what is above their sum is ours; and how soon the agent falls silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.caller import measured_call
from bench.figures import Series, against
from bench.stack import BenchStack
from bench.webrtc_caller import measured_webrtc_call


async def measure(
    stack: BenchStack, line: Path, floor_ms: int, rounds: int, tick: Callable[[str], None]
) -> list[Series]:
    """Per round one SIP call and one WebRTC call to the same agent, in turn."""
    reply = Series("end of speech to reply audio")
    over = Series(f"the same over the floor of {floor_ms}", aim="<= 200")
    stop = Series("barge-in: first word to silence")
    peer_reply, peer_stop = Series("peer: end of speech to reply audio"), Series("peer: barge-in")
    for number in range(rounds + 1):
        tick(f"turns {number}/{rounds}")
        ours = await measured_call(stack.uri, line, stack.rtp_ports)
        peer = await measured_webrtc_call(stack.room, line)
        if number == 0:
            continue
        reply.add(ours.reply_ms)
        over.add(None if ours.reply_ms is None else ours.reply_ms - floor_ms)
        stop.add(ours.stop_ms)
        peer_reply.add(peer.reply_ms)
        peer_stop.add(peer.stop_ms)
    return [reply, over, stop, peer_reply, peer_stop, against(reply, peer_reply), against(stop, peer_stop)]
