"""The connection to a server with OpenAI's interface. A client of its own for each stage would read the machine's
authorities again, 20 ms of CPU each, while a caller waits: the fork server reads them once for all calls."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache

import httpx2
import openai

from agents.speech.choice import Choice

TIMEOUT = httpx2.Timeout(connect=15.0, read=5.0, write=5.0, pool=5.0)  # as livekit's plugin has it
LIMITS = httpx2.Limits(max_connections=50, max_keepalive_connections=50, keepalive_expiry=120)
_CHUNK = (
    'data: {"id":"w","object":"chat.completion.chunk","created":0,"model":"w",'
    '"choices":[{"index":0,"delta":{"content":"w"},"finish_reason":null}]}\n\ndata: [DONE]\n\n'
)


@cache
def authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def client(choice: Choice) -> openai.AsyncClient:
    """Of one call; its retries are livekit-agents' own."""
    http = httpx2.AsyncClient(verify=authorities(), timeout=TIMEOUT, limits=LIMITS, follow_redirects=True)
    return openai.AsyncClient(api_key=choice.api_key, base_url=choice.url, max_retries=0, http_client=http)


def warm() -> None:
    """For the fork server: 180 ms of CPU go into the library's first request of each kind, and none into the second.
    Nothing leaves this process, and no thread is begun."""
    authorities()
    asyncio.run(_each_once())


async def _each_once() -> None:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(_answer)) as http:
        once = openai.AsyncClient(api_key="none", base_url="http://warm.invalid/v1", http_client=http, max_retries=0)
        tool = {"type": "function", "function": {"name": "w", "parameters": {"type": "object", "properties": {}}}}
        said = await once.chat.completions.create(
            model="w", messages=[{"role": "user", "content": "w"}], stream=True, tools=[tool]  # pyright: ignore
        )  # fmt: skip
        async for _ in said:
            pass
        await once.audio.transcriptions.create(file=("w.wav", b"RIFF", "audio/wav"), model="w", response_format="json")
        async with once.audio.speech.with_streaming_response.create(input="w", model="w", voice="ash") as sound:
            async for _ in sound.iter_bytes():
                pass


def _answer(request: httpx2.Request) -> httpx2.Response:
    if request.url.path.endswith("/completions"):
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=_CHUNK.encode())
    if request.url.path.endswith("/transcriptions"):
        return httpx2.Response(200, json={"text": "w"})
    return httpx2.Response(200, headers={"content-type": "audio/wav"}, content=b"RIFF")
