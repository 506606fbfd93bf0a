"""Flows for tests: the appointment of docs/flows.md, and profiles around one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile

PAGE = Path(__file__).parents[4] / "docs" / "flows.md"
DESK = {"name": "desk", "target_id": "tgt_1"}
BOOK: dict[str, Any] = {
    "name": "book_visit",
    "when": "A visit is booked.",
    "python": "book",
    "parameters": {
        "type": "object",
        "properties": {
            "known": {"type": "boolean"},
            "surname": {"type": "string"},
            "day": {"type": "string", "format": "date"},
            "time": {"type": "string"},
        },
        "required": ["known", "day", "time"],
    },
}


def documented() -> dict[str, Any]:
    """The worked example, as a reader copies it: what stands between the fences behind its mark."""
    _, found, rest = PAGE.read_text().partition("<!-- example -->\n```yaml\n")
    assert found
    return yaml.safe_load(rest.partition("```")[0])


def appointment() -> dict[str, Any]:
    return documented()["flows"][0]


def profile(*flows: dict[str, Any], **fields: Any) -> AgentProfile:
    """An agent with these flows, a desk to send callers to, and a tool that books."""
    content = {**DEMO_PROFILE, "id": "agt_1", "transfers": [DESK], "tools": [BOOK], "flows": list(flows), **fields}
    return AgentProfile.model_validate(content)


def one_state(*fields: dict[str, Any], name: str = "taking", **state: Any) -> dict[str, Any]:
    """A flow that asks for these."""
    asked = [{"ask": f"What is {one['name']}?", **one} for one in fields]
    return {
        "name": name,
        "when": "They want it.",
        "phrases": [f"begin {name}"],
        "states": [{"name": "only", "fields": asked, **state}],
    }
