"""Calls to livekit-server over Redis publish/subscribe, as livekit/psrpc 0.7.2 does them.

A request is published; whoever could serve it claims it; the first claim is granted; its server
works and responds. While Redis is away requests fail in bounded time.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field

from google.protobuf.message import Message
from redis.exceptions import RedisError

from gateway.kernel.errors import Unavailable
from gateway.sip.bus import channels
from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.psrpc_pb2 import ClaimRequest, ClaimResponse, Msg, Request, Response


class BusError(Unavailable):
    """A server on the bus answered with an error; `psrpc_code` as in `not_found`, `details` are google.protobuf.Any."""

    def __init__(self, detail: str, psrpc_code: str, details: tuple[bytes, ...] = ()) -> None:
        super().__init__(detail, code=f"bus.{psrpc_code}")
        self.psrpc_code, self.details = psrpc_code, details


@dataclass
class _Waiting:
    claim: asyncio.Future[ClaimRequest] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    response: asyncio.Future[Response] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class PsrpcClient:
    """One client of one service, on a connection that has not been started yet."""

    def __init__(self, bus: BusConnection, service: str) -> None:
        self._bus = bus
        self._service = service
        self._client_id = "CLI_" + secrets.token_hex(6)
        self._waiting: dict[str, _Waiting] = {}
        bus.register(channels.claims(service, self._client_id), self._take_claim)
        bus.register(channels.responses(service, self._client_id), self._take_response)

    async def call(self, method: str, request: Message, *, topic: str = "", within_s: float = 2.0) -> bytes:
        """The raw response. Raises Unavailable when nobody serves it in time, BusError on an error."""
        request_id = "REQ_" + secrets.token_hex(8)
        waiting = self._waiting[request_id] = _Waiting()
        try:
            async with asyncio.timeout(within_s):
                await self._bus.until_connected()
                asking = channels.requests(self._service, method, topic)
                await self._publish_request(asking, request_id, request, within_s)
                claim = await waiting.claim
                grant = ClaimResponse(request_id=request_id, server_id=claim.server_id)
                await self._bus.publish(channels.claim_answers(self._service, method, topic), "ClaimResponse", grant)
                response = await waiting.response
        except TimeoutError as error:
            raise Unavailable("livekit-server does not answer on the bus", code="bus.timeout") from error
        except (RedisError, OSError) as error:
            raise Unavailable("Redis does not answer", code="bus.redis") from error
        finally:
            del self._waiting[request_id]
        if response.error or response.code:
            raise BusError(f"the bus refused {method}", response.code or "unknown", tuple(response.error_details))
        return response.raw_response

    async def _publish_request(self, channel: str, request_id: str, request: Message, within_s: float) -> None:
        now = time.time_ns()
        envelope = Request(
            request_id=request_id, client_id=self._client_id, sent_at=now, expiry=now + int(within_s * 1e9),
            raw_request=request.SerializeToString(),
        )  # fmt: skip
        await self._bus.publish(channel, "Request", envelope)

    def _take_claim(self, wrapped: Msg, raw: bytes) -> None:
        claim = ClaimRequest.FromString(wrapped.value)
        waiting = self._waiting.get(claim.request_id)
        if waiting and claim.affinity >= 0 and not waiting.claim.done():
            waiting.claim.set_result(claim)

    def _take_response(self, wrapped: Msg, raw: bytes) -> None:
        response = Response.FromString(wrapped.value)
        waiting = self._waiting.get(response.request_id)
        if waiting and not waiting.response.done():
            waiting.response.set_result(response)
