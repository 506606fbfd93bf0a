"""Bad input and trouble: each gets the right answer on the wire and one plain sentence in the call log."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.demo.provision import DEMO_NUMBER
from tests.sip.raw import PCMU_OFFER, RawPeer, status_of
from tests.sip.stack import RunningStack


@pytest.fixture
def peer(stack: RunningStack) -> RawPeer:
    return RawPeer((stack.sip_host, stack.sip_port))


def log_entry(stack: RunningStack, peer: RawPeer) -> dict[str, str]:
    """The termination of the peer's call; it must be in the log within a second of the final response."""
    return stack.ended_call(peer.call_id, patience=5.0)["termination"]


@pytest.fixture(scope="session")
def password_number(stack: RunningStack) -> str:
    """A number behind a trunk with digest credentials."""
    number = "+15105550181"
    agent = stack.get("/v1/agents")["data"][0]["id"]
    trunk = stack.post(
        "/v1/inbound-trunks",
        {"name": "with password", "auth_username": "alice", "auth_password": "wonderland"},
    )["id"]
    stack.post("/v1/numbers", {"number": number, "inbound_trunk_id": trunk})
    stack.post("/v1/dispatch-rules", {"name": "password", "trunk_ids": [trunk], "agent_id": agent})
    in_sync(stack)
    return number


@pytest.fixture(scope="session")
def elsewhere_number(stack: RunningStack) -> str:
    """A number whose trunk allows only an address that is not ours."""
    number = "+15105550182"
    agent = stack.get("/v1/agents")["data"][0]["id"]
    trunk = stack.post("/v1/inbound-trunks", {"name": "elsewhere", "allowed_addresses": ["198.51.100.7"]})["id"]
    stack.post("/v1/numbers", {"number": number, "inbound_trunk_id": trunk})
    stack.post("/v1/dispatch-rules", {"name": "elsewhere", "trunk_ids": [trunk], "agent_id": agent})
    in_sync(stack)
    return number


@pytest.fixture(scope="session")
def ruleless_number(stack: RunningStack) -> str:
    """A number on a trunk that no rule names."""
    number = "+15105550183"
    trunk = stack.post("/v1/inbound-trunks", {"name": "no rule", "allowed_addresses": ["127.0.0.0/8"]})["id"]
    stack.post("/v1/numbers", {"number": number, "inbound_trunk_id": trunk})
    in_sync(stack)
    return number


def in_sync(stack: RunningStack) -> None:
    for resource in ("inbound-trunks", "dispatch-rules"):
        stack.until(lambda r=resource: stack.get(f"/v1/{r}/sync")["in_sync"], f"{resource} in sync")


def test_invite_unknown_number_expect_404(stack: RunningStack, peer: RawPeer) -> None:
    assert status_of(peer.ask(peer.invite("+15105559999"))) == 404
    assert log_entry(stack, peer)["slug"] == "unknown_number"


def test_invite_no_rule_expect_404(stack: RunningStack, peer: RawPeer, ruleless_number: str) -> None:
    assert status_of(peer.ask(peer.invite(ruleless_number))) == 404
    assert log_entry(stack, peer)["slug"] == "no_rule"


def test_invite_wrong_password_expect_one_challenge_then_403(
    stack: RunningStack, peer: RawPeer, password_number: str
) -> None:
    challenge = peer.ask(peer.invite(password_number))
    assert status_of(challenge) in (401, 407)
    peer.ack(challenge, password_number)
    line = peer.authorization(challenge, password_number, "alice", "looking-glass")
    branch = f"z9hG4bK{secrets.token_hex(8)}"
    peer.responses.clear()
    final = peer.ask(peer.invite(password_number, cseq=2, branch=branch, extra=line))
    assert status_of(final) == 403
    assert log_entry(stack, peer)["slug"] == "wrong_password"


def test_invite_right_password_expect_200(stack: RunningStack, peer: RawPeer, password_number: str) -> None:
    challenge = peer.ask(peer.invite(password_number))
    peer.ack(challenge, password_number)
    line = peer.authorization(challenge, password_number, "alice", "wonderland")
    branch = f"z9hG4bK{secrets.token_hex(8)}"
    peer.responses.clear()
    answer = peer.ask(peer.invite(password_number, cseq=2, branch=branch, extra=line))
    assert status_of(answer) == 200
    peer.ack(answer, password_number, cseq=2)
    assert status_of(peer.bye(answer, password_number, cseq=3)) == 200
    assert log_entry(stack, peer)["slug"] == "completed"


def test_invite_from_address_not_allowed_expect_403(stack: RunningStack, peer: RawPeer, elsewhere_number: str) -> None:
    assert status_of(peer.ask(peer.invite(elsewhere_number))) == 403
    assert log_entry(stack, peer)["slug"] == "source_not_allowed"


