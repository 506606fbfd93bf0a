"""Utterances with and without card numbers, any number of them, the same for the same seed.

`conversations(count, seed)` gives turns with the places of what has to go. A number is drawn in one of the brands'
ranges, said in one of five languages and ten styles, whole or split over turns. The agent repeats it or not, a word
about cards stands before it or not, expiry and code come after it or not, and in some a digit is misheard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.redaction.innocents import innocent
from tests.redaction.numerals import digit
from tests.redaction.spoken import (
    CLOSE,
    OPEN,
    STYLES,
    Style,
    a_language,
    between,
    card_number,
    marked,
    mixed,
    multiples,
    parts_of,
    plain,
    single_words,
    spaced,
)

TURN_MS = 2_500


@dataclass(frozen=True)
class Turn:
    """`secret`: the places (start, end) of every token of a number, code or expiry."""

    speaker: str
    text: str
    at_ms: int
    secret: tuple[tuple[int, int], ...] = ()


@dataclass
class Talk:
    kind: str
    language: str
    turns: list[Turn] = field(default_factory=list)

    def say(self, speaker: str, text: str) -> None:
        clean, secret, start = "", [], 0
        for character in text:
            if character == OPEN:
                start = len(clean)
            elif character == CLOSE:
                secret.append((start, len(clean)))
            else:
                clean += character
        self.turns.append(Turn(speaker, clean, len(self.turns) * TURN_MS, tuple(secret)))


_ABOUT_CARDS = {
    "en": ("my card number is {}", "the credit card is {}", "yes, it's a Visa, {}", "{}, that's the card", "card {}"),
    "es": ("mi tarjeta es {}", "el número de la tarjeta es {}"),
    "de": ("meine Kartennummer ist {}", "die Kreditkarte: {}"),
    "fr": ("ma carte est {}", "le numéro de carte, c'est {}"),
    "pt": ("meu cartão é {}", "o número do cartão é {}"),
}
_BARE = {
    "en": ("it's {}", "{}", "okay, {}", "yes so that's {} thanks", "{} please"),
    "es": ("es {}", "{}", "sí, {} gracias"),
    "de": ("das ist {}", "{}", "ja, {} danke"),
    "fr": ("c'est {}", "{}", "oui, {} merci"),
    "pt": ("é {}", "{}", "sim, {} obrigado"),
}
_EXPIRY = {
    "en": ("expires {}", "expiry date {}", "valid thru {}"),
    "es": ("fecha de vencimiento {}", "caducidad {}"),
    "de": ("gültig bis {}", "Ablaufdatum {}"),
    "fr": ("date d'expiration {}", "expiration {}"),
    "pt": ("validade {}", "data de vencimento {}"),
}
_CODE = {
    "en": ("cvv {}", "the security code is {}", "CVC is {}", "three digits on the back {}"),
    "es": ("el código de seguridad es {}", "cvv {}"),
    "de": ("Prüfnummer {}", "der Sicherheitscode ist {}"),
    "fr": ("le cryptogramme est {}", "code de sécurité {}"),
    "pt": ("o código de segurança é {}", "cvv {}"),
}
_GO_ON = ("go on", "okay", "mhm", "yes", "got it, and then?", "please go on")
_QUESTIONS = ("what is the card number?", "please tell me your card number", "which card would you like to use?")


def conversations(count: int, seed: int, *, innocents: float = 0.4) -> Iterator[Talk]:
    """`innocents`: the share without any card."""
    random = Random(seed)
    for _ in range(count):
        language = a_language(random)
        if random.random() < innocents:
            yield _innocent(random, language)
        else:
            yield _card_talk(random, language)


def _innocent(random: Random, language: str) -> Talk:
    talk = Talk("innocent", language)
    for _ in range(random.choice((1, 1, 1, 2))):
        talk.say("caller", innocent(random, language))
    return talk


def _card_talk(random: Random, language: str) -> Talk:
    style, number = random.choice(STYLES), card_number(random)
    about = random.random() < 0.5
    misheard = about and random.random() < 0.2
    if misheard:
        place = random.randrange(len(number))
        number = number[:place] + str((int(number[place]) + random.randint(1, 9)) % 10) + number[place + 1 :]
    parts = parts_of(number, language, style, random)
    phrases = (_ABOUT_CARDS if about else _BARE)[language]
    kind = f"{style.__name__}{', misheard' if misheard else ''}"
    match random.randrange(4):
        case 0:
            talk = _split(Talk(f"{kind}, split", language), parts, style, phrases, random)
        case 1 if about:
            talk = Talk(f"{kind}, asked for", language)
            talk.say("agent", random.choice(_QUESTIONS))
            talk.say("caller", random.choice(_BARE[language]).format(_joined(parts, style, language, random)))
        case _:
            talk = Talk(f"{kind}, {'named' if about else 'bare'}", language)
            talk.say("caller", random.choice(phrases).format(_joined(parts, style, language, random)))
    if random.random() < 0.4:
        _more(talk, number, random)
    return talk


def _joined(parts: list[str], style: Style, language: str, random: Random) -> str:
    text = parts[0]
    for part in parts[1:]:
        text += between(style, language, random) + part
    return text


def _split(talk: Talk, parts: list[str], style: Style, phrases: tuple[str, ...], random: Random) -> Talk:
    """In two to four turns; the agent says nothing, goes along, or repeats."""
    reply = random.choice(("silent", "goes along", "repeats"))
    first = random.randint(1, len(parts) - 1) if len(parts) > 1 else 1
    turns = [parts[:first], *([part] for part in parts[first:])]
    for place, turn in enumerate(turns):
        text = _joined(turn, style, talk.language, random)
        if place == 0:
            text = random.choice([one for one in phrases if one.endswith("{}")] or list(phrases)).format(text)
        talk.say("caller", text)
        if place == len(turns) - 1 or reply == "silent":
            continue
        if reply == "goes along":
            talk.say("agent", random.choice(_GO_ON))
        else:
            talk.say("agent", f"{_joined(turn, style, talk.language, random)}, {random.choice(_GO_ON)}")
    return talk


def _more(talk: Talk, number: str, random: Random) -> None:
    """Expiry and code, in a turn of their own."""
    language = talk.language
    month, year = random.randint(1, 12), random.randint(27, 39)
    style = random.choice((plain, plain, single_words, spaced, mixed, multiples))
    expiry = f"{month:02d}{year}"
    said = marked(f"{month:02d}/{year}") if random.random() < 0.5 else style(expiry, language, random)
    code = "".join(random.choice("0123456789") for _ in range(4 if number[:2] in ("34", "37") else 3))
    coded = marked(code) if style is plain else " ".join(marked(digit(one, language, random)) for one in code)
    match random.randrange(3):
        case 0:
            talk.say("caller", random.choice(_EXPIRY[language]).format(said))
        case 1:
            talk.say("caller", random.choice(_CODE[language]).format(coded))
        case _:
            talk.say(
                "caller",
                f"{random.choice(_EXPIRY[language]).format(said)}, {random.choice(_CODE[language]).format(coded)}",
            )
