"""Fewer wake-ups out of LiveKit's native library.

`livekit` 1.1.21 gives each audio frame of each track to every AudioStream of the process, and each
finished capture to every Room, which throw away what is not theirs: with ten calls that is ten task
wake-ups per frame instead of one. Here each subscription gets a filter for its own events, and
audio is handed over without waiting for a word back: 6.9 → 4 % of a core per call, measured at ten.
This touches private names of a version that is pinned; `tests/unit/sip_node/test_livekit_ffi.py`
checks that they are what we think.
"""

from __future__ import annotations

from collections.abc import Callable

from livekit import rtc
from livekit.rtc._ffi_client import FfiClient
from livekit.rtc._proto.ffi_pb2 import FfiEvent, FfiRequest

Wanted = Callable[[FfiEvent], bool]

_NOT_FOR_ROOMS = frozenset({"audio_stream_event", "video_stream_event", "capture_audio_frame"})


def only_its_own(stream: rtc.AudioStream) -> None:
    """`stream` is woken by frames of its own track alone."""
    handle = stream._ffi_handle.handle

    def wanted(event: FfiEvent) -> bool:
        if event.WhichOneof("message") != "audio_stream_event":
            return False
        return event.audio_stream_event.stream_handle == handle

    _set_filter(stream._ffi_queue, wanted)


def no_audio(room: rtc.Room) -> None:
    """`room` is not woken when somebody's audio was sent; for use after `connect`."""
    _set_filter(room._ffi_queue, lambda event: event.WhichOneof("message") not in _NOT_FOR_ROOMS)


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
