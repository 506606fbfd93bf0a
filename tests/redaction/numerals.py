"""Digits as people of five languages say them. Written apart from the redactor's tables: each checks the other."""

from __future__ import annotations

from random import Random

LANGUAGES = ("en", "es", "de", "fr", "pt")

UNITS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
    "de": ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
    "pt": ["zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove"],
}
_TEENS = {
    "en": [
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ],
    "es": ["diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve"],
    "de": ["zehn", "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"],
    "fr": ["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"],
    "pt": ["dez", "onze", "doze", "treze", "catorze", "quinze", "dezesseis", "dezessete", "dezoito", "dezenove"],
}
_TENS = {
    "en": ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
    "es": ["veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"],
    "de": ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
    "fr": ["vingt", "trente", "quarante", "cinquante", "soixante"],
    "pt": ["vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"],
}
_HUNDREDS = {
    "es": [
        "ciento",
        "doscientos",
        "trescientos",
        "cuatrocientos",
        "quinientos",
        "seiscientos",
        "setecientos",
        "ochocientos",
        "novecientos",
    ],
    "pt": [
        "cento",
        "duzentos",
        "trezentos",
        "quatrocentos",
        "quinhentos",
        "seiscentos",
        "setecentos",
        "oitocentos",
        "novecentos",
    ],
}
_ZEROS = {"en": ("zero", "oh", "oh", "nought"), "pt": ("zero",), "de": ("null",), "fr": ("zéro",), "es": ("cero",)}
_TWICE = {"en": "double", "es": "doble", "de": "doppel", "fr": "double", "pt": "duplo"}
_THRICE = {"en": ("triple", "treble"), "es": ("triple",), "de": ("dreimal",), "fr": ("triple",), "pt": ("triplo",)}
FILLERS = {
    "en": ("uh", "um", "then", "and", "and then", "okay", "so"),
    "es": ("eh", "este", "luego", "entonces", "y"),
    "de": ("äh", "ähm", "dann", "und dann", "also"),
    "fr": ("euh", "puis", "ensuite", "alors"),
    "pt": ("hum", "depois", "então", "e"),
}


def digit(value: str, language: str, random: Random) -> str:
    if value == "0":
        return random.choice(_ZEROS[language])
    if value == "6" and language == "pt" and random.random() < 0.3:
        return "meia"
    return UNITS[language][int(value)]


def below_100(value: int, language: str, random: Random) -> str:
    """10 to 99."""
    if value < 20:
        return _TEENS[language][value - 10]
    tens, unit = divmod(value, 10)
    one = UNITS[language][unit]
    match language:
        case "en":
            joint = random.choice(("-", " "))
            return _TENS["en"][tens - 2] + (f"{joint}{one}" if unit else "")
        case "es":
            if tens == 2 and unit:
                return "veinti" + {"dos": "dós", "tres": "trés", "seis": "séis"}.get(one, one)
            return _TENS["es"][tens - 2] + (f" y {one}" if unit else "")
        case "de":
            return (("ein" if unit == 1 else one) + "und" if unit else "") + _TENS["de"][tens - 2]
        case "fr":
            return _french(value)
        case _:
            return _TENS["pt"][tens - 2] + (f" e {one}" if unit else "")


def _french(value: int) -> str:
    tens, unit = divmod(value, 10)
    if tens in (7, 9):
        head = "soixante" if tens == 7 else "quatre-vingt"
        return "soixante et onze" if value == 71 else f"{head}-{_TEENS['fr'][unit]}"
    if tens == 8:
        return f"quatre-vingt-{UNITS['fr'][unit]}" if unit else "quatre-vingts"
    return _TENS["fr"][tens - 2] + (" et un" if unit == 1 else f"-{UNITS['fr'][unit]}" if unit else "")


def below_1000(value: int, language: str, random: Random) -> str:
    """100 to 999."""
    hundreds, rest = divmod(value, 100)
    small = (below_100(rest, language, random) if rest > 9 else UNITS[language][rest]) if rest else ""
    if language in _HUNDREDS:
        head = (
            "cien"
            if value == 100 and language == "es"
            else "cem"
            if value == 100
            else _HUNDREDS[language][hundreds - 1]
        )
        return f"{head}{' e' if language == 'pt' and small else ''} {small}".strip()
    unit = UNITS[language][hundreds]
    if language == "de":
        return f"{'ein' if hundreds == 1 else unit}hundert{small}"
    if language == "fr":
        return f"{'' if hundreds == 1 else unit + ' '}cent {small}".strip()
    return f"{unit} hundred {random.choice(('', 'and ')) if small else ''}{small}".strip()


def thousands(value: int, language: str, random: Random) -> str:
    """1000 to 9999."""
    head, rest = divmod(value, 1000)
    small = ""
    if rest:
        small = (
            below_1000(rest, language, random)
            if rest > 99
            else below_100(rest, language, random)
            if rest > 9
            else UNITS[language][rest]
        )
    unit = UNITS[language][head]
    match language:
        case "de":
            return f"{'ein' if head == 1 else unit}tausend{small}"
        case "en":
            return f"{unit} thousand {small}".strip()
        case _:
            word = "mille" if language == "fr" else "mil"
            return f"{word if head == 1 else f'{unit} {word}'} {small}".strip()


def repeated(value: str, count: int, language: str, random: Random) -> str:
    """ "double five"."""
    return f"{_TWICE[language] if count == 2 else random.choice(_THRICE[language])} {digit(value, language, random)}"
