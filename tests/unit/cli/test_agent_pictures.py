"""An agent in a terminal."""

from __future__ import annotations

from agents.flows.choice import FlowChoice
from agents.profile import AgentContent
from gateway.cli.agent_pictures import picture_of

WHEN = {
    "name": "when",
    "ask": "Which day?",
    "fields": [{"name": "day", "type": "date"}, {"name": "hour", "type": "time", "ask": "When?"}],
    "then": [{"go": "thanks"}],
}
FLOW = {
    "name": "appointment",
    "when": "somebody wants one",
    "phrases": ["an appointment"],
    "states": [WHEN, {"name": "thanks", "ask": "Thank you."}],
}


def test_flows_are_shown_with_their_states_and_typed_fields() -> None:
    content = AgentContent(name="Office", greeting="Hello.", flows=[FlowChoice.model_validate(FLOW)])
    agent = {"id": "agent_1", **content.model_dump(mode="json")}
    version = {"n": 3, "published_at": "2026-11-22T20:00:00Z", "note": ""}
    shown = "\n".join(picture_of(agent, version, None))
    assert "appointment (an appointment): when: day (date), hour (time); thanks" in shown
    assert "3, published 2026-11-22 20:00" in shown
