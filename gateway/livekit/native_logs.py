"""LiveKit's native library logs to stderr, not through Python.

`livekit` 1.1.21 has its library hand over every record, debug ones of WebRTC included, and throws them away in Python:
about 1,270 per room that is joined, half of the CPU time of a join (90 → 44 ms measured). Without that the library
writes what RUST_LOG asks for to stderr itself, errors when it asks for nothing.
This touches private names of a version that is pinned; `tests/unit/sip_node/test_own_events.py` checks them.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Any

from livekit.rtc import _ffi_client

_load = _ffi_client.get_ffi_lib


class _Quiet:
    """The library, but for how it is initialised."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.livekit_ffi_initialize = _Initialize(library.livekit_ffi_initialize)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)


class _Initialize:
    def __init__(self, function: Any) -> None:
        self._function = function
        self.argtypes: list[Any] = []  # set by `livekit` before the call

    def __call__(self, callback: Any, capture_logs: bool, sdk: bytes, version: bytes) -> None:
        self._function.argtypes = self.argtypes
        self._function(callback, False, sdk, version)


@cache
def load_quietly() -> _Quiet:
    """Loads the library, safe to fork. To be called before anything of `livekit.rtc` is used."""
    return _Quiet(_load())


def keep_out_of_python() -> None:
    """From the next use of `livekit.rtc` on; LIVEKIT_RTC_DEBUG leaves everything as it was."""
    if not os.environ.get("LIVEKIT_RTC_DEBUG"):
        setattr(_ffi_client, "get_ffi_lib", load_quietly)  # noqa: B010 - no part of what the module exports
