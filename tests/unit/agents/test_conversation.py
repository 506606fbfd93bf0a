"""What a conversation makes of a finished turn before its model sees it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents.attempt import Attempt
from agents.conversation import Conversation
from agents.demo_profile import DEMO_PROFILE
from agents.profile import AgentProfile
from agents.speech.brain import ScriptedBrain
from tests.unit.agents.obeying import Obeying


@pytest.mark.parametrize(("consent_takes", "model", "noted"), [(False, True, 1), (True, True, 1), (False, False, 0)])
def test_a_wish_not_to_be_called_is_noted_for_a_model_whoever_else_heeds_the_turn(
    consent_takes: bool, model: bool, noted: int
) -> None:
    profile, opted = AgentProfile.model_validate({**DEMO_PROFILE, "id": "agt_1"}), list[str]()
    session = SimpleNamespace(llm=Obeying() if model else ScriptedBrain(profile))
    given = cast(
        "Any",
        (
            SimpleNamespace(room=None),
            None,
            SimpleNamespace(on_free_key=None),
            SimpleNamespace(opted_out=opted.append),
            session,
            profile,
            None,
            SimpleNamespace(heard=lambda words: consent_takes),
            None,
        ),
    )
    conversation = Conversation(*given, attempt=Attempt(attempt_id="att_1"))
    assert conversation.heard("Stop calling me, please.") is consent_takes
    assert conversation.heard("And my order?") is consent_takes
    assert len(opted) == noted
