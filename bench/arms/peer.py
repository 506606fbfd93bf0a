"""What a peer's process is told by its environment. No import of ours: it may run in an environment of its own."""

from __future__ import annotations

import os

NAME = "gateway"  # the dispatch name that the SIP node's rooms ask for
GREETING = "Hello, how can I help you?"
INSTRUCTIONS = "You are on the telephone. Answer in one sentence."
REGISTERED = "registered with LiveKit"  # what it prints when calls can come
MODEL, VOICE, KEY = "bench", "ash", "none"


def providers() -> str:
    """The base URL of the providers of fixed delays."""
    return os.environ["BENCH_PROVIDERS"]


def server() -> tuple[str, str, str]:
    """LiveKit's address, key and secret."""
    return os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"]


def most_calls() -> int:
    return int(os.environ.get("BENCH_CALLS", "20"))
