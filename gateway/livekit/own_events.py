"""Fewer wake-ups out of LiveKit's native library.

`livekit` 1.1.21 gives each audio frame of each track to every AudioStream of the process, and each
finished capture and each room's events to every Room, which throw away what is not theirs: with ten
calls that is ten task wake-ups per frame instead of one. Here each subscription gets a filter for its
own events. The SIP node hands audio over without waiting for a word back: 6.9 → 4 % of a core per
call, measured at ten; an agent waits, since its voice has to keep time.
This touches private names of a version that is pinned; `tests/unit/sip_node/test_own_events.py`
checks that they are what we think.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from typing import Any

from livekit import rtc
from livekit.rtc._ffi_client import FfiClient
from livekit.rtc._proto.ffi_pb2 import FfiEvent, FfiRequest, FfiResponse

Wanted = Callable[[FfiEvent], bool]

_NOT_FOR_ROOMS = frozenset({"audio_stream_event", "video_stream_event", "capture_audio_frame"})
_NO_ANSWERS = frozenset({"audio_stream_event", "video_stream_event", "room_event", "track_event"})


def only_its_own(stream: rtc.AudioStream) -> None:
    """`stream` is woken by frames of its own track alone."""
    handle = stream._ffi_handle.handle

    def wanted(event: FfiEvent) -> bool:
        if event.WhichOneof("message") != "audio_stream_event":
            return False
        return event.audio_stream_event.stream_handle == handle

    _set_filter(stream._ffi_queue, wanted)


def each_stream_only_its_own() -> None:
    """The same for every AudioStream that is made in this process from now on, also by livekit-agents."""
    made = rtc.AudioStream.__init__

    @functools.wraps(made)
    def make(self: rtc.AudioStream, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        only_its_own(self)

    setattr(rtc.AudioStream, "__init__", make)  # noqa: B010 - a method of somebody else's class


def only_its_room(room: rtc.Room) -> None:
    """`room` is woken by its own events, and not when somebody's audio was sent; for use after `connect`."""
    assert room._ffi_handle is not None
    handle = room._ffi_handle.handle

    def wanted(event: FfiEvent) -> bool:
        kind = event.WhichOneof("message")
        return event.room_event.room_handle == handle if kind == "room_event" else kind not in _NOT_FOR_ROOMS

    _set_filter(room._ffi_queue, wanted)


class _Waiting(threading.local):
    """Of one thread: what it subscribed last, until it has asked."""

    answer: _Answer | None = None


class _Answer:
    """A filter for the one event that answers a request; until that has been made, for every answer."""

    def __init__(self) -> None:
        self.async_id: int | None = None

    def __call__(self, event: FfiEvent) -> bool:
        kind = event.WhichOneof("message")
        if kind is None or kind in _NO_ANSWERS:
            return False
        return self.async_id is None or getattr(getattr(event, kind), "async_id", self.async_id) == self.async_id


def each_answer_to_its_asker() -> None:
    """Whoever waits for the answer to a request is woken by that alone: a finished capture woke everybody who waited.
    For this process, once; `livekit` subscribes without a filter, then asks, then waits for the number it was given."""
    client, waiting = FfiClient.instance, _Waiting()
    subscribe, request = client.queue.subscribe, client.request

    def subscribes(loop: asyncio.AbstractEventLoop | None = None, filter_fn: Wanted | None = None) -> object:
        if filter_fn is None:
            filter_fn = waiting.answer = _Answer()
        return subscribe(loop, filter_fn)

    def asks(asked: FfiRequest) -> FfiResponse:
        answer, waiting.answer = waiting.answer, None
        said = request(asked)
        if answer is not None and (kind := said.WhichOneof("message")) is not None:
            answer.async_id = getattr(getattr(said, kind), "async_id", None)
        return said

    setattr(client.queue, "subscribe", subscribes)  # noqa: B010 - of one object of somebody else's class
    setattr(client, "request", asks)  # noqa: B010


def capture(source: rtc.AudioSource, frame: rtc.AudioFrame) -> None:
    """Hands `frame` to `source`, which copies it at once; while its queue is full, the frame is lost."""
    if source._ffi_handle.disposed:
        return
    request = FfiRequest()
    request.capture_audio_frame.source_handle = source._ffi_handle.handle
    request.capture_audio_frame.buffer.CopyFrom(frame._proto_info())
    FfiClient.instance.request(request)


def _set_filter(queue: object, wanted: Wanted) -> None:
    events = FfiClient.instance.queue
    with events._lock:
        for place, (subscribed, loop, _) in enumerate(events._subscribers):
            if subscribed is queue:
                events._subscribers[place] = (subscribed, loop, wanted)
