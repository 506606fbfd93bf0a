"""A row as a contact: what is not as it has to be is refused with its field and in words, never repaired. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Never, cast

from compliance.dialling.terms import Line
from gateway.campaigns.importing.columns import MOST_VARIABLES
from gateway.campaigns.importing.number import read_number
from gateway.campaigns.importing.row import FIELDS
from gateway.kernel.e164 import is_country
from gateway.kernel.errors import BadInput
from gateway.rest.moments import in_utc

LONGEST_REF, LONGEST_VALUE = 100, 1000
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_LINES = ("unknown", "fixed", "mobile", "ported")
# no character, one that a database keeps not, or half of one: bytes that were in another encoding
_UNREADABLE = re.compile("[\0\ufffd\ud800-\udfff]")


class Contact(NamedTuple):
    number: str  # E.164
    ref: str
    place: str
    line: Line
    not_before: datetime | None
    variables: dict[str, str]


def read_contact(cells: dict[str, str], country: str | None) -> Contact:
    """`country`: whose numbers are written without +. Raises BadInput with the field."""
    if _UNREADABLE.search("".join(cells.values())):
        name = next((name for name, text in cells.items() if _UNREADABLE.search(text)), "")
        _refuse(name, "it has a character that cannot be read", "send the file as UTF-8, or name its encoding")
    variables = {name: text for name, text in cells.items() if name not in FIELDS}
    if len(variables) > MOST_VARIABLES:
        _refuse("", f"it has more than {MOST_VARIABLES} variables", "leave out what the agent does not need")
    for name, text in variables.items():
        if len(text) > LONGEST_VALUE:
            _refuse(name, f"it is longer than {LONGEST_VALUE} characters", "shorten it")
    return Contact(
        read_number(cells.get("number", ""), country), _ref(cells.get("ref", "").strip()),
        _place(cells.get("place", "").strip()), _line(cells.get("line", "").strip()),
        _not_before(cells.get("not_before", "").strip()), variables,
    )  # fmt: skip


def _ref(text: str) -> str:
    if len(text) > LONGEST_REF:
        _refuse("ref", f"it is longer than {LONGEST_REF} characters", "shorten it")
    return text


@lru_cache
def _place(text: str) -> str:
    place = text.upper()
    if place and not (_PLACE.fullmatch(place) and is_country(place.partition("-")[0])):
        _refuse("place", "it is no place of ISO 3166", "write US, or US-FL; names of states are not looked up")
    return place


@lru_cache
def _line(text: str) -> Line:
    line = text.lower() or "unknown"
    if line not in _LINES:
        _refuse("line", f"it is none of {', '.join(_LINES)}", "leave it empty when it is not known")
    return cast(Line, line)


def _not_before(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        _refuse("not_before", "it is no time with a time zone", "write it as 2027-01-31T09:00:00-05:00")


def _refuse(field: str, detail: str, todo: str) -> Never:
    raise BadInput(detail, code="contacts.row", field=field, todo=todo)
