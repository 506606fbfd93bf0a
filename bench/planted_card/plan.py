"""What each call does with its card, by seed. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

from tests.redaction.spoken import card_number

# captured: keyed while the gateway captures. early: keyed before the capture, then again in it. asked: where the agent
# asks for an account number. unasked: when nobody asked. slowly: in groups of four, seconds apart. spoken, spoken
# slowly: said where the agent asks. abandoned: hung up in the middle of a capture. typed: somebody at a desk writes it
# to the agent, and as a note for a human.
Form = Literal["captured", "early", "asked", "unasked", "slowly", "spoken", "spoken slowly", "abandoned", "typed"]
FORMS: tuple[Form, ...] = (
    "captured", "early", "asked", "unasked", "slowly", "spoken", "spoken slowly", "abandoned", "typed",
)  # fmt: skip
KILLED = ("recorder", "worker-1", "worker-2", "control-plane", "sip-node")


@dataclass(frozen=True)
class Planted:
    """`kills`: who dies while the digits are under way; "" for nobody."""

    place: int
    form: Form
    card: str = field(repr=False)
    kills: str = ""


def plan(count: int, seed: int, *, kill_each: int = 5) -> list[Planted]:
    """Every form in turn, each with a card of its own; every `kill_each`-th call has a process killed."""
    dice = random.Random(seed)
    cards: set[str] = set()
    while len(cards) < count:
        card = card_number(dice)
        if len(card) >= 14:
            cards.add(card)
    order = sorted(cards)
    dice.shuffle(order)
    killed = iter(dice.sample(KILLED * count, count))
    return [
        Planted(
            place, FORMS[place % len(FORMS)], card,
            next(killed) if place % kill_each == kill_each - 1 else "",
        )
        for place, card in enumerate(order)
    ]  # fmt: skip
