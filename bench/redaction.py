"""What the redactor leaves, what it takes without need, and what it costs: CPU of one core, one process.

Leaks and false redactions are counted over a corpus made from a seed (`tests/redaction/corpus.py`). The cost of a
segment depends on what is in it: talk without digits, talk with some, and card numbers, which are rare in calls; so
each has a figure, and so has the segment of a call in which they are 90, 8 and 2 of a hundred.

Run alone: `python -m bench.redaction`, with `--talks 50000` and `--seed 1` unless said.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence

from bench.figures import Series, show
from compliance.redaction.call import CallRedactor
from tests.redaction.checking import outcome
from tests.redaction.corpus import Talk, conversations

TALKS, SEED = 50_000, 1
TIMED = 400  # talks a round
DIGITLESS = (
    "Hello, I am calling about the letter that you sent me last week.",
    "Yes, that is right, and I would like to know what I can do about it now.",
    "No, thank you, that was all.",
    "Could you please put me through to somebody who knows about this?",
    "I moved in spring and nobody told the office, so it went to the old place.",
    "Guten Tag, ich habe eine Frage zu meinem letzten Brief von Ihnen.",
    "Sí, claro, ahora mismo se lo explico a usted.",
    "Bonjour, je voudrais parler avec quelqu'un de votre service.",
    "Está bem, muito obrigada pela ajuda.",
)


def count(talks: int, seed: int) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Per kind of talk: how many, how many with something left, how many with something taken without need."""
    all_, left, taken = Counter[str](), Counter[str](), Counter[str]()
    for talk in conversations(talks, seed):
        found = outcome(talk)
        all_[talk.kind] += 1
        left[talk.kind] += bool(found.left)
        taken[talk.kind] += bool(found.taken)
    return all_, +left, +taken


def per_segment(talks: Sequence[Talk]) -> float:
    """µs of CPU."""
    begin = time.process_time()
    for talk in talks:
        redactor = CallRedactor()
        for turn in talk.turns:
            redactor.take(turn.speaker, turn.text, turn.at_ms)
    return (time.process_time() - begin) / sum(len(talk.turns) for talk in talks) * 1e6


def measure(rounds: int, tick: Callable[[str], None]) -> list[Series]:
    """A part of the corpus for the cost of each kind of segment."""
    plain = [Talk("digitless", "") for _ in range(TIMED)]
    for talk in plain:
        for text in DIGITLESS:
            talk.say("caller", text)
    kinds = {
        "no digits": plain,
        "digits of other kinds": list(conversations(TIMED, SEED, innocents=1)),
        "card numbers": list(conversations(TIMED, SEED, innocents=0)),
    }
    found = {name: Series(f"redaction: {name}", unit="µs") for name in kinds}
    mixed = Series("redaction: a segment of a call", unit="µs", aim="<= 100")
    for number in range(rounds):
        tick(f"redaction, round {number + 1} of {rounds}")
        costs = {name: per_segment(talks) for name, talks in kinds.items()}
        for name, cost in costs.items():
            found[name].add(cost)
        mixed.add(0.9 * costs["no digits"] + 0.08 * costs["digits of other kinds"] + 0.02 * costs["card numbers"])
    return [*found.values(), mixed]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.redaction", description=__doc__)
    parser.add_argument("--talks", type=int, default=TALKS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    all_, left, taken = count(asked.talks, asked.seed)
    innocent = all_["innocent"]
    cards = all_.total() - innocent
    print(f"seed {asked.seed}: {all_.total()} talks of {len(all_)} kinds, {cards} of them with a card number")
    print(f"leaks: {left.total()} of {cards} (aim 0)")
    for kind, many in left.most_common():
        print(f"  {kind}: {many} of {all_[kind]}")
    print(
        f"false redactions: {taken.total()} of {innocent}, {100 * taken.total() / max(1, innocent):.3f} % (aim <= 1 %)"
    )
    show(measure(10, lambda name: None))


if __name__ == "__main__":
    main()
