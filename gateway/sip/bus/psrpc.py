"""Calls to livekit-server over Redis publish/subscribe, as livekit/psrpc 0.7.2 does them.

A request is published; whoever could serve it claims it; the first claim is granted; its server
works and responds. Redis may go away and come back at any time: the subscription is renewed, and
requests fail in bounded time meanwhile.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError, Message
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.bus import channels
from gateway.sip.bus.psrpc_pb2 import ClaimRequest, ClaimResponse, Msg, Request, Response

_TYPE_PREFIX = "type.googleapis.com/internal."
_RECONNECT_S = (0.1, 0.2, 0.5, 1.0)
_PING_EVERY_S = 5.0

_log = get_logger(__name__)


class BusError(Unavailable):
    """A server on the bus answered with an error; `psrpc_code` as in `not_found`, `unavailable`."""

    def __init__(self, detail: str, psrpc_code: str) -> None:
        super().__init__(detail, code=f"bus.{psrpc_code}")
        self.psrpc_code = psrpc_code


@dataclass
class _Waiting:
    claim: asyncio.Future[ClaimRequest] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    response: asyncio.Future[Response] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class PsrpcClient:
    """One client of one service; `await start()` first, `await close()` at the end."""

    def __init__(self, redis_url: str, service: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=1.0, socket_timeout=2.0, health_check_interval=0)
        self._service = service
        self._client_id = "CLI_" + secrets.token_hex(6)
        self._claims = channels.claims(service, self._client_id)
        self._responses = channels.responses(service, self._client_id)
        self._waiting: dict[str, _Waiting] = {}
        self._tasks = TaskSet()
        self._listening = asyncio.Event()

    async def start(self) -> None:
        self._tasks.start(self._listen_forever(), name="bus:listen")

    async def close(self) -> None:
        await self._tasks.close()
        await self._redis.aclose()

    @property
    def connected(self) -> bool:
        return self._listening.is_set()

    async def call(self, method: str, request: Message, *, within_s: float = 2.0) -> bytes:
        """The raw response. Raises Unavailable when nobody serves it in time, BusError on an error."""
        request_id = "REQ_" + secrets.token_hex(8)
        waiting = self._waiting[request_id] = _Waiting()
        try:
            async with asyncio.timeout(within_s):
                await self._listening.wait()
                await self._publish_request(method, request_id, request, within_s)
                claim = await waiting.claim
                grant = ClaimResponse(request_id=request_id, server_id=claim.server_id)
                await self._publish(channels.claim_answers(self._service, method), "ClaimResponse", grant)
                response = await waiting.response
        except TimeoutError as error:
            raise Unavailable("livekit-server does not answer on the bus", code="bus.timeout") from error
        except (RedisError, OSError) as error:
            raise Unavailable("Redis does not answer", code="bus.redis") from error
        finally:
            del self._waiting[request_id]
        if response.error or response.code:
            raise BusError(f"livekit-server refused {method}", response.code or "unknown")
        return response.raw_response

    async def _publish_request(self, method: str, request_id: str, request: Message, within_s: float) -> None:
        now = time.time_ns()
        envelope = Request(
            request_id=request_id, client_id=self._client_id, sent_at=now, expiry=now + int(within_s * 1e9),
            raw_request=request.SerializeToString(),
        )  # fmt: skip
        await self._publish(channels.requests(self._service, method), "Request", envelope)

    async def _publish(self, channel: str, kind: str, message: Message) -> None:
        wrapped = Msg(type_url=_TYPE_PREFIX + kind, value=message.SerializeToString(), channel=channel)
        await self._redis.publish(channel, wrapped.SerializeToString())

    async def _listen_forever(self) -> None:
        failures = 0
        while True:
            pubsub = self._redis.pubsub()
            try:
                await pubsub.subscribe(self._claims, self._responses)
                self._listening.set()
                failures = 0
                await self._listen(pubsub)
            except (RedisError, OSError):
                if self._listening.is_set():
                    _log.warning("bus_lost")
                self._listening.clear()
                await asyncio.sleep(_RECONNECT_S[min(failures, len(_RECONNECT_S) - 1)])
                failures += 1
            finally:
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _listen(self, pubsub: PubSub) -> None:
        """Until the connection breaks; a ping now and then finds one that broke without a word."""
        answered = True
        while True:
            message = await pubsub.get_message(timeout=_PING_EVERY_S)
            if message is None:
                if not answered:
                    raise OSError("Redis is silent")
                answered = False
                await pubsub.ping()
                continue
            answered = True
            if message["type"] == "message":
                self._take(message["data"])

    def _take(self, raw: bytes) -> None:
        try:
            wrapped = Msg.FromString(raw)
            kind = wrapped.type_url.removeprefix(_TYPE_PREFIX)
            if kind == "ClaimRequest":
                claim = ClaimRequest.FromString(wrapped.value)
                waiting = self._waiting.get(claim.request_id)
                if waiting and claim.affinity >= 0 and not waiting.claim.done():
                    waiting.claim.set_result(claim)
            elif kind == "Response":
                response = Response.FromString(wrapped.value)
                waiting = self._waiting.get(response.request_id)
                if waiting and not waiting.response.done():
                    waiting.response.set_result(response)
        except DecodeError:
            _log.warning("bus_message_unreadable")
