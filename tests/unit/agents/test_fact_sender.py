"""Facts reach the control plane once each and in order, whoever is away or dies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gateway.calls.fact_sender import FactSender
from gateway.calls.fact_spool import FactSpool
from gateway.calls.facts import ToolCalled
from gateway.calls.reported_facts import FactBatch
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys


class ControlPlane:
    """Answers the facts endpoint; `statuses` are used up first, then 202."""

    def __init__(self, tokens: RoleTokens) -> None:
        self._tokens = tokens
        self.statuses: list[int] = []
        self.poison = ""
        self.got: list[tuple[str, int]] = []
        self.changed = asyncio.Event()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        assert self._tokens.verify(request.headers["Authorization"].removeprefix("Bearer "), "facts")
        status = self.statuses.pop(0) if self.statuses else 202
        if status == 0:
            raise httpx.ConnectError("nobody there")
        facts = FactBatch.model_validate_json(request.content).facts
        if self.poison and any(getattr(fact, "name", "") == self.poison for fact in facts):
            status = 422
        if status == 202:
            self.got += [(getattr(fact, "name", ""), fact.seq) for fact in facts]
        self.changed.set()
        return httpx.Response(status)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def tokens(tmp_path: Path) -> RoleTokens:
    ensure_role_keys(tmp_path / "keys")
    return RoleTokens(tmp_path / "keys")


def sender(plane: ControlPlane, tokens: RoleTokens, folder: Path, source: str = "worker:a") -> FactSender:
    return FactSender("http://cp", tokens, "worker", source, folder / "spool", transport=httpx.MockTransport(plane))


async def test_facts_of_a_call_arrive_batched_and_in_order(tokens: RoleTokens, tmp_path: Path) -> None:
    plane = ControlPlane(tokens)
    facts = sender(plane, tokens, tmp_path)
    await facts.start()
    for n in range(1200):
        facts.record(ToolCalled, "call_x", name=f"t{n}")
    await plane.until(lambda: len(plane.got) == 1200)
    await facts.close()
    assert plane.got == [(f"t{n}", n) for n in range(1200)]
    assert list((tmp_path / "spool").glob("*")) == []


async def test_an_outage_loses_nothing_and_keeps_the_order(tokens: RoleTokens, tmp_path: Path) -> None:
    plane = ControlPlane(tokens)
    plane.statuses = [0, 503, 0]
    facts = sender(plane, tokens, tmp_path)
    await facts.start()
    facts.record(ToolCalled, "call_x", name="t0")
    await plane.until(lambda: len(plane.statuses) <= 1)
    facts.record(ToolCalled, "call_x", name="t1")
    await plane.until(lambda: len(plane.got) == 2)
    await facts.close()
    assert plane.got == [("t0", 0), ("t1", 1)]


async def test_what_a_dead_sender_left_is_sent_by_the_next_one(tokens: RoleTokens, tmp_path: Path) -> None:
    plane = ControlPlane(tokens)
    plane.statuses = [503] * 10
    first = sender(plane, tokens, tmp_path)
    await first.start()
    first.record(ToolCalled, "call_x", name="left_behind")
    await first.close(within_s=1)
    assert len(list((tmp_path / "spool").glob("*"))) == 1

    plane.statuses = []
    second = sender(plane, tokens, tmp_path, source="worker:b")
    await second.start()
    await plane.until(lambda: plane.got == [("left_behind", 0)])
    await second.close()
    assert list((tmp_path / "spool").glob("*")) == []


async def test_one_fact_that_is_refused_does_not_hold_up_the_others(tokens: RoleTokens, tmp_path: Path) -> None:
    plane = ControlPlane(tokens)
    plane.poison = "bad"
    facts = sender(plane, tokens, tmp_path)
    await facts.start()
    for name in ("good", "bad", "better"):
        facts.record(ToolCalled, "call_x", name=name)
    await plane.until(lambda: len(plane.got) >= 2)
    await facts.close()
    assert plane.got == [("good", 0), ("better", 2)]


def test_the_spool_is_bounded_and_says_what_it_lost(tmp_path: Path) -> None:
    spool = FactSpool(tmp_path, "x", max_bytes=30)
    assert spool.append([json.dumps({"n": n}) for n in range(5)]) == 2
    assert spool.first(9) == ['{"n": 0}', '{"n": 1}', '{"n": 2}']


def test_a_living_senders_spool_is_not_taken_and_a_torn_line_is_no_fact(tmp_path: Path) -> None:
    living, other = FactSpool(tmp_path, "a"), FactSpool(tmp_path, "b")
    living.append(["one"])
    assert other.adopt() == 0
    living.close()
    with living.path.open("a") as file:
        file.write('{"half')
    assert other.adopt() == 1
    assert other.first(9) == ["one"]
    assert not living.path.exists()
