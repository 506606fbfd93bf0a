"""Numbers that are no cards, as people say and write them: what a redactor must leave alone."""

from __future__ import annotations

import uuid
from random import Random

from tests.redaction.numerals import UNITS, below_100

_IBANS = {"DE": 18, "GB": 18, "FR": 23, "ES": 20, "PT": 21, "NL": 14, "AT": 16}


def _digits(random: Random, count: int) -> str:
    return str(random.randint(1, 9)) + "".join(random.choice("0123456789") for _ in range(count - 1))


def _telephone(random: Random) -> str:
    match random.randrange(9):
        case 0:
            return f"+1 {random.randint(201, 989)} 555 {_digits(random, 4)}"
        case 1:
            return f"({random.randint(201, 989)}) 555-{_digits(random, 4)}"
        case 2:
            return f"{random.randint(201, 989)}-{random.randint(200, 999)}-{_digits(random, 4)}"
        case 3:
            return f"+49 15{random.randint(1, 7)} {_digits(random, 8)}"
        case 4:
            return f"+44 7{_digits(random, 3)} {_digits(random, 6)}"
        case 5:
            return f"06 {' '.join(_digits(random, 2) for _ in range(4))}"
        case 6:
            return f"+34 6{_digits(random, 2)} {_digits(random, 3)} {_digits(random, 3)}"
        case 7:
            return f"+55 11 9{_digits(random, 4)}-{_digits(random, 4)}"
        case _:
            return _digits(random, 10)


def _said(digits: str, language: str) -> str:
    return " ".join(UNITS[language][int(one)] for one in digits if one.isdigit())


def iban(random: Random) -> str:
    country = random.choice(sorted(_IBANS))
    body = "".join(random.choice("0123456789") for _ in range(_IBANS[country]))
    if country in ("GB", "NL"):
        body = "ABNA" + body[4:]
    number = int("".join(str(int(one, 36)) for one in f"{body}{country}00"))
    text = f"{country}{98 - number % 97:02d}{body}"
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if random.random() < 0.7 else text


_TELEPHONES = {
    "en": ("my phone number is {}", "call me back at {}", "you can reach me on {}, thanks"),
    "es": ("mi teléfono es {}", "llámeme al {}"),
    "de": ("meine Telefonnummer ist {}", "Sie erreichen mich unter {}"),
    "fr": ("mon téléphone est le {}", "rappelez-moi au {}"),
    "pt": ("meu telefone é {}", "pode ligar para {}"),
}
_ORDERS = {
    "en": ("my order number is {}", "the tracking number says {}", "reference {}", "it's about invoice {} please"),
    "es": ("mi número de pedido es {}", "la factura {}"),
    "de": ("meine Bestellnummer ist {}", "es geht um die Rechnung {}"),
    "fr": ("mon numéro de commande est le {}", "la facture {}"),
    "pt": ("o número da encomenda é {}", "a fatura {}"),
}
_TALK = (
    "I have two kids and one dog, and for once it was all too easy",
    "we are four people and want to stay from the second to the ninth",
    "it costs {a} dollars and {b} cents",
    "the meeting is at {h}:{m} on {d}/{o}/2026",
    "I was born on {d}.{o}.19{m}",
    "since 2026-{o2}-{d2} {h}:{m}:{m} it does not work",
    "about {a} percent of them, maybe {b}",
    "I live at {a} Main Street, apartment {b}, zip code {z}",
    "page {a} of {b}, line {c}, please",
    "room {a} on floor {b}, from {h} to {c} o'clock",
    "$1,{a}.{m} for {b} nights, that is {c} % more",
    "he got {a}, {b}, {c} and {z} points",
    "nos vemos a las {h} y {m} con {b} personas",
    "das macht {a} Euro und {m} Cent für {b} Stück",
    "il y a {a} personnes dans {b} salles",
    "são {a} reais e {m} centavos",
    "version {b}.{c}.{a} on port {z}",
    "double check the {b} items, it was once too many for us",
)


def innocent(random: Random, language: str) -> str:
    """One utterance without a card number, its code or its expiry."""
    match random.randrange(8):
        case 0 | 1:
            number = _telephone(random)
            if random.random() < 0.3 and not number.startswith("+"):
                number = _said(number, language)
            return random.choice(_TELEPHONES[language]).format(number)
        case 2:
            number = _digits(random, random.choice((5, 6, 7, 8, 8, 9, 10, 10, 11, 12)))
            if random.random() < 0.3:
                number = _said(number, language)
            return random.choice(_ORDERS[language]).format(number)
        case 3:
            return f"{random.choice(('my IBAN is', 'IBAN', 'das Konto', 'transfer it to'))} {iban(random)}"
        case 4:
            tracking = random.choice(
                (f"1Z{_digits(random, 3)}AA{_digits(random, 11)}", f"94{_digits(random, 20)}", _digits(random, 10))
            )
            return f"where is my parcel {tracking}"
        case 5:
            one = random.choice(
                (str(uuid.UUID(int=random.getrandbits(128), version=4)), f"call_01h{random.getrandbits(110):x}")
            )
            code = "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(6))
            return random.choice(
                (f"the id is {one}", f"booking code {code}", f"flight LH{_digits(random, 4)} code {code}")
            )
        case _:
            day, month = random.randint(1, 28), random.randint(1, 12)
            numbers = [str(random.randint(2, 999)) for _ in range(3)]
            if random.random() < 0.3 and language == "en":
                numbers = [below_100(random.randint(10, 99), language, random) for _ in range(3)]
            return random.choice(_TALK).format(
                a=numbers[0], b=numbers[1], c=numbers[2], z=_digits(random, 5), h=random.randint(1, 23),
                m=random.randint(10, 59), d=day, o=month, d2=f"{day:02d}", o2=f"{month:02d}",
            )  # fmt: skip
