"""Number words of five languages: what each stands for. Pure.

The keys have no accents and no capitals (`tokens.py`). A word may be a number in one language and an article, a filler
or another word elsewhere ("um", "once", "to"): such a word is weak, and `weak` names the doubt, which is settled in one
way for the whole number (`reading.py`).
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple


class Kind(IntEnum):
    """What a token is to a number."""

    TYPED = 0
    UNIT = 1  # 0 to 9
    TEEN = 2  # 10 to 19
    TENS = 3  # 20, 30, … 90
    PAIR = 4  # 21 to 99 in one word
    HUNDRED = 5  # 100, and what it multiplies
    HUNDREDS = 6  # 200, 300, … 900 in one word
    THOUSAND = 7
    BIG = 8  # 101 to 99999 in one word
    TIMES = 9  # "double": the next digit, that often
    TIMES_WORD = 10  # "two times one", "dos veces uno"
    PLURAL = 11  # "four ones"
    CONJUNCTION = 12
    MONTH = 13


class NumberWord(NamedTuple):
    kind: Kind
    value: int
    languages: str  # one letter each: e(n) s(panish) d(e) f(r) p(t)
    weak: str = ""


_UNITS = {
    "e": "zero one two three four five six seven eight nine",
    "s": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "d": "null eins zwei drei vier funf sechs sieben acht neun",
    "f": "zero un deux trois quatre cinq six sept huit neuf",
    "p": "zero um dois tres quatro cinco seis sete oito nove",
}
_TEENS = {
    "e": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "s": "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    "d": "zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn",
    "f": "dix onze douze treize quatorze quinze seize",
    "p": "dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove",
}
_TENS = {
    "e": "twenty thirty forty fifty sixty seventy eighty ninety",
    "s": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "d": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "f": "vingt trente quarante cinquante soixante septante huitante nonante",
    "p": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
}
_HUNDREDS = {
    "s": "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
    "p": "duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
}
_MORE: dict[tuple[Kind, int], dict[str, str]] = {
    (Kind.UNIT, 0): {"e": "nought naught nil aught"},
    (Kind.UNIT, 2): {"d": "zwo", "p": "duas"},
    (Kind.UNIT, 5): {"d": "fuenf", "e": "fife"},
    (Kind.UNIT, 6): {"p": "meia"},
    (Kind.UNIT, 9): {"e": "niner"},
    (Kind.TEEN, 12): {"d": "zwoelf"},
    (Kind.TEEN, 15): {"d": "fuenfzehn"},
    (Kind.TEEN, 14): {"p": "catorze", "e": "forteen"},
    (Kind.TEEN, 16): {"p": "dezasseis"},
    (Kind.TEEN, 17): {"p": "dezassete"},
    (Kind.TEEN, 19): {"p": "dezanove"},
    (Kind.TENS, 20): {"f": "vingts"},
    (Kind.TENS, 30): {"d": "dreizig"},
    (Kind.TENS, 40): {"e": "fourty"},
    (Kind.TENS, 50): {"d": "fuenfzig"},
    (Kind.TENS, 80): {"f": "octante"},
    (Kind.HUNDRED, 100): {"e": "hundred", "s": "cien ciento", "d": "hundert", "f": "cent", "p": "cem cento"},
    (Kind.THOUSAND, 1000): {"e": "thousand", "s": "mil", "d": "tausend", "f": "mille", "p": "mil"},
    (Kind.TIMES, 2): {"e": "double", "s": "doble", "d": "doppel doppelt zweimal", "f": "double", "p": "duplo"},
    (Kind.TIMES, 3): {"e": "triple treble", "s": "triple", "d": "dreifach dreimal", "f": "triple", "p": "triplo"},
    (Kind.TIMES, 4): {"e": "quadruple", "d": "viermal", "f": "quadruple"},
    (Kind.TIMES, 5): {"d": "funfmal fuenfmal"},
    (Kind.TIMES_WORD, 0): {"e": "times", "s": "veces", "d": "mal", "f": "fois", "p": "vezes"},
    (Kind.CONJUNCTION, 0): {"e": "and", "s": "y", "d": "und", "f": "et", "p": "e"},
}
# word: kind, value, language, the doubt
_WEAK = (
    ("o", Kind.UNIT, 0, "e", "oh"),
    ("oh", Kind.UNIT, 0, "e", "oh"),
    ("um", Kind.UNIT, 1, "p", "um"),
    ("un", Kind.UNIT, 1, "fs", "article"),
    ("une", Kind.UNIT, 1, "f", "article"),
    ("una", Kind.UNIT, 1, "s", "article"),
    ("uma", Kind.UNIT, 1, "p", "article"),
    ("ein", Kind.UNIT, 1, "d", "article"),
    ("eine", Kind.UNIT, 1, "d", "article"),
    ("einer", Kind.UNIT, 1, "d", "article"),
    ("once", Kind.TEEN, 11, "s", "once"),
    ("to", Kind.UNIT, 2, "e", "sound"),
    ("too", Kind.UNIT, 2, "e", "sound"),
    ("for", Kind.UNIT, 4, "e", "sound"),
    ("fore", Kind.UNIT, 4, "e", "sound"),
    ("won", Kind.UNIT, 1, "e", "sound"),
    ("ate", Kind.UNIT, 8, "e", "sound"),
)
_ENGLISH_PLURALS = "zeros ones twos threes fours fives sixes sevens eights nines"


def _table() -> dict[str, NumberWord]:
    found: dict[str, NumberWord] = {}

    def put(word: str, kind: Kind, value: int, languages: str, weak: str = "") -> None:
        known = found.get(word)
        if known and (known.kind, known.value) == (kind, value) and not weak:
            languages = "".join(sorted({*known.languages, *languages}))
        found[word] = NumberWord(kind, value, languages, weak)

    for kind, table, step, first in (
        (Kind.UNIT, _UNITS, 1, 0),
        (Kind.TEEN, _TEENS, 1, 10),
        (Kind.TENS, _TENS, 10, 20),
        (Kind.HUNDREDS, _HUNDREDS, 100, 200),
    ):
        for language, words in table.items():
            for number, word in enumerate(words.split()):
                put(word, kind, first + step * number, language)
    for (kind, value), languages in _MORE.items():
        for language, words in languages.items():
            for word in words.split():
                put(word, kind, value, language)
    for number, word in enumerate(_ENGLISH_PLURALS.split()):
        put(word, Kind.PLURAL, number, "e")
    _pairs(put)
    for word, kind, value, languages, weak in _WEAK:
        put(word, kind, value, languages, weak)
    return found


def _pairs(put) -> None:
    """21 to 99 where they are one word: veintiuno, einundzwanzig, and "fortyone" as recognisers write it."""
    for number, unit in enumerate(_UNITS["s"].split()[1:], start=1):
        put(f"veinti{unit}", Kind.PAIR, 20 + number, "s")
    german = {**dict(enumerate(_UNITS["d"].split())), 1: "ein"}
    for tens, name in enumerate(_TENS["d"].split(), start=2):
        for number in range(1, 10):
            put(f"{german[number]}und{name}", Kind.PAIR, 10 * tens + number, "d")
            for spelt in {name.replace("funf", "fuenf"), name.replace("ss", "z")}:
                put(f"{german[number].replace('funf', 'fuenf')}und{spelt}", Kind.PAIR, 10 * tens + number, "d")
    for tens, name in enumerate(_TENS["e"].split(), start=2):
        for number, unit in enumerate(_UNITS["e"].split()[1:], start=1):
            put(f"{name}{unit}", Kind.PAIR, 10 * tens + number, "e")


NUMBER_WORDS: dict[str, NumberWord] = _table()


def number_word(key: str) -> NumberWord | None:
    """What `key` (no accents, no capitals) stands for; None for a word that is no number."""
    if known := NUMBER_WORDS.get(key):
        return known
    if "hundert" in key or "tausend" in key:
        return _german(key)
    return None


@lru_cache(maxsize=1024)
def _german(key: str) -> NumberWord | None:
    """viertausendeinhundertelf."""
    value, rest = 0, key
    for name, worth in (("tausend", 1000), ("hundert", 100)):
        head, found, after = rest.partition(name)
        if found:
            times = _german_small(head) if head else 1
            if not times:
                return None
            value, rest = value + times * worth, after.removeprefix("und")
    if rest:
        small = _german_small(rest)
        if not small:
            return None
        value += small
    return NumberWord(Kind.BIG, value, "d")


def _german_small(key: str) -> int:
    """1 to 99; 0 for anything else."""
    if key == "ein":
        return 1
    word = NUMBER_WORDS.get(key)
    fits = word and "d" in word.languages and word.kind in (Kind.UNIT, Kind.TEEN, Kind.TENS, Kind.PAIR)
    return word.value if word and fits else 0
