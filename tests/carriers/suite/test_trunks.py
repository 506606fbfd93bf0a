"""A trunk becomes what its spec says, and numbers lead to it and away again."""

from __future__ import annotations

import pytest

from gateway.kernel.errors import BadInput, Conflict
from tests.carriers.bench import TAG, Bench, Make, spec
from tests.carriers.suite.acts import NUMBER, account, bought, owned
from trunks.carriers.port import Carrier


async def test_a_trunk_is_made_from_nothing_and_then_left_alone(carrier: Carrier, bench: Bench) -> None:
    assert await carrier.observe_trunk(spec()) is None
    made = await carrier.ensure_trunk(spec())
    assert (made.tag, made.name, made.differs) == (TAG, "Support line", ())
    assert made.host
    assert made.transports
    assert set(made.unsupported) == bench.unsupported
    since = len(bench.double.exchanges)
    assert await carrier.ensure_trunk(spec()) == made == await carrier.observe_trunk(spec())
    assert bench.double.writes(since) == []
    assert [one.remote_id for one in await carrier.trunks()] == [made.remote_id]


async def test_what_a_carrier_has_no_form_for_is_named_before_anything_is_asked(carrier: Carrier, bench: Bench) -> None:
    for wrong, field in bench.no_form:
        for act in (carrier.ensure_trunk, carrier.observe_trunk):
            with pytest.raises(BadInput) as refused:
                await act(wrong)
            assert (refused.value.field, refused.value.code) == (field, "carrier.trunk_invalid")
            assert refused.value.todo
    assert bench.no_form
    assert bench.double.exchanges == []


async def test_what_was_changed_by_hand_is_seen_and_repaired(make: Make) -> None:
    bench = make()
    async with account(bench) as carrier:
        await carrier.ensure_trunk(spec())
        names = [one.name for one in bench.spoiled()]
    assert names
    for name in names:
        bench = make()
        async with account(bench) as carrier:
            made = await carrier.ensure_trunk(spec())
            whole = sorted(bench.pieces())
            (spoiled,) = [one for one in bench.spoiled() if one.name == name]
            spoiled.do()
            since = len(bench.double.exchanges)
            seen = await carrier.observe_trunk(spec())
            assert seen is not None
            assert spoiled.field in seen.differs, name
            assert bench.double.writes(since) == [], "looking changes nothing"
            repaired = await carrier.ensure_trunk(spec())
            assert (repaired.remote_id, repaired.differs) == (made.remote_id, ()), name
            assert sorted(bench.pieces()) == whole, name
            since = len(bench.double.exchanges)
            await carrier.ensure_trunk(spec())
            assert bench.double.writes(since) == [], name


async def test_a_trunk_that_was_deleted_by_hand_is_made_again(carrier: Carrier, bench: Bench) -> None:
    await carrier.ensure_trunk(spec())
    whole = sorted(bench.pieces())
    bench.forget_trunk()
    assert await carrier.observe_trunk(spec()) is None
    assert (await carrier.ensure_trunk(spec())).differs == ()
    assert sorted(bench.pieces()) == whole


async def test_a_tag_on_two_trunks_is_a_conflict(carrier: Carrier, bench: Bench) -> None:
    await carrier.ensure_trunk(spec())
    bench.add_twin()
    since = len(bench.double.exchanges)
    with pytest.raises(Conflict) as twice:
        await carrier.ensure_trunk(spec())
    assert twice.value.todo
    assert bench.double.writes(since) == []


async def test_an_outbound_password_is_not_needed_for_calls_in(carrier: Carrier, bench: Bench) -> None:
    only_in = spec(username="", password="", sources=())
    made = await carrier.ensure_trunk(only_in)
    assert made.differs == ()
    fewer = len(bench.pieces())
    assert (await carrier.ensure_trunk(spec())).remote_id == made.remote_id
    assert len(bench.pieces()) >= fewer
    assert (await carrier.ensure_trunk(only_in)).differs == ()
    assert len(bench.pieces()) == fewer


async def test_a_number_leads_to_a_trunk_and_away_from_it_again(carrier: Carrier, bench: Bench) -> None:
    trunk = await carrier.ensure_trunk(spec())
    await bought(carrier)
    number = await owned(carrier)
    assert not bench.assigned(NUMBER)
    await carrier.assign(number, trunk, spec())
    assert bench.assigned(NUMBER)
    since = len(bench.double.exchanges)
    await carrier.assign(number, trunk, spec())
    assert bench.double.writes(since) == [], "again is nothing"
    with pytest.raises(Conflict) as used:
        await carrier.delete_trunk(trunk)
    assert used.value.todo
    await carrier.unassign(await owned(carrier))
    assert not bench.assigned(NUMBER)
    since = len(bench.double.exchanges)
    await carrier.unassign(await owned(carrier))
    assert bench.double.writes(since) == []
    await carrier.delete_trunk(trunk)
    assert bench.pieces() == []
    await carrier.delete_trunk(trunk)


async def test_only_what_is_ours_goes_with_a_trunk(carrier: Carrier, bench: Bench) -> None:
    bench.add_trunk("by hand")
    theirs = sorted(bench.pieces())
    await carrier.delete_trunk(await carrier.ensure_trunk(spec()))
    assert sorted(bench.pieces()) == theirs


async def test_a_number_is_given_back_once_and_may_be_gone_already(carrier: Carrier, bench: Bench) -> None:
    await bought(carrier)
    number = await owned(carrier)
    bench.double.fail("silent", "DELETE", "")
    await carrier.release(number)
    assert not bench.owns(NUMBER)
    await carrier.release(number)
    assert [one async for one in carrier.numbers()] == []
