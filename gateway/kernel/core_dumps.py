"""A process that has secrets of callers in its memory writes none of it to disk when it crashes (Linux)."""

from __future__ import annotations

import ctypes
import resource

PR_SET_DUMPABLE = 4


def never_dump_core() -> None:
    """No core file, and no other process of the same user may look into this one (prctl(2), core(5))."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
