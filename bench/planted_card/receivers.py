"""Whoever is outside and is told something: a model's provider and a receiver of webhooks. They keep every byte.

The model is the most careless one that there could be: it says again whatever it read, and hands it to a tool.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

ASKED_DIGITS = 16
ASKS = "Please key in your four digit account number."  # the phone listens for these words


class Receivers:
    """`folder`: where what came is kept, a file for the model and one for webhooks, a JSON text per line."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self._chat)
        self.app.post("/webhooks")(self._told)

    async def _told(self, request: Request) -> Response:
        self._keep("webhooks", await request.body())
        return Response(status_code=204)

    async def _chat(self, request: Request) -> StreamingResponse:
        body = await request.body()
        self._keep("model", body)
        return StreamingResponse(_streamed(_deltas(json.loads(body)["messages"])), media_type="text/event-stream")

    def _keep(self, whom: str, body: bytes) -> None:
        with (self.folder / f"{whom}.jsonl").open("ab") as file:
            file.write(body.replace(b"\n", b" ") + b"\n")


def _deltas(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Words and perhaps a tool, for the last message."""
    last = messages[-1]
    words = last["content"] if isinstance(last["content"], str) else json.dumps(last["content"])
    if last["role"] == "tool":
        return [{"content": f"It says: {words}"}]
    if "pay by card" in words:
        return [_tool("capture", {"what": "card"})]
    if "pay my bill" in words:
        return [{"content": ASKS}, _tool("ask_digits", {"count": ASKED_DIGITS})]
    return [{"content": f"You said: {words}"}, _tool("account_balance", {"digits": words})]


def _tool(name: str, arguments: dict[str, object]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"tool_calls": [{"index": 0, "id": f"call_{name}", "type": "function", "function": function}]}


async def _streamed(deltas: list[dict[str, Any]]) -> AsyncIterator[str]:
    for place, delta in enumerate(deltas):
        reason = None if place < len(deltas) - 1 else "tool_calls" if "tool_calls" in delta else "stop"
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": reason}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "careless", "choices": [choice]}
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"
