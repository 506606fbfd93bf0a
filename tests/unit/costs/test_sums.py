"""Money added up: exactly, by currency, and never an estimate to what was billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.costs.schemas import amounts_of
from gateway.costs.sums import By, CostLine, Sum, Sums, estimate, minutes_of, plain

DAY = date(2026, 11, 20)


def line(amount: str | None, currency: str = "USD", *, minutes: int = 2, **fields: object) -> CostLine:
    known: dict[str, object] = {"carrier_id": "car_1", "trunk_id": "trk_1", "number": "+15105550100", "day": DAY}
    return CostLine(
        **(known | fields), minutes=minutes, amount=Decimal(amount) if amount else None, currency=currency  # type: ignore[arg-type]
    )  # fmt: skip


def test_ten_thousand_calls_of_a_tenth_of_a_cent_cost_exactly_ten_dollars() -> None:
    one = Sum()
    for _ in range(10_000):
        one.add(line("0.001"))
    assert (one.amounts["USD"].billed, one.calls, one.minutes) == (Decimal("10.000"), 10_000, 20_000)


def test_currencies_and_estimates_stand_beside_each_other() -> None:
    one = Sum()
    for each in (line("0.01"), line("0.02", "EUR"), line("0.04", estimated=True), line(None)):
        one.add(each)
    assert [amount.model_dump() for amount in amounts_of(one)] == [
        {"currency": "EUR", "billed": "0.02", "estimated": "0", "per_minute": "0.010000"},
        {"currency": "USD", "billed": "0.01", "estimated": "0.04", "per_minute": "0.005000"},
    ]
    assert (one.calls, one.unpriced) == (4, 1)


def test_a_call_of_no_length_has_no_price_per_minute() -> None:
    one = Sum()
    one.add(line("0.01", minutes=0))
    assert one.amounts["USD"].per_minute is None


def test_groups_are_by_what_was_asked_and_the_total_has_all() -> None:
    lines = [
        line("1"), line("2", carrier_id="car_2", number=""), line("4", trunk_id="", day=DAY + timedelta(days=1)),
    ]  # fmt: skip
    wanted: dict[By, dict[str, int]] = {
        "carrier": {"car_1": 5, "car_2": 2}, "trunk": {"trk_1": 3, "": 4}, "number": {"+15105550100": 5, "": 2},
        "day": {"2026-11-20": 3, "2026-11-21": 4},
    }  # fmt: skip
    for by, groups in wanted.items():
        sums = Sums(by)
        sums.add(lines)
        assert {key: int(one.amounts["USD"].billed) for key, one in sums.groups.items()} == groups
        assert sums.total.amounts["USD"].billed == 7


def test_begun_minutes_and_estimates() -> None:
    assert [minutes_of(seconds) for seconds in (0, 1, 60, 61)] == [0, 1, 1, 2]
    assert estimate("0.0125", 2) == Decimal("0.0250")
    assert estimate(None, 2) is None
    assert estimate("0", 2) == 0


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**6, places=10))
def test_money_is_never_written_with_an_exponent(amount: Decimal) -> None:
    text = plain(amount)
    assert "E" not in text.upper()
    assert Decimal(text) == amount
