"""The outbound verdict over every country of the numbering metadata: what is dear or foreign is denied, home is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType, shortnumberinfo

from gateway.calls.admit_outbound import WayOut, admit_outbound
from tests.unit.calls.test_admit_outbound import asked

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
DEAR = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
)
ALL = WayOut(trunk_id="trk_1", home=("US",), allowed_countries=tuple(COUNTRIES))


def examples(kinds: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Country and number; only those that the metadata itself takes for one of `kinds`."""
    for country in COUNTRIES:
        for kind in kinds:
            number = phonenumbers.example_number_for_type(country, kind)
            if number is not None and phonenumbers.number_type(number) in kinds:
                yield country, phonenumbers.format_number(number, PhoneNumberFormat.E164)


def test_no_dear_number_of_any_country_is_dialled_even_where_every_country_is_allowed() -> None:
    admitted = [number for _, number in examples(DEAR) if admit_outbound(asked(number), ALL).verdict == "accept"]
    assert admitted == []
    assert len(list(examples(DEAR))) > 300


def test_fixed_lines_and_mobiles_are_dialled_at_home_and_denied_abroad() -> None:
    ordinary = list(examples((PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)))
    assert len(ordinary) > 350
    for country, number in ordinary:
        at_home = admit_outbound(asked(number), WayOut(trunk_id="trk_1", home=(country,), any_caller_id=True))
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
        assert at_home.verdict == ("accept" if found == country else "reject"), country
        elsewhere = replace(ALL, allowed_countries=tuple(one for one in COUNTRIES if one not in (country, found)))
        assert admit_outbound(asked(number), elsewhere).slug == "country_not_allowed", country


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_emergency_number_of_the_trunks_country_is_dialled(country: str) -> None:
    home = WayOut(trunk_id="trk_1", home=(country,), allowed_countries=tuple(COUNTRIES), allow_extensions=True)
    numbers = {str(n) for n in range(100, 1000)}
    for number in sorted(n for n in numbers if shortnumberinfo.is_emergency_number(n, country)):
        assert admit_outbound(asked(number), home).slug == "emergency_number", number
        assert admit_outbound(asked("+" + number), home).verdict == "reject", number
