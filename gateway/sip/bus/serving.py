"""The serving side of psrpc 0.7.2: requests come in, are claimed, worked on and answered.

Several nodes serve one method. LiveKit's client takes the first claim whatever its affinity, and only who wins
the queue's lock may claim: so a node that wants no request leaves the lock to the others, and one that is loaded
reaches for it a little later.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from redis.exceptions import RedisError

from gateway.kernel.errors import BadInput, Conflict, GatewayError, NotFound, Overloaded, Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.bus import channels
from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.psrpc_pb2 import ClaimRequest, ClaimResponse, Msg, Request, Response

HESITATION_S = 0.1  # of a node that is almost full; LiveKit waits a second for the first claim
MOST_UNDER_WAY = 500
REQUESTS_REMEMBERED = 10_000
SEND_AGAIN_S = 0.2

_log = get_logger(__name__)
# (raw request, seconds until the asker gives up) → response
Handler = Callable[[bytes, float], Awaitable[Message]]
# 1: idle, towards 0: loaded, below 0: not me
Affinity = Callable[[], float]
_CODES: tuple[tuple[type[GatewayError], str], ...] = (
    (BadInput, "invalid_argument"),
    (NotFound, "not_found"),
    (Conflict, "already_exists"),
    (Overloaded, "resource_exhausted"),
    (Unavailable, "unavailable"),
)


class RpcRefused(Exception):
    """The answer is an error: a psrpc code, a sentence, and messages that say more."""

    def __init__(self, code: str, detail: str, *details: Message) -> None:
        super().__init__(detail)
        self.code, self.detail, self.details = code, detail, details


@dataclass(frozen=True)
class _Served:
    claims: str  # where the asker says whom it chose
    handler: Handler
    affinity: Affinity


def _always() -> float:
    return 1.0


class PsrpcServer:
    """Serves methods of one service; a topic of "" is none. A request id is handled once."""

    def __init__(self, bus: BusConnection, service: str) -> None:
        self._bus = bus
        self._service = service
        self._id = "SRV_" + secrets.token_hex(6)
        self._granted: dict[str, asyncio.Future[str]] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._tasks = TaskSet()

    async def serve(self, method: str, handler: Handler, *, topic: str = "", affinity: Affinity = _always) -> None:
        claims = channels.claim_answers(self._service, method, topic)
        served = _Served(claims, handler, affinity)

        def take(wrapped: Msg, raw: bytes) -> None:
            self._take(served, wrapped, raw)

        await self._bus.subscribe(
            (claims, self._take_grant), (channels.requests(self._service, method, topic), take)
        )  # fmt: skip

    async def stop_serving(self, method: str, *, topic: str = "") -> None:
        asked = channels.requests(self._service, method, topic)
        await self._bus.unsubscribe(asked, channels.claim_answers(self._service, method, topic))

    async def close(self) -> None:
        await self._tasks.close()

    def _take(self, served: _Served, wrapped: Msg, raw: bytes) -> None:
        request = Request.FromString(wrapped.value)
        if request.expiry <= time.time_ns() or request.request_id in self._seen:
            return
        if len(self._tasks) >= MOST_UNDER_WAY:
            _log.warning("bus_request_dropped", under_way=MOST_UNDER_WAY)
            return
        self._seen[request.request_id] = None
        while len(self._seen) > REQUESTS_REMEMBERED:
            self._seen.popitem(last=False)
        self._tasks.start(self._handle(served, request, raw), name="bus:serve")

    def _take_grant(self, wrapped: Msg, raw: bytes) -> None:
        grant = ClaimResponse.FromString(wrapped.value)
        if (granted := self._granted.get(grant.request_id)) and not granted.done():
            granted.set_result(grant.server_id)

    async def _handle(self, served: _Served, request: Request, raw: bytes) -> None:
        wish = served.affinity()
        if wish < 0:
            return
        if wish < 1:
            await asyncio.sleep((1 - wish) * HESITATION_S)
        try:
            async with asyncio.timeout(_seconds_left(request)):
                mine = await self._bus.win(raw) and await self._claim(served, request, wish)
        except (TimeoutError, RedisError, OSError):
            return
        if mine:
            await self._respond(request, await self._work(served.handler, request))

    async def _claim(self, served: _Served, request: Request, wish: float) -> bool:
        granted = self._granted[request.request_id] = asyncio.get_running_loop().create_future()
        try:
            claim = ClaimRequest(request_id=request.request_id, server_id=self._id, affinity=wish)
            await self._bus.publish(channels.claims(self._service, request.client_id), "ClaimRequest", claim)
            return await granted == self._id
        finally:
            del self._granted[request.request_id]

    async def _work(self, handler: Handler, request: Request) -> Response:
        """The handler's answer; also one that broke gets an answer, or the asker would wait for nothing."""
        working = asyncio.ensure_future(handler(request.raw_request, _seconds_left(request)))
        try:
            await asyncio.wait([working])
        finally:
            working.cancel()
        response = Response(request_id=request.request_id, server_id=self._id)
        if (error := working.exception()) is None:
            response.raw_response = working.result().SerializeToString()
        else:
            refused = _refusal_of(error)
            response.code, response.error = refused.code, refused.detail
            response.error_details.extend(_packed(detail) for detail in refused.details)
        return response

    async def _respond(self, request: Request, response: Response) -> None:
        """Again and again while Redis is away, as long as the asker waits."""
        response.sent_at = time.time_ns()
        where = channels.responses(self._service, request.client_id)
        while (left := _seconds_left(request)) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._bus.until_connected()
                    await self._bus.publish(where, "Response", response)
                    return
            except (TimeoutError, RedisError, OSError):
                await asyncio.sleep(SEND_AGAIN_S)
        _log.warning("bus_response_too_late")


def _refusal_of(error: BaseException) -> RpcRefused:
    if isinstance(error, RpcRefused):
        return error
    if isinstance(error, DecodeError):
        return RpcRefused("malformed_request", "the request cannot be read")
    if isinstance(error, GatewayError):
        code = next((code for kind, code in _CODES if isinstance(error, kind)), "internal")
        return RpcRefused(code, error.detail)
    _log.error("bus_request_failed", exc_info=error)
    return RpcRefused("internal", "the SIP node failed; its log has the details")


def _packed(detail: Message) -> bytes:
    packed = AnyMessage()
    packed.Pack(detail)
    return packed.SerializeToString()


def _seconds_left(request: Request) -> float:
    return (request.expiry - time.time_ns()) / 1e9
