"""OpenAI's Realtime protocol on loopback, as far as LiveKit's plugin speaks it: keeps what it is told and sent, answers
by the script, and dies when it is told to.

`sound` is what has arrived since the last commit, 16 bits at 24 kHz; `turns` has the sound of each turn.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

RATE = 24000


@dataclass
class Reply:
    """`pcm`: spoken, where the session asks for sound; a `tool` is called after the words; `dies` in the middle, or
    `holds` there until it is cancelled."""

    words: str = ""
    pcm: bytes = b""
    tool: str = ""
    dies: bool = False
    holds: bool = False


@dataclass
class RealtimeDouble:
    replies: list[Reply] = field(default_factory=list)
    otherwise: Reply = field(default_factory=lambda: Reply("Say that again, please."))
    sessions: list[dict[str, Any]] = field(default_factory=list)
    turns: list[bytes] = field(default_factory=list)
    asked: list[list[dict[str, Any]]] = field(default_factory=list)
    refuses: bool = False

    def __post_init__(self) -> None:
        self.app = FastAPI()
        self.app.websocket("/v1/realtime")(self._serve)
        self.sound = b""
        self.cancelled = 0

    @property
    def heard_s(self) -> float:
        """Seconds of sound of all turns and of what has not been committed."""
        return (len(self.sound) + sum(map(len, self.turns))) / 2 / RATE

    async def _serve(self, line: WebSocket) -> None:
        if self.refuses:
            await line.close()
            return
        await line.accept()
        try:
            await _Talk(self, line).run()
        except (WebSocketDisconnect, RuntimeError):
            return


class _Talk:
    def __init__(self, double: RealtimeDouble, line: WebSocket) -> None:
        self._double, self._line = double, line
        self._items: list[dict[str, Any]] = []
        self._count = 0
        self._modality = "audio"

    async def run(self) -> None:
        await self._send("session.created", session={})
        while True:
            event = json.loads(await self._line.receive_text())
            if not await self._heed(event):
                await self._line.close(1011)
                return

    async def _heed(self, event: dict[str, Any]) -> bool:
        double = self._double
        match event["type"]:
            case "session.update":
                double.sessions.append(event["session"])
                self._modality = (event["session"].get("output_modalities") or [self._modality])[0]
            case "conversation.item.create":
                await self._add(event["item"], event.get("previous_item_id"))
            case "conversation.item.delete":
                self._items = [one for one in self._items if one["id"] != event["item_id"]]
                await self._send("conversation.item.deleted", item_id=event["item_id"])
            case "input_audio_buffer.append":
                double.sound += base64.b64decode(event["audio"])
            case "input_audio_buffer.commit":
                double.turns.append(double.sound)
                double.sound = b""
                await self._add({"id": self._id("item"), "type": "message", "role": "user", "status": "completed",
                                 "content": [{"type": "input_audio", "transcript": None}]}, None)  # fmt: skip
            case "response.create":
                return await self._answer(event)
            case "response.cancel":
                double.cancelled += 1
            case _:
                pass
        return True

    async def _add(self, item: dict[str, Any], previous: str | None) -> None:
        place = len(self._items)
        if previous == "root":
            place = 0
        elif previous:
            place = next(index for index, one in enumerate(self._items) if one["id"] == previous) + 1
        self._items.insert(place, item)
        before = self._items[place - 1]["id"] if place else None
        await self._send("conversation.item.added", previous_item_id=before, item=item)

    async def _answer(self, event: dict[str, Any]) -> bool:
        double = self._double
        double.asked.append(list(self._items))
        reply = double.replies.pop(0) if double.replies else double.otherwise
        response = self._id("resp")
        about = {"id": response, "status": "in_progress", "metadata": event["response"].get("metadata")}
        await self._send("response.created", response=about)
        if reply.words and not await self._say(response, reply):
            return False
        if reply.tool:
            call = {"id": self._id("fc"), "type": "function_call", "name": reply.tool, "call_id": self._id("call"),
                    "arguments": "{}", "status": "completed"}  # fmt: skip
            await self._send("response.output_item.added", response_id=response, output_index=1, item=call)
            await self._add(call, None)
            await self._send("response.output_item.done", response_id=response, output_index=1, item=call)
        await self._send("response.done", response={**about, "status": "completed", "usage": None})
        return True

    async def _say(self, response: str, reply: Reply) -> bool:
        item = {"id": self._id("item"), "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        at = {"response_id": response, "item_id": item["id"], "output_index": 0, "content_index": 0}
        await self._send("response.output_item.added", response_id=response, output_index=0, item=item)
        await self._add(item, None)
        kind, words = ("audio", "output_audio_transcript") if self._modality == "audio" else ("text", "output_text")
        await self._send("response.content_part.added", **at, part={"type": kind})
        for place, word in enumerate(reply.words.split(" ")):
            if reply.dies and place == 2:
                return False
            if reply.holds and place == 2:
                await self._until_cancelled()
                return True
            await self._send(f"response.{words}.delta", **at, delta=word if place == 0 else f" {word}")
        if kind == "audio":
            for begin in range(0, len(reply.pcm), RATE):  # half a second each
                part = base64.b64encode(reply.pcm[begin : begin + RATE]).decode()
                await self._send("response.output_audio.delta", **at, delta=part)
            await self._send("response.output_audio.done", **at)
        await self._send(f"response.{words}.done", **at, **{"text" if kind == "text" else "transcript": reply.words})
        done = {**item, "status": "completed"}
        await self._send("response.output_item.done", response_id=response, output_index=0, item=done)
        return True

    async def _until_cancelled(self) -> None:
        while json.loads(await self._line.receive_text())["type"] != "response.cancel":
            pass
        self._double.cancelled += 1

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{id(self):x}_{self._count}"

    async def _send(self, kind: str, **fields: Any) -> None:
        await self._line.send_text(json.dumps({"type": kind, "event_id": self._id("event"), **fields}))


def words_of(items: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Who said what, as the model was told it; sound is ""."""
    return [
        (one["role"], "".join(part.get("text") or "" for part in one["content"]))
        for one in items
        if one["type"] == "message"
    ]
