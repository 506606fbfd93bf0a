"""The demo's recording: played by the key that may, refused to another, and left encrypted beside the call's files."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from compliance.recordings.keys import WrappedKey
from compliance.recordings.portable import write_key
from gateway.kernel.errors import Unavailable
from gateway.stack.plan import StackPlan

READY_WITHIN_S = 30.0
KEY_FILE = "recordings.key"


async def taken_along(plan: StackPlan, api_key: str, call_id: str, folder: Path) -> dict[str, Any]:
    """`played` and `refused_to_viewer` are HTTP statuses; `files` are names in `folder`. Raises Unavailable."""
    async with _client(plan, api_key) as client:
        shown = await _ready(client, call_id)
        audio = f"/v1/recordings/{shown['id']}/audio"
        played = await client.get(audio)
        viewer = (await client.post("/v1/api-keys", json={"name": "no player", "role": "viewer"})).json()["key"]
        refused = await client.get(audio, headers={"Authorization": f"Bearer {viewer}"})
    files = await asyncio.to_thread(_leave, plan.state_dir, shown["id"], folder)
    return {
        "id": shown["id"], "seconds": shown["duration_ms"] / 1000, "played": played.status_code,
        "refused_to_viewer": refused.status_code, "files": files,
    }  # fmt: skip


def _client(plan: StackPlan, api_key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {api_key}"}
    return httpx.AsyncClient(base_url=plan.api_url, headers=headers, timeout=20, trust_env=False)


async def _ready(client: httpx.AsyncClient, call_id: str) -> dict[str, Any]:
    deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
    while True:
        found = (await client.get("/v1/recordings", params={"call_id": call_id, "state": "ready"})).json()["data"]
        if found:
            return found[0]
        if asyncio.get_running_loop().time() > deadline:
            raise Unavailable("the recording of the call cannot be played", todo="gateway doctor")
        await asyncio.sleep(0.1)


def _leave(state_dir: Path, recording: str, folder: Path) -> list[str]:
    """The encrypted file, its wrapped key, and a copy of the key file of this throw-away installation."""
    with closing(sqlite3.connect(state_dir / "gateway.db")) as database:
        query = "SELECT file, key_id, wrapped_key FROM recordings WHERE id = ?"
        file, key_id, wrapped = database.execute(query, (recording,)).fetchone()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{recording}.rec"
    shutil.copy(state_dir / "recordings" / file, target)
    beside = write_key(target, recording, WrappedKey(key_id, wrapped))
    shutil.copy(state_dir / "keys" / KEY_FILE, folder / KEY_FILE)
    (folder / KEY_FILE).chmod(0o600)
    return [target.name, beside.name, KEY_FILE]
