"""RFC 4475 against the parser, the transaction layer and the user agent, on a virtual clock."""

from __future__ import annotations

import pytest

from gateway.sip.wire.message import Malformed, Message, Request, Response, parse
from gateway.sip.wire.sdp import MediaChoice, choose
from gateway.sip.wire.ua import IncomingCall
from gateway.sip.wire.uri import parse_name_address, split_list, uri_of
from tests.unit.sip_wire.peer import Peer, a_peer_of, pick_up, status_of, tag_of, user_agent
from tests.unit.sip_wire.torture import MESSAGES, THE_49, Torture
from tests.unit.sip_wire.virtual import on_virtual_clock


def read(message: Message) -> dict[str, str]:
    """What the torture messages ask about, in plain words."""
    sender, called = (parse_name_address(message.get(name)) for name in ("From", "To"))
    choice = choose(message.body)
    contacts = split_list(message.all("Contact"))
    return {
        "user": uri_of(message.uri).user if isinstance(message, Request) else "",
        "from": sender.display_name,
        "from user": uri_of(sender.uri).user,
        "to": called.display_name,
        "to user": uri_of(called.uri).user,
        "to tag": called.tag,
        "cseq": "{} {}".format(*message.cseq),
        "contact": parse_name_address(contacts[0]).display_name if contacts else "",
        "vias": str(len(split_list(message.all("Via")))),
        "route": uri_of(parse_name_address(message.get("Route")).uri).host if message.get("Route") else "",
        "media": str(choice.remote_port) if isinstance(choice, MediaChoice) else "",
    }


def test_the_table_has_all_49_messages_of_the_rfc() -> None:
    assert len({message.name for message in THE_49}) == len({message.section for message in THE_49}) == 49
    assert len(MESSAGES) == 58


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.says], ids=lambda m: m.name)
def test_it_is_read_as_it_was_meant(message: Torture) -> None:
    found = read(parse(message.raw))
    assert {name: found[name] for name in message.says} == message.says


class Callee:
    """Takes the whole call of an honest peer; another is turned away, and its offer must have been readable."""

    def __init__(self, honest: Peer | None = None) -> None:
        self.taken: list[str] = []
        self.honest = honest

    def take(self, call: IncomingCall) -> None:
        self.taken.append(call.sip_call_id)
        if self.honest and call.sip_call_id == self.honest.call_id:
            pick_up(call)
            return
        assert not call.offer or isinstance(choose(call.offer), MediaChoice)
        assert not call.check_digest("a", "b", "c").startswith("ok")
        call.reject(404)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.name)
def test_it_is_answered_as_it_should_and_a_call_is_set_up_afterwards(message: Torture) -> None:
    @on_virtual_clock
    async def run() -> None:
        callee = Callee()
        async with user_agent(callee.take) as agent, a_peer_of(agent) as peer, a_peer_of(agent) as honest:
            callee.honest = honest
            peer.send(message.raw)
            answers = await all_of(peer)
            handed_up = [message.call_id] if message.outcome == "call" else []
            assert callee.taken == handed_up
            if message.outcome == "dropped":
                assert answers == []
            else:
                final = {answer for answer in answers if status_of(answer) >= 200}
                assert len(final) == 1, answers  # repeated for want of an ACK, but the same
                assert status_of(answers[-1]) == (404 if handed_up else message.outcome)
                assert message.has in answers[-1]
                assert has_a_tag(answers[-1], message)
            await a_whole_call(honest)
            assert callee.taken == [*handed_up, honest.call_id]
            assert agent.counters.get("unreadable", 0) == 0

    run()


def has_a_tag(answer: str, message: Torture) -> bool:
    """Where a To that can be read was there to be tagged."""
    request = parse(message.raw)
    try:
        parse_name_address(request.get("To"))
    except ValueError:
        return True
    return bool(parse_name_address(parse(answer.encode("utf-8", "surrogateescape")).get("To")).tag)


async def all_of(peer: Peer) -> list[str]:
    """All that comes, until nothing has come for longer than any timer runs."""
    found: list[str] = []
    while True:
        try:
            found.append(await peer.next(within=100.0))
        except TimeoutError:
            return found


async def a_whole_call(peer: Peer) -> None:
    peer.send(peer.invite())
    await peer.status(100)
    await peer.status(180)
    answer = await peer.status(200)
    peer.ack(answer)
    peer.send(peer.request("BYE", cseq=2, to_tag=tag_of(answer)))
    await peer.status(200)


def test_responses_are_read_or_refused_before_anybody_looks_for_their_transaction() -> None:
    by_name = {message.name: message.raw for message in THE_49}
    for name, reason in (("unreason", "= 2**3 * 5**2 но сто девяносто девять - простое"), ("noreason", "")):
        response = parse(by_name[name])
        assert isinstance(response, Response)
        assert response.reason == reason
    with pytest.raises(Malformed):
        parse(by_name["bigcode"])
    with pytest.raises(ValueError, match="CSeq"):
        _ = parse(by_name["scalarlg"]).cseq


def test_requests_with_the_magic_and_no_branch_are_not_taken_for_one_another() -> None:
    @on_virtual_clock
    async def run() -> None:
        async with user_agent() as agent, a_peer_of(agent) as peer:
            for number in range(2):
                peer.send(peer.request("OPTIONS", Call_ID=f"other{number}", Via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"))
                assert f"Call-ID: other{number}" in await peer.status(200)

    run()
