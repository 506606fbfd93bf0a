"""The serving side of the bus over a real Redis: who works, how often, and what the asker is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from livekit.protocol.sip import SIPStatus, SIPStatusCode

from gateway.kernel.errors import BadInput, Unavailable
from gateway.sip.bus import channels
from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.psrpc import BusError, PsrpcClient
from gateway.sip.bus.psrpc_pb2 import ClaimResponse, Request
from gateway.sip.bus.serving import PsrpcServer, RpcRefused
from gateway.stack import redis_server
from gateway.stack.plan import StackPlan, StackPorts
from gateway.stack.ports import PortAllocator
from gateway.stack.program import Child
from gateway.stack.programs import redis_program
from tests.integration.sip_node.fakes import until

SERVICE, METHOD = "Test", "Work"


def ask(text: str) -> ClaimResponse:
    """Any small message will do for a request and for an answer."""
    return ClaimResponse(request_id=text)


@dataclass
class Bus:
    """A Redis, and whoever is on it."""

    redis: Child
    url: str
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def connection(self) -> BusConnection:
        connection = BusConnection(self.url)
        self.stack.push_async_callback(connection.close)
        return connection

    async def client(self) -> PsrpcClient:
        connection = await self.connection()
        client = PsrpcClient(connection, SERVICE)
        await connection.start()
        await connection.until_connected()
        return client

    async def worker(self, affinity: float = 1.0, topic: str = "") -> Worker:
        connection = await self.connection()
        worker = Worker(PsrpcServer(connection, SERVICE), connection, affinity)
        self.stack.push_async_callback(worker.server.close)
        await worker.server.serve(METHOD, worker.work, topic=topic, affinity=lambda: worker.affinity)
        await connection.start()
        await connection.until_connected()
        return worker


@dataclass
class Worker:
    server: PsrpcServer
    connection: BusConnection
    affinity: float
    done: list[str] = field(default_factory=list)
    fails_with: Exception | None = None

    async def work(self, raw: bytes, within_s: float) -> ClaimResponse:
        asked = ClaimResponse.FromString(raw)
        self.done.append(asked.request_id)
        if self.fails_with:
            raise self.fails_with
        return ClaimResponse(request_id=asked.request_id + " done")


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    ports = PortAllocator()
    plan = StackPlan(tmp_path, StackPorts.allocate(ports, sip=None, api=None))
    redis = Child(redis_program(plan, redis_server.find()), plan.logs)
    await redis.start()
    await redis.wait_ready()
    bus = Bus(redis, plan.redis_url)
    async with bus.stack:
        yield bus
    await redis.stop()
    ports.close()


async def test_of_two_servers_one_does_the_work(bus: Bus) -> None:
    first, second, client = await bus.worker(), await bus.worker(), await bus.client()
    for number in range(30):
        answer = await client.call(METHOD, ask(str(number)), within_s=10)
        assert ClaimResponse.FromString(answer).request_id == f"{number} done"
    assert sorted(first.done + second.done, key=int) == [str(number) for number in range(30)]


async def test_a_server_that_wants_nothing_leaves_it_to_the_other(bus: Bus) -> None:
    drained, free, client = await bus.worker(affinity=-1), await bus.worker(), await bus.client()
    for number in range(10):
        await client.call(METHOD, ask(str(number)), within_s=10)
    assert (drained.done, len(free.done)) == ([], 10)


async def test_when_nobody_wants_it_the_asker_is_told_in_time(bus: Bus) -> None:
    await bus.worker(affinity=-1)
    client = await bus.client()
    with pytest.raises(Unavailable):
        await client.call(METHOD, ask("x"), within_s=0.5)


async def test_a_loaded_server_gets_less_of_the_work(bus: Bus) -> None:
    loaded, idle, client = await bus.worker(affinity=0.0), await bus.worker(), await bus.client()
    for number in range(20):
        await client.call(METHOD, ask(str(number)), within_s=10)
    assert len(loaded.done) + len(idle.done) == 20
    assert len(idle.done) > len(loaded.done)


async def publish(bus: Bus, *requests: Request) -> None:
    connection = await bus.connection()
    for request in requests:
        await connection.publish(channels.requests(SERVICE, METHOD), "Request", request)


def envelope(request_id: str, expires_in_s: float, text: str) -> Request:
    now = time.time_ns()
    return Request(
        request_id=request_id, client_id="CLI_none", sent_at=now, expiry=now + int(expires_in_s * 1e9),
        raw_request=ask(text).SerializeToString(),
    )  # fmt: skip


async def test_a_request_whose_time_is_over_is_left_alone(bus: Bus) -> None:
    worker, client = await bus.worker(), await bus.client()
    claims = asyncio.Queue[str](maxsize=100)
    connection = await bus.connection()
    connection.register(channels.claims(SERVICE, "CLI_none"), lambda message, raw: claims.put_nowait("claim"))
    await connection.start()
    await connection.until_connected()
    await publish(bus, envelope("REQ_old", -1, "old"), envelope("REQ_new", 20, "new"))
    assert await asyncio.wait_for(claims.get(), 10) == "claim"
    await client.call(METHOD, ask("after"), within_s=10)
    assert claims.empty()
    assert worker.done == ["after"]  # nobody granted the other one


async def test_a_request_sent_twice_is_claimed_once(bus: Bus) -> None:
    await bus.worker()
    await bus.worker()
    client = await bus.client()
    claims: list[str] = []
    connection = await bus.connection()
    connection.register(channels.claims(SERVICE, "CLI_none"), lambda message, raw: claims.append("claim"))
    await connection.start()
    await connection.until_connected()
    same = envelope("REQ_same", 20, "same")
    await publish(bus, same, same, same)
    await client.call(METHOD, ask("after"), within_s=10)
    assert claims == ["claim"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RpcRefused("failed_precondition", "not now"), "failed_precondition"),
        (BadInput("no", field="number"), "invalid_argument"),
        (Unavailable("away"), "unavailable"),
        (RuntimeError("a mistake of ours"), "internal"),
    ],
)
async def test_an_error_is_told_with_its_code(bus: Bus, error: Exception, code: str) -> None:
    worker, client = await bus.worker(), await bus.client()
    worker.fails_with = error
    with pytest.raises(BusError) as told:
        await client.call(METHOD, ask("x"), within_s=10)
    assert told.value.psrpc_code == code


async def test_an_error_carries_its_sip_status(bus: Bus) -> None:
    worker, client = await bus.worker(), await bus.client()
    worker.fails_with = RpcRefused(
        "resource_exhausted", "busy", SIPStatus(code=SIPStatusCode.SIP_STATUS_BUSY_HERE, status="Busy Here")
    )
    with pytest.raises(BusError) as told:
        await client.call(METHOD, ask("x"), within_s=10)
    packed = AnyMessage.FromString(told.value.details[0])
    assert packed.type_url == "type.googleapis.com/livekit.SIPStatus"
    assert SIPStatus.FromString(packed.value).code == 486


async def test_a_topic_is_served_until_it_is_given_up(bus: Bus) -> None:
    worker, client = await bus.worker(topic="SCL_a"), await bus.client()
    await client.call(METHOD, ask("mine"), topic="SCL_a", within_s=10)
    with pytest.raises(Unavailable):
        await client.call(METHOD, ask("not mine"), topic="SCL_b", within_s=0.5)
    await worker.server.stop_serving(METHOD, topic="SCL_a")
    with pytest.raises(Unavailable):
        await client.call(METHOD, ask("over"), topic="SCL_a", within_s=0.5)
    assert worker.done == ["mine"]


@pytest.mark.parametrize("topic", ["", "SCL_a"])
async def test_after_redis_was_away_requests_are_served_again(bus: Bus, topic: str) -> None:
    worker, client = await bus.worker(topic=topic), await bus.client()
    await client.call(METHOD, ask("before"), topic=topic, within_s=10)
    await bus.redis.stop()
    await bus.redis.start()
    await bus.redis.wait_ready()
    async with asyncio.timeout(20):
        while True:
            try:
                await client.call(METHOD, ask("after"), topic=topic, within_s=2)
                break
            except Unavailable:
                assert "after" not in worker.done
    assert worker.done == ["before", "after"]


async def test_a_connection_that_came_back_is_not_settled_at_once(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.sip.bus.connection.SETTLED_AFTER_S", 3600.0)
    connection = await bus.connection()
    connection.register("some channel", lambda message, raw: None)
    assert not connection.settled  # nor before the first time
    await connection.start()
    await connection.until_connected()
    assert connection.settled
    await bus.redis.stop()
    await until(lambda: not connection.connected, "the loss is noticed")
    await bus.redis.start()
    await asyncio.wait_for(connection.until_connected(), 20)
    assert not connection.settled
