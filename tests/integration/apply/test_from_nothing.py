"""From an empty gateway to numbers that lead to an agent, at every carrier, by the same file."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch_rules.models import RuleRow
from tests.carriers.bench import FREE
from tests.integration.apply.desk import ADDRESS, Desk, words
from trunks.models import NumberRow, TrunkRow

KINDS = ("telnyx", "twilio", "wavix", "own")


def document(carrier: str) -> dict[str, Any]:
    return {
        "carriers": [{"name": "own", "host": "192.0.2.20"}] if carrier == "own" else [],
        "agents": [{"name": "reception", "profile": {"greeting": "Hello, this is the test line."}}],
        "trunks": [{"name": "support", "carrier": carrier, "inbound": ADDRESS}],
        "numbers": [{"name": "hotline", "number": FREE[0], "trunk": "support"}],
        "rules": [{"name": "day", "trunks": ["support"], "numbers": ["hotline"], "agent": "reception"}],
    }


@pytest.mark.parametrize("carrier", KINDS)
async def test_one_file_takes_every_carrier_from_nothing_to_a_number_that_is_answered(desk: Desk, carrier: str) -> None:
    applied = await desk.apply(document(carrier))
    assert (applied.state, [step.problem for step in applied.steps if step.problem]) == ("applied", [])
    assert {step.state for step in applied.steps} == {"done"}
    (number,) = await desk.rows(NumberRow)
    (rule,) = await desk.rows(RuleRow)
    trunks = {row.direction: row for row in await desk.rows(TrunkRow)}
    assert (number.number, number.standing, number.inbound_trunk_id) == (FREE[0], "active", trunks["inbound"].id)
    assert (rule.numbers, rule.trunk_ids) == ([FREE[0]], [trunks["inbound"].id])
    assert trunks["outbound"].numbers == [FREE[0]]
    assert trunks["outbound"].address and trunks["inbound"].livekit_id
    allowed = {"twilio": 1, "telnyx": 20}  # calls a second, by what the carriers publish
    assert trunks["outbound"].max_calls_per_s == allowed.get(carrier)
    if carrier != "own":
        assert desk.market.benches[carrier].sold() in ([FREE[0]], [FREE[0].lstrip("+")])
        assert desk.market.benches[carrier].assigned(FREE[0])


@pytest.mark.parametrize("carrier", KINDS)
async def test_a_second_time_there_is_nothing_to_do_and_nothing_is_written(desk: Desk, carrier: str) -> None:
    await desk.apply(document(carrier))
    writes = desk.market.writes()
    again = await desk.plan(document(carrier))
    assert words(again) == []
    assert desk.market.writes() == writes
    assert (await desk.plans.drift()).steps == ()


@pytest.mark.parametrize("carrier", KINDS)
async def test_what_is_exported_is_what_was_applied(desk: Desk, carrier: str) -> None:
    await desk.apply(document(carrier))
    exported = await desk.plans.export()
    assert exported.left_out == []
    assert words(await desk.plan(exported.document.model_dump(mode="json", exclude_unset=True))) == []
