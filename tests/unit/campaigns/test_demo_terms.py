"""The demonstration asks for what the REST API takes."""

from __future__ import annotations

from gateway.campaigns.schemas import CampaignAsked
from gateway.demo.campaign import TERMS
from gateway.kernel.ids import new_id


def test_the_terms_of_the_demonstration_are_valid() -> None:
    asked = CampaignAsked.model_validate(TERMS | {"agent_id": new_id("agt"), "trunk_id": new_id("trk")})
    assert set(asked.retries) == {"no_agent"} and asked.voicemail.message
