"""Which Redis LiveKit lives in: another answer than before means that its trunks and rules may be gone."""

from __future__ import annotations

import redis.asyncio as redis
from livekit import api

from gateway.kernel.errors import Unavailable
from gateway.livekit.client import LiveKitClient


class SwitchboardIdentity:
    """`await identity()` is Redis's run_id; raises Unavailable while Redis or LiveKit does not answer."""

    def __init__(self, client: LiveKitClient, redis_url: str) -> None:
        self._client = client
        self._redis = redis.from_url(redis_url, socket_timeout=2.0)

    async def __call__(self) -> str:
        try:
            server = await self._redis.info("server")
        except (redis.RedisError, OSError) as error:
            raise Unavailable("Redis does not answer", code="redis.unavailable", todo="gateway doctor") from error
        async with self._client.asked() as lk:
            await lk.room.list_rooms(api.ListRoomsRequest(names=["-"]))
        return str(server["run_id"])

    async def close(self) -> None:
        await self._redis.aclose()
