"""SIP over TCP against a running node, cut and glued as no well-meaning stack would: every message is answered once."""

from __future__ import annotations

import re

import pytest

from gateway.sip.node import SipNode
from tests.integration.sip_node.fakes import FakeControlPlane, agent_when_called
from tests.integration.switchboard import NUMBER, Switchboard
from tests.sip.foreign.plain_stream import SDP, plain_stream

PING, PONG = b"\r\n\r\n", b"\r\n"


def status_of(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


def call_of(answer: str) -> str:
    found = re.search(r"^Call-ID: *(\S+)", answer, re.M | re.I)
    assert found
    return found[1]


def tag_of(answer: str) -> str:
    found = re.search(r"^To:.*;tag=(\S+)", answer, re.M | re.I)
    assert found
    return found[1]


async def test_each_ping_gets_a_pong_alone_and_between_requests(node: SipNode) -> None:
    """RFC 5626 §3.5.1, and §18.3 of RFC 3261: empty lines before a message are no part of it."""
    async with plain_stream(node.port, NUMBER) as stream:
        await stream.send(PING)
        assert await stream.pong() == PONG
        await stream.send(PING, stream.request("OPTIONS", "after-a-ping"))
        assert await stream.pong() == PONG
        assert status_of(await stream.response()) == 200
        await stream.send(b"\r\n", stream.request("OPTIONS", "after-an-empty-line"))
        assert call_of(await stream.response()) == "after-an-empty-line"
        await stream.dribble(PING)
        assert await stream.pong() == PONG


async def test_requests_in_one_segment_are_all_answered(node: SipNode) -> None:
    async with plain_stream(node.port, NUMBER) as stream:
        calls = [f"glued-{number}" for number in range(20)]
        await stream.send(*(stream.request("OPTIONS", call) for call in calls))
        answers = [await stream.response() for _ in calls]
        assert [call_of(answer) for answer in answers] == calls
        assert {status_of(answer) for answer in answers} == {200}


@pytest.mark.parametrize("size", [1, 7, 300])
async def test_requests_that_are_cut_anywhere_are_answered(node: SipNode, size: int) -> None:
    """The pieces go across the borders of the messages."""
    async with plain_stream(node.port, NUMBER) as stream:
        calls = [f"cut-{number}" for number in range(3)]
        whole = b"".join(stream.request("OPTIONS", call) for call in calls)
        for at in range(0, len(whole), size):
            await stream.send(whole[at : at + size])
        answers = [await stream.response() for _ in calls]
        assert [(status_of(answer), call_of(answer)) for answer in answers] == [(200, call) for call in calls]


async def test_a_call_whose_messages_come_byte_by_byte_is_set_up_and_ended(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane
) -> None:
    await switchboard.add_trunk_and_rule()
    async with agent_when_called(switchboard), plain_stream(node.port, NUMBER) as stream:
        await stream.dribble(stream.request("INVITE", "slow", body=SDP))
        answer = await stream.final()
        assert status_of(answer) == 200 and "m=audio" in answer
        tag = tag_of(answer)
        await stream.dribble(stream.request("ACK", "slow", to_tag=tag))
        await stream.dribble(stream.request("BYE", "slow", cseq=2, to_tag=tag))
        assert status_of(await stream.final()) == 200
        left = await control_plane.fact("leg_left")
    assert (left["slug"], left["ended_by"]) == ("completed", "caller")
    assert len(control_plane.asked) == 1


async def test_a_message_without_its_length_ends_the_connection_and_no_other(node: SipNode) -> None:
    """On a stream nobody can tell where it ends (RFC 3261 §18.3)."""
    async with plain_stream(node.port, NUMBER) as good, plain_stream(node.port, NUMBER) as bad:
        endless = bad.request("OPTIONS", "endless").replace(b"Content-Length: 0\r\n", b"")
        await bad.send(endless)
        assert await bad.closed()
        await good.send(good.request("OPTIONS", "unharmed"))
        assert status_of(await good.response()) == 200
