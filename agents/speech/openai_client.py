"""The connection to a server with OpenAI's interface. A client of its own for each stage would read the machine's
authorities again, 20 ms of CPU each, while a caller waits: the fork server reads them once for all calls."""

from __future__ import annotations

import ssl
from functools import cache

import httpx2
import openai

from agents.speech.choice import Choice

TIMEOUT = httpx2.Timeout(connect=15.0, read=5.0, write=5.0, pool=5.0)  # as livekit's plugin has it
LIMITS = httpx2.Limits(max_connections=50, max_keepalive_connections=50, keepalive_expiry=120)


@cache
def authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def client(choice: Choice) -> openai.AsyncClient:
    """Of one call; its retries are livekit-agents' own."""
    http = httpx2.AsyncClient(verify=authorities(), timeout=TIMEOUT, limits=LIMITS, follow_redirects=True)
    return openai.AsyncClient(api_key=choice.api_key, base_url=choice.url, max_retries=0, http_client=http)
