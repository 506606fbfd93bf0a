"""What a call out says about its trunk, and whether another one may be tried: only where nothing can have rung."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.calls import facts as f
from gateway.calls.call import Call
from gateway.calls.trunk_verdict import may_go_elsewhere, verdict_on_trunk
from tests.unit.calls.story import Facts, Playbook


def ended(
    slug: str, code: int | None, *, carrier: str = "no", rang: bool = False, after_s: float = 5.0, **who: Any
) -> Call:
    facts = Facts()
    told: list[Any] = [facts.invite(direction="outbound"), facts.admitted(direction="outbound", trunk_id="trk_1")]
    if rang:
        told.append(f.DialProgress(**facts._env(1, "node:1"), sip_code=180))
    given = {"ended_by": "carrier", "slug": slug, "sip_code": code, "carrier": carrier} | who
    told.append(f.DialFailed(**facts._env(after_s, "node:1"), **given))
    call = Playbook().play(*told).call
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("slug", "code", "expected"),
    [
        ("unreachable", 503, "next"),
        ("unreachable", 500, "next"),
        ("carrier_limit", 429, "next"),
        ("no_answer", 408, "next"),
        ("rejected", 403, "ours"),
        ("rejected", 401, "ours"),
        ("rejected", 407, "ours"),
        ("carrier_limit", 402, "ours"),
    ],
)
def test_a_trunk_that_did_not_take_the_call_counts_and_another_may_be_tried(
    slug: str, code: int, expected: str
) -> None:
    call = ended(slug, code)
    found = verdict_on_trunk(call)
    assert found is not None and found.verdict == expected and found.counts_against and f"({code})" in found.words
    assert may_go_elsewhere(call)


@pytest.mark.parametrize(
    ("slug", "code"),
    [("busy", 486), ("busy", 600), ("declined", 603), ("unreachable", 604), ("unreachable", 404), ("unreachable", 484),
     ("no_answer", 480), ("no_answer", 487), ("blocked", 607), ("blocked", 603)],
)  # fmt: skip
def test_the_callees_answer_is_the_last_word_and_the_trunk_works(slug: str, code: int) -> None:
    call = ended(slug, code)
    found = verdict_on_trunk(call)
    assert found is not None and found.verdict == "works"
    assert not may_go_elsewhere(call)


def test_a_connection_that_nobody_took_is_the_trunks_failure() -> None:
    assert may_go_elsewhere(ended("unreachable", 503, carrier=""))


@pytest.mark.parametrize(("slug", "code"), [("unreachable", 503), ("rejected", 403)])
def test_what_rang_is_never_dialled_again_whatever_came_then(slug: str, code: int) -> None:
    call = ended(slug, code, rang=True)
    assert verdict_on_trunk(call) is not None and not may_go_elsewhere(call)


def test_silence_until_our_own_time_is_up_says_nothing_about_what_happened_there() -> None:
    long, short = (ended("no_answer", 408, carrier="", ended_by="callee", after_s=s) for s in (25.0, 6.0))
    found = verdict_on_trunk(long)
    assert found is not None and found.counts_against
    assert verdict_on_trunk(short) != found and not (may_go_elsewhere(long) or may_go_elsewhere(short))


@pytest.mark.parametrize("slug", ["dial_cancelled", "livekit_unavailable", "node_lost", "internal_error", "no_codec"])
def test_what_ended_at_our_own_side_blames_no_trunk(slug: str) -> None:
    call = ended(slug, 503, ended_by="gateway")
    found = verdict_on_trunk(call)
    assert found is not None and not found.counts_against and not may_go_elsewhere(call)


@pytest.mark.parametrize(
    ("slug", "code", "elsewhere"),
    [("over_capacity", 503, True), ("call_rate", 503, True), ("spend_cap", 402, True),
     ("country_not_allowed", 403, True), ("emergency_number", 403, False), ("premium_number", 403, False)],
)  # fmt: skip
def test_what_we_did_not_let_out_may_go_by_a_trunk_that_has_room_but_nowhere_if_it_is_barred(
    slug: str, code: int, elsewhere: bool
) -> None:
    facts = Facts()
    call = Playbook().play(facts.invite(direction="outbound"), facts.turned_away(slug, code)).call
    assert call is not None and may_go_elsewhere(call) is elsewhere
    found = verdict_on_trunk(call)
    assert found is not None and not found.counts_against


def test_a_call_that_is_on_and_has_shown_no_sign_yet_says_nothing() -> None:
    facts = Facts()
    call = Playbook().play(facts.invite(direction="outbound"), facts.admitted(direction="outbound")).call
    assert call is not None and verdict_on_trunk(call) is None and not may_go_elsewhere(call)
