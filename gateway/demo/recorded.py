"""The demo's recording: played by the key that may, refused to another, and left encrypted beside the call's files."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx

from compliance.recordings.portable import keep_file
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
        stored = await client.get(f"/v1/recordings/{shown['id']}/file")
    files = await asyncio.to_thread(keep_file, folder, shown["id"], stored.headers, stored.content)
    await asyncio.to_thread(_leave_key_file, plan.state_dir, folder)
    return {
        "id": shown["id"], "seconds": shown["duration_ms"] / 1000, "played": played.status_code,
        "refused_to_viewer": refused.status_code, "files": [*files, KEY_FILE],
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


def _leave_key_file(state_dir: Path, folder: Path) -> None:
    """A copy of the key file of this throw-away installation."""
    shutil.copy(state_dir / "keys" / KEY_FILE, folder / KEY_FILE)
    (folder / KEY_FILE).chmod(0o600)
