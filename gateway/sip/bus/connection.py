"""One node's connection to the bus: publish, subscribe, and the lock that makes a channel a queue (psrpc 0.7.2).

Redis may go away and come back at any time: everything that was subscribed is subscribed again.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections.abc import Callable

from google.protobuf.message import DecodeError, Message
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.bus.psrpc_pb2 import Msg

TYPE_PREFIX = "type.googleapis.com/internal."
LOCK_S = 5
SETTLED_AFTER_S = 1.0
_RECONNECT_S = (0.1, 0.2, 0.5, 1.0)
_PING_EVERY_S = 5.0

_log = get_logger(__name__)
Take = Callable[[Msg, bytes], None]


class BusConnection:
    """`register` before `start`, `subscribe` after; a taker gets each message and the bytes it came as."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, socket_connect_timeout=1.0, socket_timeout=2.0, health_check_interval=0)
        self._takers: dict[str, Take] = {}
        self._pubsub: PubSub | None = None
        self._tasks = TaskSet()
        self._listening = asyncio.Event()
        self._settled_at = 0.0

    async def start(self) -> None:
        self._tasks.start(self._listen_forever(), name="bus:listen")

    async def close(self) -> None:
        await self._tasks.close()
        await self._redis.aclose()

    @property
    def connected(self) -> bool:
        return self._listening.is_set()

    @property
    def settled(self) -> bool:
        """False without Redis, and for a moment after it came back: the locks of before may be lost with it."""
        return self.connected and asyncio.get_running_loop().time() >= self._settled_at

    async def until_connected(self) -> None:
        await self._listening.wait()

    def register(self, channel: str, take: Take) -> None:
        self._takers[channel] = take

    async def subscribe(self, *channels: tuple[str, Take]) -> None:
        self._takers.update(channels)
        if self._pubsub:  # when it fails, so does the listener, which subscribes to everything again
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.subscribe(*(name for name, _ in channels))

    async def unsubscribe(self, *channels: str) -> None:
        for channel in channels:
            self._takers.pop(channel, None)
        if self._pubsub:
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(*channels)

    async def publish(self, channel: str, kind: str, message: Message) -> None:
        """`kind` is the message's name in package `internal`. Raises RedisError, OSError."""
        wrapped = Msg(type_url=TYPE_PREFIX + kind, value=message.SerializeToString(), channel=channel)
        await self._redis.publish(channel, wrapped.SerializeToString())

    async def win(self, raw: bytes) -> bool:
        """True for the one of all servers on a queue that may handle the message. Raises RedisError, OSError."""
        key = base64.b64encode(hashlib.sha256(raw).digest()).decode()
        return bool(await self._redis.set(key, secrets.randbits(63), nx=True, ex=LOCK_S))

    async def _listen_forever(self) -> None:
        failures, lost = 0, False
        while True:
            pubsub = self._redis.pubsub()
            try:
                await self._subscribe_all(pubsub)
                self._settled_at = asyncio.get_running_loop().time() + (SETTLED_AFTER_S if lost else 0.0)
                self._listening.set()
                failures = 0
                await self._listen(pubsub)
            except (RedisError, OSError):
                if self._listening.is_set():
                    _log.warning("bus_lost")
                lost = True
                self._pubsub = None
                self._listening.clear()
                await asyncio.sleep(_RECONNECT_S[min(failures, len(_RECONNECT_S) - 1)])
                failures += 1
            finally:
                self._pubsub = None
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _subscribe_all(self, pubsub: PubSub) -> None:
        done: set[str] = set()
        while missing := self._takers.keys() - done:  # some may come while we wait
            await pubsub.subscribe(*missing)
            done |= missing
        self._pubsub = pubsub

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
                self._take(message["channel"].decode(), message["data"])

    def _take(self, channel: str, raw: bytes) -> None:
        try:
            if take := self._takers.get(channel):
                take(Msg.FromString(raw), raw)
        except DecodeError:
            _log.warning("bus_message_unreadable")
