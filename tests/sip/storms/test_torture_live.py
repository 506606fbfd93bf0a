"""RFC 4475 over real sockets to a running node: answered as the table says, and a call is set up afterwards."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from tests.integration.sip_node.caller import Caller
from tests.sip.scenarios.desk import Desk
from tests.sip.storms.honest import whole_call
from tests.sip.storms.live_node import HOST, PATIENCE_S, LiveNode
from tests.sip.storms.stranger import Stranger
from tests.unit.sip_wire.peer import header, status_of
from tests.unit.sip_wire.torture import MESSAGES, Outcome, Torture

pytestmark = pytest.mark.asyncio(loop_scope="session")

# On a stream nobody can say where such a message ends.
ENDLESS = {"ncl", "mcl01", "inv2543"}
SHORT = "clerr"  # the stream goes on until its length is reached


def as_another(message: Torture) -> Torture:
    """The same message, but of another transaction and call."""
    lines = [re.sub(r"z9hG4bK(?=[-\w])", "z9hG4bKs", line) for line in message.lines]
    return replace(message, lines=[line.replace("torture.example", "stream.example") for line in lines])


def expected(message: Torture, *, stream: bool) -> Outcome:
    if stream and message.name in ENDLESS:
        return "dropped"
    if stream and message.name == SHORT:
        return "call"
    return message.outcome


def wrong(message: Torture, finals: list[int], desk: Desk, begin: int, *, stream: bool = False) -> str:
    """What does not fit the table; empty if all does. `begin`: how many calls the control plane knew before."""
    wanted = expected(message, stream=stream)
    asked = message.call_id in [one["sip_call_id"] for one in desk.asked[begin:]]
    due = {"call": [404], "dropped": []}[wanted] if isinstance(wanted, str) else [wanted]
    if finals == due and asked == (wanted == "call"):
        return ""
    return f"{message.name}: {finals} {'and' if asked else 'not'} asked about, wanted {wanted}"


async def test_each_datagram_is_answered_as_it_should_and_a_call_is_set_up_afterwards(
    node: LiveNode, desk: Desk, callers: list[Caller]
) -> None:
    begin, faults = len(desk.asked), list[str]()
    for message in MESSAGES:
        with Stranger(node.port) as stranger:
            stranger.throw(message.raw)
            await stranger.seen()
            await stranger.settled()
            faults.append(wrong(message, sorted(stranger.answered.elements()), desk, begin))
    assert [fault for fault in faults if fault] == []
    await whole_call(callers[0], node)


async def test_each_stream_is_answered_or_closed_as_it_should_and_a_call_is_set_up_afterwards(
    node: LiveNode, desk: Desk, callers: list[Caller]
) -> None:
    begin, faults = len(desk.asked), list[str]()
    for message in MESSAGES:
        other = as_another(message)
        faults.append(wrong(other, await answers_on_a_stream(node.port, other), desk, begin, stream=True))
    assert [fault for fault in faults if fault] == []
    await whole_call(callers[0], node)


async def answers_on_a_stream(port: int, message: Torture) -> list[int]:
    """The final answers to it, until the answer to the OPTIONS behind it or the end of the stream."""
    reader, writer = await asyncio.open_connection(HOST, port)
    filler = b" " * (9999 - len(message.body)) if message.name == SHORT else b""
    finals: list[int] = []
    probe = (
        f"OPTIONS sip:{HOST} SIP/2.0\r\nVia: SIP/2.0/TCP {HOST};branch=z9hG4bK-end-{message.name}\r\n"
        f"From: <sip:a@{HOST}>;tag=1\r\nTo: <sip:{HOST}>\r\nCall-ID: the-end\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            writer.write(message.raw + filler)
            if expected(message, stream=True) == "dropped":
                writer.write(probe.encode())
            while True:
                text = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
                if header(text, "Call-ID") == "the-end":
                    return sorted(finals)
                if status_of(text) >= 200 and (
                    not header(text, "Call-ID") or header(text, "Call-ID") == message.call_id
                ):
                    finals.append(status_of(text))
                    writer.write(probe.encode())
    except (asyncio.IncompleteReadError, ConnectionError):
        return sorted(finals)
    except TimeoutError:
        raise AssertionError(f"{message.name}: neither an answer nor an end of the stream") from None
    finally:
        writer.close()
