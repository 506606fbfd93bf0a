"""A call's evidence is written with the events it tells, and only with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.ledger.leaf import read_leaf
from gateway.calls import transfer_facts as x
from gateway.calls.memory_rooms import MemoryRooms
from gateway.kernel.role_tokens import ensure_role_keys
from tests.integration.calls.conftest import World, make_world
from tests.integration.ledger.book import Book
from tests.unit.calls.story import NUMBERS, Facts

CALL = "call_01kaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture
def world(book: Book, tmp_path: Path) -> World:
    ensure_role_keys(tmp_path / "roles")
    return make_world(book.database, tmp_path / "roles", book.clock, MemoryRooms())


async def test_a_call_out_and_its_transfer_are_told_once(book: Book, world: World) -> None:
    facts = Facts(CALL)
    decided = facts.admitted(direction="outbound")
    joined = facts.transfer(x.TransferJoined, 3, attempt_id="att_1")
    await world.calls.runner.take([facts.invite(direction="outbound", asked_by="campaign"), decided])
    await world.calls.runner.take([decided, joined])  # the first was reported before
    leaves = [read_leaf(row.leaf) for row in await book.rows()]
    assert [(one.kind, one.call_id, one.facts["event"]) for one in leaves] == [
        ("dial", CALL, "admission_decided"), ("transfer", CALL, "transfer_joined"),
    ]  # fmt: skip
    assert set(leaves[0].commitments) == {"ani", "dnis"}
    assert all(NUMBERS.dnis not in row.leaf for row in await book.rows())
    assert (await book.verified()).good


async def test_what_is_not_recorded_is_not_told(book: Book, world: World) -> None:
    async def fail(session: AsyncSession, *_: object) -> None:
        raise RuntimeError

    world.calls.runner.on_append(fail)
    with pytest.raises(RuntimeError):
        await world.calls.runner.take([Facts(CALL).admitted(direction="outbound")])
    assert await book.rows() == [] and await world.log(CALL) == []
