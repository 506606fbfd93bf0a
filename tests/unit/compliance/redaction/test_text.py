"""What is taken out of one text, and what stays in it."""

from __future__ import annotations

import pytest

from compliance.redaction.text import redact_text

NUMBER, CODE, EXPIRY = "[card number]", "[card code]", "[card expiry]"


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111,1111,1111,1111",
        "4111/1111/1111/1111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "41 11 11 11 11 11 11 11",
        "４１１１ １１１１ １１１１ １１１１",
        "٤١١١ ١١١١ ١١١١ ١١١١",
        "4\u200b111\u00a01111\u20111111\u00ad1111",
        "four one one one one one one one one one one one one one one one",
        "Four, one, one, one. One one one one - one one one one; one one one one",
        "forty-one eleven eleven eleven eleven eleven eleven eleven",
        "four thousand one hundred eleven, eleven eleven, one one double one, triple one, one",
        "4 one 1 1 eleven 11 double one 1 1 1111",
        "4111 uh 1111 then 1111 and 1111",
        "4111 1112 no sorry 1111 1111 1111",
        "first four 4111 next four 1111 then 1111 and the last four 1111",
        "cuatro uno uno uno, once once, once once, doble uno doble uno",
        "cuarenta y uno once mil ciento once mil ciento once mil ciento once",
        "cuatro mil ciento once mil ciento once mil ciento once mil ciento once",
        "vier eins eins eins elf elf doppel eins doppel eins elf elf",
        "einundvierzig elf elf elf elf elf elf elf",
        "viertausendeinhundertelf eintausendeinhundertelf tausendeinhundertelf elf elf",
        "quarante et un onze onze onze onze onze onze onze",
        "quatre un un un un un un un un un un un un un un un",
        "quatre mille cent onze mille cent onze mille cent onze mille cent onze",
        "quatro um um um um um um um um um um um um um um um",
        "quarenta e um onze onze onze onze onze onze onze",
        "5555 5555 5555 4444",
        "3782 822463 10005",
        "thirty-seven eighty-two eight two two four six three one double oh oh five",
        "2223003122003222",
    ],
)
def test_a_card_number_goes_however_it_is_written_or_said(text: str) -> None:
    assert redact_text(text).replace(NUMBER, "").strip(" firstandlou") == ""
    assert redact_text(f"It is {text}, thank you.").endswith(f"{NUMBER}, thank you.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I want to pay my bill, for once, to be done with it.",
        "My telephone number is 415-555-0100.",
        "Call me on +49 151 23456789 or +44 20 7946 0958",
        "+4915112345679 is my number",
        "The order number is 100 2003 4005",
        "DE89 3704 0044 0532 0130 00",
        "It was on 2026-11-21 at 10:35:22, on 21.11.2026 and 11/21/2026",
        "That is $1,234.50 or 1.234,50 € for 250 people",
        "the parcel 1Z999AA10123456784",
        "call_01h455vb4pex5vsknk084sn02q",
        "I have your card. The token that stands for it: test_9754ae238558973660eedc5f",
        "Brand dankort, last four digits 8039. The token that stands for it: test_9e5eb1a290b03072a7078878",
        "550e8400-e29b-41d4-a716-446655440000",
        "booking code K4T9ZQ, flight LH 1234, seat 14C",
        "My zip code is 94110 and I am 42 years old",
        "I paid 250 dollars with my card ending in 1111",
        "It ends in four two four two, my card",
        "The membership costs 12 euros and the contract expires 12/27",
        "one two three testing",
        "double check that, treble the amount",
    ],
)
def test_numbers_of_other_kinds_stay(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111 expires 12/27 cvv 123", f"{NUMBER} expires {EXPIRY} cvv {CODE}"),
        ("4111 1111 1111 1111, 12/27, 123", NUMBER),
        ("4111111111111111 1227 123", NUMBER),
        ("the security code is one two three", f"the security code is {CODE}"),
        ("mein Kartenprüfnummer ist 123", f"mein Kartenprüfnummer ist {CODE}"),
        ("el código de seguridad es uno dos tres", f"el código de seguridad es {CODE}"),
        ("le cryptogramme est 123", f"le cryptogramme est {CODE}"),
        ("o código de segurança é 1 2 3", f"o código de segurança é {CODE}"),
        ("my card expires in September 2028", f"my card expires in {EXPIRY}"),
        ("expiry date twelve twenty-seven", f"expiry date {EXPIRY}"),
        ("gültig bis 12/27", f"gültig bis {EXPIRY}"),
        ("4111111111111111 two people", f"{NUMBER} two people"),
        ("4111 1111 1111 1111 42 Main Street", f"{NUMBER} Main Street"),
        ("1204 4111 1111 1111 1111", NUMBER),
        ("415 555 0100 4111111111111111", NUMBER),
        (
            "it is four one one one one one one one one one one one one one one one two people",
            f"it is {NUMBER} two people",
        ),
        ("my card is 4111 1111 1111 1112", f"my card is {NUMBER}"),
        ("meine Kreditkarte: 4111 1111 1111", f"meine Kreditkarte: {NUMBER}"),
        ("my card was stolen. My phone number is 415 555 0100", "my card was stolen. My phone number is 415 555 0100"),
    ],
)
def test_what_belongs_to_a_card_goes_with_it(text: str, expected: str) -> None:
    assert redact_text(text) == expected
