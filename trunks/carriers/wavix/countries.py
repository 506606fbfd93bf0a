"""Wavix lists countries by their English name, we ask by ISO 3166-1 code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

_NAMES: dict[str, tuple[str, ...]] = {
    "AE": ("united arab emirates", "uae"), "AR": ("argentina",), "AT": ("austria",), "AU": ("australia",),
    "BE": ("belgium",), "BG": ("bulgaria",), "BH": ("bahrain",), "BO": ("bolivia",), "BR": ("brazil",),
    "CA": ("canada",), "CH": ("switzerland",), "CL": ("chile",), "CN": ("china",), "CO": ("colombia",),
    "CR": ("costa rica",), "CY": ("cyprus",), "CZ": ("czech republic", "czechia"), "DE": ("germany",),
    "DK": ("denmark",), "DO": ("dominican republic",), "DZ": ("algeria",), "EC": ("ecuador",), "EE": ("estonia",),
    "EG": ("egypt",), "ES": ("spain",), "FI": ("finland",), "FR": ("france",),
    "GB": ("united kingdom", "great britain", "uk"), "GE": ("georgia",), "GH": ("ghana",), "GR": ("greece",),
    "GT": ("guatemala",), "HK": ("hong kong",), "HR": ("croatia",), "HU": ("hungary",), "ID": ("indonesia",),
    "IE": ("ireland",), "IL": ("israel",), "IN": ("india",), "IS": ("iceland",), "IT": ("italy",),
    "JM": ("jamaica",), "JO": ("jordan",), "JP": ("japan",), "KE": ("kenya",), "KR": ("south korea", "korea"),
    "KZ": ("kazakhstan",), "LT": ("lithuania",), "LU": ("luxembourg",), "LV": ("latvia",), "MA": ("morocco",),
    "MD": ("moldova",), "MT": ("malta",), "MX": ("mexico",), "MY": ("malaysia",), "NG": ("nigeria",),
    "NI": ("nicaragua",), "NL": ("netherlands",), "NO": ("norway",), "NZ": ("new zealand",), "PA": ("panama",),
    "PE": ("peru",), "PH": ("philippines",), "PK": ("pakistan",), "PL": ("poland",), "PR": ("puerto rico",),
    "PT": ("portugal",), "PY": ("paraguay",), "QA": ("qatar",), "RO": ("romania",), "RS": ("serbia",),
    "SA": ("saudi arabia",), "SE": ("sweden",), "SG": ("singapore",), "SI": ("slovenia",),
    "SK": ("slovakia", "slovak republic"), "SV": ("el salvador",), "TH": ("thailand",), "TN": ("tunisia",),
    "TR": ("turkey", "turkiye"), "TT": ("trinidad and tobago",), "TW": ("taiwan",), "UA": ("ukraine",),
    "UG": ("uganda",), "US": ("united states", "united states of america", "usa"), "UY": ("uruguay",),
    "VE": ("venezuela",), "VN": ("vietnam", "viet nam"), "ZA": ("south africa",),
}  # fmt: skip


class _Named(Protocol):
    name: str


Named = TypeVar("Named", bound=_Named)


def of_code(code: str, countries: Iterable[Named]) -> list[Named]:
    """Those that stand for the country: Wavix may list one more than once, as `Germany` and `Germany (mobile)`."""
    names = _NAMES.get(code.upper(), ())
    return [one for one in countries if re.sub(r"\s*[(-].*$", "", one.name).strip().casefold() in names]
