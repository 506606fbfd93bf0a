"""A small language model of greetings, menus and call screening, in the ARPA format. Pure.

The phrases that mean something stand in it whole, the commonest other words one by one, and anything may follow
anything. A recogniser that spots phrases alone finds half as many of them on a telephone line.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

OTHERS = 5  # a word by itself counts as much as a phrase; more of them make wrong phrases rarer
LEFT_OVER = 0.1  # chance that a phrase breaks off
OTHER_WORDS = (
    "the a an and or of to in is it i you we he she they my your our this that for on at with from as are was be "
    "have has had not no yes hello hi hey good morning afternoon evening day speaking here there what how why when "
    "where please sorry thank thanks bye now then if will would can could may might do does one two three four five "
    "six seven eight nine ten call calls called number name person people time moment today tomorrow week anybody "
    "somebody everyone office company family house team service help questions account order hours open closed "
    "options operator again check automatic system all other another first last new long back up out down off over "
    "soon possible john mary peter thomas elizabeth william doctor mister street city book show home game news am "
    "been being get got go going gone make made took see said want need know think let's it's i'm i'll don't can't "
    "okay sure right left"
)


Chances = dict[tuple[str, ...], float]


class _Counts:
    """Of one to three words that follow each other."""

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self.of: tuple[Counter[tuple[str, ...]], ...] = (Counter(), Counter(), Counter())
        for words in phrases:
            for order, counter in enumerate(self.of, 1):
                counter.update(tuple(words[n : n + order]) for n in range(len(words) - order + 1))


def arpa(phrases: Iterable[str]) -> str:
    """Of words that follow each other in a phrase, nine in ten go on as it does."""
    counts = _Counts([phrase.split() for phrase in phrases] + [[word] for word in OTHER_WORDS.split()] * OTHERS)
    total = counts.of[0].total()
    single = {words: n / total for words, n in counts.of[0].items()}
    pairs = _followed(counts.of[1], counts.of[0])
    pairs_after = _left_over(pairs, single)
    triples = _followed(counts.of[2], counts.of[1])
    after_two = {words: pairs.get(words[1:], single[words[2:]] * pairs_after.get(words[1:2], 1.0)) for words in triples}
    triples_after = _left_over(triples, {}, after_two)
    lines = [
        "\\data\\",
        f"ngram 1={len(single) + 2}",
        f"ngram 2={len(pairs)}",
        f"ngram 3={len(triples)}",
        "",
        "\\1-grams:",
    ]
    lines += ["-99 <s> 0", "-2 </s>"]
    lines += [_line(chance, words, pairs_after.get(words, 1.0)) for words, chance in sorted(single.items())]
    lines += ["", "\\2-grams:"]
    lines += [_line(chance, words, triples_after.get(words, 1.0)) for words, chance in sorted(pairs.items())]
    lines += ["", "\\3-grams:", *(_line(chance, words) for words, chance in sorted(triples.items()))]
    return "\n".join([*lines, "", "\\end\\", ""])


def _followed(longer: Counter[tuple[str, ...]], shorter: Counter[tuple[str, ...]]) -> Chances:
    """How likely the last word is after those before it."""
    return {words: (1 - LEFT_OVER) * n / shorter[words[:-1]] for words, n in longer.items()}


def _left_over(longer: Chances, lower: Chances, lower_of: Chances | None = None) -> Chances:
    """By how much the chances of the lower order are taken where the higher order says nothing."""
    taken: Chances = defaultdict(float)
    spared: Chances = defaultdict(float)
    for words, chance in longer.items():
        taken[words[:-1]] += chance
        spared[words[:-1]] += lower_of[words] if lower_of is not None else lower[words[1:]]
    return {words: max(1e-6, 1 - taken[words]) / max(1e-6, 1 - spared[words]) for words in taken}


def _line(chance: float, words: tuple[str, ...], left_over: float | None = None) -> str:
    line = f"{math.log10(chance):.4f} {' '.join(words)}"
    return line if left_over is None else f"{line} {math.log10(left_over):.4f}"
