"""One LiveKit API client per process, and its errors translated once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from livekit import api

from gateway.kernel.errors import Conflict, GatewayError, NotFound, Unavailable
from gateway.settings import LiveKitSettings

TIMEOUT_S = 5.0
_GONE = {"not_found"}
_REFUSED = {"invalid_argument", "already_exists", "failed_precondition", "out_of_range", "malformed"}


def http_url(url: str) -> str:
    """LiveKit's API address for its signalling address."""
    return url.replace("wss://", "https://", 1).replace("ws://", "http://", 1)


class LiveKitClient:
    """Open it inside the running loop."""

    def __init__(self, settings: LiveKitSettings) -> None:
        self._settings = settings
        self._api: api.LiveKitAPI | None = None

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[api.LiveKitAPI]:
        """The API; raises NotFound, Conflict or Unavailable in place of the library's errors."""
        if self._api is None:
            self._api = api.LiveKitAPI(
                http_url(self._settings.url), self._settings.api_key, self._settings.api_secret.get_secret_value(),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            )  # fmt: skip
        try:
            yield self._api
        except api.TwirpError as error:
            raise translated(error) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("LiveKit does not answer", code="livekit.unavailable", todo="gateway doctor") from error

    async def close(self) -> None:
        if self._api is not None:
            await self._api.aclose()
            self._api = None


def translated(error: api.TwirpError) -> GatewayError:
    if error.code in _GONE:
        return NotFound("LiveKit has no such thing", code="livekit.not_found")
    if error.code in _REFUSED:
        return Conflict(f"LiveKit refused: {error.message}", code="livekit.refused")
    return Unavailable(f"LiveKit failed ({error.code})", code="livekit.unavailable", todo="gateway doctor")