def test_invite_without_common_codec_expect_488(stack: RunningStack, peer: RawPeer) -> None:
    offer = PCMU_OFFER.replace("RTP/AVP 0 101", "RTP/AVP 111").replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:111 AMR/8000")
    assert status_of(peer.ask(peer.invite(DEMO_NUMBER, offer=offer))) == 488
    assert log_entry(stack, peer)["slug"] == "no_codec"


def test_malformed_and_oversized_invites_are_refused_or_dropped_and_the_node_lives(
    stack: RunningStack, peer: RawPeer
) -> None:
    whole = peer.invite(DEMO_NUMBER)
    peer.send(whole.replace("CSeq: 1 INVITE", "CSeq: one INVITE"))
    response = peer.receive(5.0)
    assert response is None or status_of(response) == 400
    peer.send(whole[: len(whole) // 3])
    with pytest.raises(OSError, match="Message too long"):
        peer.send(whole + "x" * 70_000)
    peer.send(whole.replace("Max-Forwards: 70\r\n", "Max-Forwards: 70\r\nX-Pad: " + "x" * 40_000 + "\r\n"))
    call_and_hang_up(stack)


def test_a_thousand_garbage_datagrams_and_a_call_still_sets_up(stack: RunningStack, peer: RawPeer) -> None:
    for number in range(1000):
        peer.send(secrets.token_bytes(1 + number % 1200))
    call_and_hang_up(stack)


def test_a_hostile_via_or_sdp_port_does_not_close_the_socket(stack: RunningStack, peer: RawPeer) -> None:
    for via in (
        "SIP/2.0/UDP 127.0.0.1:99999;branch=z9hG4bKa",
        "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKb;rport=70000",
        "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKc;received=\x00",
        "SIP/2.0/UDP [::1]:-1;branch=z9hG4bKd",
    ):
        peer.send(peer.invite(DEMO_NUMBER, via=via))
        peer.send(peer.request("OPTIONS", DEMO_NUMBER, via=via))
    peer.branch = "z9hG4bK" + secrets.token_hex(8)
    peer.call_id = secrets.token_hex(8)
    peer.responses.clear()
    offer = PCMU_OFFER.replace("m=audio {port}", "m=audio 99999")
    assert status_of(peer.ask(peer.invite(DEMO_NUMBER, offer=offer))) in (400, 488)
    call_and_hang_up(stack)


def test_a_retransmitted_invite_is_one_call(stack: RunningStack, peer: RawPeer) -> None:
    invite = peer.invite(DEMO_NUMBER)
    for _ in range(5):
        peer.send(invite)
    answer = peer.until_status(200)
    peer.ack(answer, DEMO_NUMBER)
    peer.send(invite)  # late, after the answer
    assert status_of(peer.bye(answer, DEMO_NUMBER)) == 200
    log_entry(stack, peer)
    assert len([call for call in stack.calls() if call["sip_call_id"] == peer.call_id]) == 1


def test_a_caller_who_hangs_up_while_it_rings_gets_487_and_leaves_no_agent(stack: RunningStack, peer: RawPeer) -> None:
    peer.send(peer.invite(DEMO_NUMBER))
    peer.until_status(180)
    peer.send(peer.request("CANCEL", DEMO_NUMBER))
    peer.until_status(487)
    peer.ack(peer.responses[-1], DEMO_NUMBER)
    entry = log_entry(stack, peer)
    assert (entry["slug"], entry["ended_by"]) == ("caller_cancelled", "caller")


def test_two_calls_from_one_number_get_two_rooms(stack: RunningStack) -> None:
    peers = [RawPeer((stack.sip_host, stack.sip_port)) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda p: p.ask(p.invite(DEMO_NUMBER)), peers))
    for peer, answer in zip(peers, answers, strict=True):
        assert status_of(answer) == 200
        peer.ack(answer, DEMO_NUMBER)
    rooms = {(stack.call_of(peer.call_id) or {})["pii"]["room"] for peer in peers}
    assert len(rooms) == 2
    for peer, answer in zip(peers, answers, strict=True):
        peer.bye(answer, DEMO_NUMBER)
        assert log_entry(stack, peer)["slug"] == "completed"


def call_and_hang_up(stack: RunningStack) -> None:
    with RawPeer((stack.sip_host, stack.sip_port)) as caller:
        answer = caller.ask(caller.invite(DEMO_NUMBER))
        assert status_of(answer) == 200
        caller.ack(answer, DEMO_NUMBER)
        assert status_of(caller.bye(answer, DEMO_NUMBER)) == 200
        assert stack.ended_call(caller.call_id)["termination"]["slug"] == "completed"
