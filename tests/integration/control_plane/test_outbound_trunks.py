"""What an outbound trunk allows: its fields over REST, and what is refused in words."""

from __future__ import annotations

import pytest

from tests.integration.control_plane.plane import Json, Plane, problem

TRUNK: Json = {"name": "way out", "address": "sip.carrier.example", "numbers": ["+15105550100"]}


async def test_a_trunk_that_says_nothing_is_bounded(plane: Plane) -> None:
    made = await plane.made("/v1/outbound-trunks", **TRUNK)
    assert (made["allowed_countries"], made["allow_extensions"]) == ([], False)
    assert made["any_caller_id"] is False
    assert (made["max_calls"], made["max_duration_s"]) == (10, 3600)
    assert (made["price_per_minute"], made["max_spend_per_day"], made["currency"]) == (None, None, "USD")


async def test_caps_are_kept_as_they_were_written_and_may_be_lifted(plane: Plane) -> None:
    caps = {
        "allowed_countries": ["US", "GB"],
        "price_per_minute": "0.0125",
        "max_spend_per_day": "40",
        "currency": "EUR",
    }
    made = await plane.made("/v1/outbound-trunks", **TRUNK, **caps)
    path = f"/v1/outbound-trunks/{made['id']}"
    shown = (await plane.admin.get(path)).json()
    assert {name: shown[name] for name in caps} == caps
    lifted = await plane.admin.patch(path, json={"max_spend_per_day": None, "max_calls": None})
    assert lifted.status_code == 200
    assert (lifted.json()["max_spend_per_day"], lifted.json()["max_calls"]) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("allowed_countries", ["XX"]),
        ("allowed_countries", ["us"]),
        ("max_duration_s", 10),
        ("price_per_minute", "1,5"),
        ("price_per_minute", "-1"),
        ("max_spend_per_day", "NaN"),
        ("currency", "euro"),
        ("max_calls", 0),
    ],
)
async def test_a_wrong_value_is_refused_with_its_field(plane: Plane, field: str, value: object) -> None:
    answer = await plane.admin.post("/v1/outbound-trunks", json=TRUNK | {"price_per_minute": "1", field: value})
    assert answer.status_code == 422
    assert field in str(problem(answer))


async def test_a_cap_on_money_needs_a_price(plane: Plane) -> None:
    answer = await plane.admin.post("/v1/outbound-trunks", json=TRUNK | {"max_spend_per_day": "10"})
    assert (answer.status_code, problem(answer)["code"]) == (422, "trunk.price")
    made = await plane.made("/v1/outbound-trunks", **TRUNK, max_spend_per_day="10", price_per_minute="0.1")
    answer = await plane.admin.patch(f"/v1/outbound-trunks/{made['id']}", json={"price_per_minute": None})
    assert problem(answer)["code"] == "trunk.price"


async def test_an_inbound_trunk_says_where_its_callers_may_be_transferred_to(plane: Plane) -> None:
    made = await plane.trunk(allowed_countries=["DE"], allow_extensions=True)
    assert (made["allowed_countries"], made["allow_extensions"]) == (["DE"], True)
