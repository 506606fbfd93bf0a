"""The judge of the chaos test finds what it is there to find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bench.chaos.figures import figures_of
from bench.chaos.judge import Seen, problems_of
from bench.chaos.plan import MOMENTS, VICTIMS, planned
from bench.chaos.sounds import Ears
from bench.tone_levels import FRAME, tone
from gateway.sip import prompts
from gateway.sip.ringback import Ringback
from gateway.sip.rtp.g711 import decode, encode

PLAN = planned(1, 1, 1)[0].transfers[0]
CLOSED = {"termination": {"sentence": "The call ended normally."}}


def event(kind: str, **body: Any) -> dict[str, Any]:
    return {"kind": kind, "repeated": False, "body": {"transfer_id": "xfer_1", **body}}


GOOD = [
    event("transfer_began"),
    event("attempt_placed", attempt_id="a"),
    event("transfer_joined", attempt_id="a"),
    event("transfer_settled", outcome="connected"),
]


def test_a_record_that_closes_and_settles_once_is_good() -> None:
    assert problems_of(Seen(PLAN, "human"), CLOSED, GOOD) == []
    assert problems_of(Seen(PLAN, "agent"), CLOSED, []) == []  # it never began


@pytest.mark.parametrize(
    ("call", "events", "found"),
    [
        ({"termination": None}, GOOD, "record open"),
        (CLOSED, GOOD[:3], "settled 0 times"),
        (CLOSED, [*GOOD, GOOD[3]], "settled 2 times"),
        (CLOSED, [*GOOD, event("transfer_joined", attempt_id="b")], "joined more than once"),
        (CLOSED, [*GOOD, GOOD[1]], "attempt placed 2 times"),
        (None, None, "no record"),
    ],
)
def test_a_bad_record_is_found(call: Any, events: Any, found: str) -> None:
    assert found in problems_of(Seen(PLAN, "human"), call, events)


def test_two_calls_to_one_human_or_two_humans_on_the_line_are_doubly_dialled() -> None:
    once, retransmitted = [["one"], ["two"], []], [["one", "one"], [], []]
    assert not Seen(PLAN, invites=once, joined_desks=1).doubly_dialled
    assert not Seen(PLAN, invites=retransmitted).doubly_dialled
    twice, both = Seen(PLAN, invites=[["one", "two"], [], []]), Seen(PLAN, invites=once, joined_desks=2)
    figures = figures_of([twice, both], {})
    assert figures.doubly_dialled == 2 and not figures.is_good


@pytest.mark.parametrize("left", [{}, {"rooms": 1}])
def test_a_storm_is_good_when_nobody_is_stranded_and_nothing_left(left: dict[str, int]) -> None:
    assert figures_of([Seen(PLAN, "agent"), Seen(PLAN, "cut")], left).is_good == (not left)
    assert not figures_of([Seen(PLAN)], {}).is_good


def test_the_same_seed_plans_the_same_and_every_process_dies_at_every_moment() -> None:
    assert planned(7, 50, 4) == planned(7, 50, 4) != planned(8, 50, 4)
    kills = [batch.kill for batch in planned(1, 2000, 4)]
    assert {(one.victim, one.moment) for one in kills} == {(who, when) for who in VICTIMS for when in MOMENTS}


def test_a_phone_tells_music_from_a_ringing_tone_a_prompt_a_tone_and_a_voice() -> None:
    ears, at = Ears(700.0, 900.0), 0.0

    def hear(frame: np.ndarray) -> None:
        nonlocal at
        at += 0.02
        ears.hear(decode("PCMU", encode("PCMU", frame.astype(np.int16))), at)

    ringing = Ringback("+15105550100")
    for frame in (*prompts.frames_of(prompts.HOLD_MUSIC)[:50], *(ringing.next_frame() for _ in range(50))):
        hear(frame)
    for frame in prompts.frames_of(prompts.DEFAULT)[20:70]:
        hear(frame)
    for place in range(50):
        hear(tone(900, 6000, FRAME, start=place * FRAME))
    words = prompts.frames_of("enter_pin")[10:60]  # of somebody else than the prompts that are listened for
    for frame in words:
        hear(frame)
    counts = ears.counts
    assert counts["ringback"] >= 48 and counts["tone"] >= 48
    assert ears.tone_since(0) == 900.0
    assert counts["music"] > 25 and counts["prompt"] > 25 and counts["voice"] > 20
