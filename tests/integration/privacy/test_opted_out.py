"""Somebody who was on a list when erased is still treated as the list said, and nobody can read who it is."""

from __future__ import annotations

from tests.integration.privacy.conftest import ANA, BEN, columns_with
from tests.integration.screening.conftest import Desk, desk, plane  # noqa: F401 - fixtures


async def erased(desk: Desk, number: str) -> None:  # noqa: F811
    body = {"person": number, "also_lists": True}
    answer = await desk.plane.admin.post("/v1/privacy/erasures", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_caller_who_was_blocked_is_refused_after_the_erasure_too(desk: Desk) -> None:  # noqa: F811
    await desk.entry("block", "number", ANA)
    before = await desk.heard(ANA)

    await erased(desk, ANA)

    assert await desk.plane.rows("SELECT id FROM screening_entries") == []
    assert await desk.heard(ANA) == before == "603 caller_blocked"
    assert await desk.heard(BEN) == "on"


async def test_a_caller_who_was_allowed_gets_through_a_wider_block_after_the_erasure_too(desk: Desk) -> None:  # noqa: F811
    await desk.entry("allow", "number", ANA)
    await desk.entry("block", "prefix", ANA[:6])

    await erased(desk, ANA)

    assert await desk.heard(ANA) == "on"
    assert await desk.heard(ANA[:-1] + "2") == "603 caller_blocked"


async def test_the_refusal_says_that_it_was_decided_by_an_erased_entry(desk: Desk) -> None:  # noqa: F811
    await desk.entry("block", "number", ANA)
    await erased(desk, ANA)
    await desk.heard(ANA)

    refusal, *_ = await desk.refusals()

    assert refusal["decided_by"]["id"] == "erased"
    assert refusal["todo"]


async def test_calls_that_were_refused_are_emptied_with_their_refusals(desk: Desk) -> None:  # noqa: F811
    await desk.entry("block", "number", ANA)
    await desk.heard(ANA)
    await desk.entry("block", "number", BEN)
    await desk.heard(BEN)

    await erased(desk, ANA)

    shown = [(one["slug"], one["pii"]["caller"]) for one in await desk.refusals()]
    assert shown == [("caller_blocked", BEN), ("caller_blocked", "")]
    assert await columns_with(desk.plane, ANA) == set()
    assert await columns_with(desk.plane, BEN) >= {"refusals.pii_caller", "calls.pii"}
