"""The gateway's own record and rooms, asked from outside while its processes die and come back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
from livekit import api

from gateway.kernel.errors import GatewayError
from tests.sip.stack import RunningStack

ASK_AGAIN_S = 0.25
UNFINISHED = ("PENDING", "ENQUEUED", "DELAYED")


class Record:
    """Questions to the stack; what is away for the moment has no answer."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self._http = httpx.AsyncClient(
            base_url=stack.env["GATEWAY_URL"], timeout=10, trust_env=False,
            headers={"Authorization": f"Bearer {stack.env['GATEWAY_API_KEY']}"},
        )  # fmt: skip

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: Any) -> Any:
        """None while nobody answers."""
        try:
            answer = await self._http.get(path, params=query)
        except httpx.HTTPError:
            return None
        return answer.json() if answer.status_code == 200 else None

    async def post(self, path: str, body: dict[str, Any], *, key: str, within_s: float) -> int:
        """Again and again until there is an answer; its status, 0 for none in time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            try:
                answer = await self._http.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                await asyncio.sleep(ASK_AGAIN_S)
            else:
                if answer.status_code < 500:
                    return answer.status_code
                await asyncio.sleep(ASK_AGAIN_S)
        return 0

    async def call_of(self, sip_call_id: str) -> dict[str, Any] | None:
        found = await self.get("/v1/calls", limit=100)
        return next((one for one in (found or {"data": []})["data"] if one["sip_call_id"] == sip_call_id), None)

    async def events(self, call_id: str) -> list[dict[str, Any]] | None:
        found = await self.get(f"/v1/calls/{call_id}/events", limit=500)
        return found["data"] if found else None

    async def until(self, question: Callable[[], Any], within_s: float) -> Any:
        """The first answer that counts as one; None when there is none in time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if answer := await question():
                return answer
            await asyncio.sleep(ASK_AGAIN_S)
        return None

    # -- processes --------------------------------------------------------------------------------------------

    def kill(self, victim: str) -> int:
        """With everything below it; its id."""
        pid = self.stack.pids()[victim]
        os.killpg(pid, signal.SIGKILL)
        return pid

    async def ready(self, within_s: float = 90.0) -> bool:
        async def is_ready() -> bool:
            try:
                return self.stack.record.read()["state"] == "ready"
            except (json.JSONDecodeError, GatewayError):
                return False

        return bool(await self.until(is_ready, within_s))

    # -- what may be left -------------------------------------------------------------------------------------

    async def left(self) -> dict[str, int]:
        """Rooms, open records and work under way."""
        found = {"rooms": await self._rooms(), "open records": await self._open(), "works": self._works()}
        return {what: count for what, count in found.items() if count}

    async def _rooms(self) -> int:
        env = self.stack.env
        url = env["LIVEKIT_URL"].replace("ws", "http", 1)
        try:
            async with api.LiveKitAPI(url, env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"]) as lk:
                rooms = (await lk.room.list_rooms(api.ListRoomsRequest())).rooms
        except (api.TwirpError, OSError, TimeoutError):
            return -1
        return len(rooms)

    async def _open(self) -> int:
        counts = [await self.get("/v1/calls", limit=100, status=status) for status in ("ringing", "active")]
        return sum(len(one["data"]) if one else 1 for one in counts)

    def _works(self) -> int:
        marks = ",".join("?" * len(UNFINISHED))
        with closing(sqlite3.connect(f"file:{self.stack.folder / 'workflows.db'}?mode=ro", uri=True)) as database:
            question = f"SELECT count(*) FROM workflow_status WHERE name = 'transfer' AND status IN ({marks})"
            return int(database.execute(question, UNFINISHED).fetchone()[0])
