"""The law as rows: each has a source, and each says what the notes on the law say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from compliance.dialling.places import Spot, shipped_plan
from compliance.dialling.rows import AnyRow, AttemptsRow, BanRow, ConsentRow, HoursRow, RegisterRow, read_hours
from compliance.dialling.rulebook import Rulebook, shipped
from compliance.dialling.week import zone_of

BOOK = shipped()
TODAY = date(2026, 11, 21)
ROWS = {row.id: row for row in BOOK.rows}
HOURS = {
    "us-hours": ("US", "08:00-21:00", "08:00-21:00", "08:00-21:00", "open"),
    "us-fl-hours": ("US-FL", "08:00-20:00", "08:00-20:00", "08:00-20:00", "open"),
    "us-ok-hours": ("US-OK", "08:00-20:00", "08:00-20:00", "08:00-20:00", "open"),
    "us-wa-hours": ("US-WA", "08:00-20:00", "08:00-20:00", "08:00-20:00", "open"),
    "us-md-hours": ("US-MD", "08:00-20:00", "08:00-20:00", "08:00-20:00", "open"),
    "us-tx-hours": ("US-TX", "09:00-21:00", "09:00-21:00", "12:00-21:00", "open"),
    "us-ct-hours": ("US-CT", "09:00-20:00", "09:00-20:00", "09:00-20:00", "open"),
    "us-ri-hours": ("US-RI", "09:00-18:00", "09:00-18:00", "09:00-18:00", "open"),
    "us-ky-hours": ("US-KY", "10:00-21:00", "10:00-21:00", "10:00-21:00", "open"),
    "us-al-hours": ("US-AL", "08:00-21:00", "08:00-21:00", "closed", "closed"),
    "us-la-hours": ("US-LA", "08:00-21:00", "08:00-21:00", "closed", "closed"),
    "us-ms-hours": ("US-MS", "08:00-21:00", "08:00-21:00", "closed", "closed"),
    "ca-hours": ("CA", "09:00-21:30", "10:00-18:00", "10:00-18:00", "open"),
    "au-hours": ("AU", "09:00-20:00", "09:00-17:00", "closed", "open"),
}
CONSENTS = {
    "us-consent-informational": ("US", {"informational"}, "ai", "express"),
    "us-consent-marketing": ("US", {"marketing"}, "ai", "written"),
    "us-fl-consent": ("US-FL", {"marketing"}, "any", "written"),
    "us-ct-consent": ("US-CT", {"marketing"}, "any", "written"),
    "us-ca-consent": ("US-CA", {"marketing", "informational"}, "ai", "express"),
    "ca-consent": ("CA", {"marketing"}, "ai", "express"),
    "gb-consent": ("GB", {"marketing"}, "ai", "express"),
    "de-consent": ("DE", {"marketing"}, "any", "express"),
}
BANS = {
    "us-wa-ban": ("US-WA", "ai", "always"),
    "us-ny-emergency-ban": ("US-NY", "any", "emergency_declared"),
    "us-la-emergency-ban": ("US-LA", "any", "emergency_declared"),
}
REGISTERS = {
    "us-register": ("US", "us-national", 31),
    "gb-register-persons": ("GB", "gb-tps", 28),
    "gb-register-companies": ("GB", "gb-ctps", 28),
}
ATTEMPTS = {name: (place, 3, 24) for name, place in (
    ("us-fl-attempts", "US-FL"), ("us-ok-attempts", "US-OK"), ("us-md-attempts", "US-MD"),
)}  # fmt: skip


@pytest.mark.parametrize("name", HOURS)
def test_hours_are_those_of_the_law(name: str) -> None:
    row, (place, *days, holidays) = ROWS[name], HOURS[name]
    assert isinstance(row, HoursRow)
    assert (row.place, row.holidays) == (place, holidays)
    assert [row.weekdays, row.saturday, row.sunday] == [read_hours(day) for day in days]


@pytest.mark.parametrize("name", CONSENTS)
def test_consent_is_what_the_law_needs(name: str) -> None:
    row = ROWS[name]
    assert isinstance(row, ConsentRow)
    assert (row.place, set(row.purposes), row.voice, row.needs) == CONSENTS[name]


@pytest.mark.parametrize("name", BANS)
def test_bans_are_those_of_the_law(name: str) -> None:
    row = ROWS[name]
    assert isinstance(row, BanRow) and row.purposes == {"marketing"}
    assert (row.place, row.voice, row.while_) == BANS[name]


@pytest.mark.parametrize("name", REGISTERS)
def test_registers_may_be_as_old_as_the_law_allows(name: str) -> None:
    row = ROWS[name]
    assert isinstance(row, RegisterRow) and row.purposes == {"marketing"}
    assert (row.place, row.register_, row.max_age_days) == REGISTERS[name]


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempts_are_as_many_as_the_law_allows(name: str) -> None:
    row = ROWS[name]
    assert isinstance(row, AttemptsRow)
    assert (row.place, row.most, row.within_hours) == ATTEMPTS[name]


def test_every_row_of_the_law_is_in_a_table_above() -> None:
    told = {*HOURS, *CONSENTS, *BANS, *REGISTERS, *ATTEMPTS}
    assert {row.id for row in BOOK.rows if row.kind not in ("ours", "range")} == told


@pytest.mark.parametrize("row", BOOK.rows, ids=lambda row: row.id)
def test_every_row_has_a_source_a_sentence_and_was_checked(row: AnyRow) -> None:
    assert len(row.source) > 10 and row.says.endswith(".") and row.checked <= date(2026, 11, 22)
    if row.effective is not None:
        assert date(1990, 1, 1) < row.effective <= row.checked
    if "not compared" in row.source:
        assert row.standing == "secondary"


@pytest.mark.parametrize("row", [one for one in BOOK.rows if one.effective and one.place], ids=lambda row: row.id)
def test_a_row_counts_from_its_day_on(row: AnyRow) -> None:
    assert row.effective is not None
    spots = (Spot(row.place, ("America/New_York",), "address_on_record"),)
    purpose = "informational" if row.id == "us-consent-informational" else "marketing"
    assert row.name in BOOK.law(spots, purpose, True, row.effective).names
    assert row.name not in BOOK.law(spots, purpose, True, row.effective - timedelta(days=1)).names


def test_what_holds_everywhere_has_its_rows_and_every_place_is_one() -> None:
    assert {"own-list", "revocation", "country-list", "number-class", "emergency-number"} <= BOOK.ours.keys()
    known = {*shipped_plan().zones, "US", "CA", "GB", "AU", "DE", ""}
    assert {row.place for row in BOOK.rows} <= known


def test_every_zone_of_the_file_is_one() -> None:
    zones = {zone for several in shipped_plan().zones.values() for zone in several}
    assert all(zone_of(zone).key == zone for zone in zones)


def test_ids_are_not_given_twice_and_unknown_words_are_no_row() -> None:
    with pytest.raises(ValueError, match="same id"):
        Rulebook([*BOOK.rows, BOOK.rows[0]])
    with pytest.raises(ValueError, match="unknown-place"):
        Rulebook(row for row in BOOK.rows if row.id != "unknown-place")
    good = ROWS["us-hours"].model_dump()
    for wrong in ({"weekdays": "21:00-08:00"}, {"weekdays": "8-21"}, {"sunday": "08:00-24:01"}, {"says": ""}, {"x": 1}):
        fields = good | {"weekdays": "08:00-21:00", "saturday": "closed", "sunday": "closed"} | wrong
        with pytest.raises(ValidationError):
            TypeAdapter(AnyRow).validate_python(fields)
