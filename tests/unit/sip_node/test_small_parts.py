"""The pure parts of the node: attributes, agent watch, endings, loss policies, prompts."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.calls.admission import LegPolicy
from gateway.calls.slugs import SENTENCES
from gateway.kernel.errors import NotFound
from gateway.sip import prompts
from gateway.sip.agent_watch import AgentWatch
from gateway.sip.attributes import LegIdentity, header_attributes, leg_attributes
from gateway.sip.bus import channels
from gateway.sip.endings import CODES, ending
from gateway.sip.loss_policy import LossPolicies

LEG = LegIdentity("call_1", "SCL_1", "abc@host", "tag1", "host.example")


def test_channels_are_named_as_psrpc_names_them() -> None:
    assert channels.requests("IOInfo", "GetSIPTrunkAuthentication") == "IOInfo|GetSIPTrunkAuthentication|REQ"
    assert channels.requests("SIPInternal", "TransferSIPParticipant", "SCL-1") == (
        "SIPInternal|TransferSIPParticipant|SCLu+002d1|REQ"
    )
    assert channels.claims("IOInfo", "CLI_9") == "IOInfo|CLI_9|CLAIM"


def test_a_leg_has_the_attributes_of_livekit_sip_and_ours_beside_them() -> None:
    rule = {"sip.phoneNumber": "+1", "sip.trunkID": "ST_1", "sip.hostname": "", "tier": "gold"}
    made = leg_attributes(LEG, rule, {"gateway.number": "num_1", "sip.callID": "forged"}, {"sip.h.x-a": "1"})
    assert made == {
        "sip.callID": "SCL_1",
        "sip.callIDFull": "abc@host",
        "sip.callTag": "tag1",
        "sip.callStatus": "ringing",
        "sip.phoneNumber": "+1",
        "sip.trunkID": "ST_1",
        "sip.hostname": "host.example",
        "sip.h.x-a": "1",
        "tier": "gold",
        "gateway.callID": "call_1",
        "gateway.number": "num_1",
    }


def test_a_hidden_number_hides_the_host_too() -> None:
    assert "sip.hostname" not in leg_attributes(LEG, {}, {}, {})


def test_headers_become_attributes_only_as_the_trunk_asks() -> None:
    headers = [("X-Tier", "1"), ("X-Tier", "2"), ("Subject", "hi")]
    assert header_attributes(headers, {}, 0) == {}
    assert header_attributes(headers, {}, 1) == {"sip.h.x-tier": "1"}
    assert header_attributes(headers, {"subject": "topic"}, 2) == {
        "sip.h.x-tier": "1",
        "sip.h.subject": "hi",
        "topic": "hi",
    }


class TestAgentWatch:
    def test_an_agent_that_falls_silent_is_lost_once(self) -> None:
        watch = AgentWatch()
        watch.alive("agent-1", 0.0)
        assert watch.overdue(2.4) == []
        assert [lost.reason for lost in watch.overdue(2.6)] == ["silent"]
        watch.alive("agent-1", 2.7)
        assert watch.overdue(9.0) == []
        assert watch.left("agent-1", is_agent=True) is None

    def test_an_agent_that_leaves_is_lost_even_if_it_never_gave_a_sign(self) -> None:
        watch = AgentWatch()
        assert watch.left("agent-1", is_agent=True) == ("agent-1", "left")
        assert watch.left("agent-1", is_agent=True) is None

    def test_others_may_come_and_go(self) -> None:
        assert AgentWatch().left("supervisor", is_agent=False) is None

    def test_our_own_absence_is_not_the_agents(self) -> None:
        watch = AgentWatch()
        watch.alive("agent-1", 0.0)
        watch.forgive(5.0)
        assert watch.overdue(7.0) == []


def test_every_ending_has_a_sentence_and_a_reason_from_outside_is_not_believed() -> None:
    assert set(CODES) <= set(SENTENCES)
    assert ending("over_capacity").headers == {"Retry-After": "5"}
    assert ending("no such slug", "agent").slug == "completed"


def test_loss_policies_outlive_the_node(tmp_path: Path) -> None:
    path = tmp_path / "sip" / "loss.json"
    policy = LegPolicy(on_control_plane_loss="accept", max_duration_s=60)
    LossPolicies(path).remember("ST_1", policy)
    again = LossPolicies(path)
    assert again.of("ST_1") == policy
    assert again.of("ST_2").on_control_plane_loss == "reject"
    path.write_text("{broken")
    assert LossPolicies(path).of("ST_1").on_control_plane_loss == "reject"


def test_the_prompts_can_be_heard() -> None:
    for name in prompts.names():
        frames = prompts.frames_of(name)
        assert {len(frame) for frame in frames} == {160}
        assert max(int(frame.max()) for frame in frames) > 3000
    assert prompts.DEFAULT in prompts.names()
    with pytest.raises(NotFound):
        prompts.frames_of("../secret")
