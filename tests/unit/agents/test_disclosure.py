"""What an agent may tell a caller, by who vouches for the caller's number."""

from __future__ import annotations

from agents.demo_profile import DEMO_PROFILE
from agents.disclosure import PRIVATE, caution, for_caller
from agents.profile import AgentProfile
from agents.speech.dialogue import ASK_DIGITS, Heard, next_move
from agents.speech.phrasebook import shipped
from compliance.caller_trust.weigh import STANDINGS

PROFILE = AgentProfile.model_validate({**DEMO_PROFILE, "id": "agt_1"})
PAY, HOURS = [Heard("I want to pay my bill")], [Heard("what are your opening hours")]
LIMITED, NONE = {"gateway.disclosure": "limited"}, {"gateway.disclosure": "none"}


def test_a_caller_who_may_be_told_everything_meets_the_agent_as_it_is() -> None:
    assert for_caller(PROFILE, {"gateway.callerTrust": "A"}) is PROFILE


def test_a_caller_who_may_be_told_less_hears_nothing_about_an_account() -> None:
    narrowed = for_caller(PROFILE, LIMITED)
    assert next_move(PROFILE, PAY).tool == ASK_DIGITS
    assert (next_move(narrowed, PAY).say, next_move(narrowed, PAY).tool) == (PRIVATE, "")
    assert next_move(narrowed, HOURS) == next_move(PROFILE, HOURS)
    assert "any person or account" in narrowed.instructions and narrowed.instructions.startswith(PROFILE.instructions)


def test_a_caller_who_may_be_told_nothing_hears_nothing() -> None:
    narrowed = for_caller(PROFILE, NONE)
    assert {next_move(narrowed, turns).say for turns in (PAY, HOURS)} == {PRIVATE}
    assert not [entry.tool for entry in narrowed.dialogue if entry.tool]


def test_a_label_is_for_the_models_eyes_and_for_the_human_who_is_told() -> None:
    labelled = {"gateway.callerTrust": "failed", "gateway.callerLabel": "the signature is wrong: it was copied"}
    narrowed = for_caller(PROFILE, labelled)
    assert "the signature is wrong: it was copied" in narrowed.instructions
    assert narrowed.dialogue == PROFILE.dialogue
    assert caution(labelled) == "The signature on the caller's number is wrong"
    assert caution({"gateway.callerTrust": "failed"}) == ""


def test_the_embedded_voice_can_say_all_of_it() -> None:
    texts = [PRIVATE, *(f"{text}." for text in STANDINGS.values())]
    assert shipped().missing(texts) == []
