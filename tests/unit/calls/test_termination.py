"""Who ended a call, and with which slug."""

from __future__ import annotations

import pytest

from gateway.calls.call import Call
from gateway.calls.slugs import SENTENCES
from gateway.calls.termination import make, termination_of
from tests.unit.calls.story import Facts, Playbook


def call_with_hangup(asked_by: str, reason: str = "completed") -> Call:
    f = Facts()
    call = Playbook().play(f.admitted(), f.joined(), f.hangup(5, asked_by, reason)).call  # pyright: ignore[reportArgumentType]
    assert call
    return call


def test_a_leg_we_took_out_belongs_to_who_asked_for_it() -> None:
    ended = termination_of(call_with_hangup("human"), Facts().left(6, "gateway", "room_closed"))
    assert ended and (ended.ended_by, ended.slug) == ("human", "completed")


def test_a_caller_who_is_faster_than_the_hangup_ended_the_call() -> None:
    ended = termination_of(call_with_hangup("human"), Facts().left(6, "caller", "completed"))
    assert ended and ended.ended_by == "caller"


def test_another_failure_after_a_hangup_keeps_its_slug() -> None:
    ended = termination_of(call_with_hangup("agent"), Facts().left(6, "gateway", "media_timeout"))
    assert ended and (ended.ended_by, ended.slug) == ("gateway", "media_timeout")


def test_an_admission_that_lets_the_call_in_ends_nothing() -> None:
    assert termination_of(None, Facts().admitted()) is None


@pytest.mark.parametrize(("party", "slug"), [("caller", "completed"), ("gateway", "internal_error")])
def test_a_slug_outside_the_vocabulary(party: str, slug: str) -> None:
    assert make(party, "bored", None).slug == slug  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("slug", SENTENCES)
def test_every_slug_has_a_sentence(slug: str) -> None:
    assert make("gateway", slug, None).sentence.endswith(".")
