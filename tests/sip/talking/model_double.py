"""A chat model behind OpenAI's interface that does as it is told: answers, is slow, stops, is busy, talks rubbish."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from bench.providers import chunk

Mode = Literal["answers", "slow", "stops", "busy", "rubbish"]
ANSWER, SLOW_S = "The office opens at nine.", 1.6  # longer than a caller waits in silence


class ModelDouble:
    """Two of them, `first` and `other`, by path; `mode` says of each what it does, `asked` how often it was."""

    def __init__(self) -> None:
        self.mode: dict[str, Mode] = {"first": "answers", "other": "answers"}
        self.asked: Counter[str] = Counter()
        self.app = FastAPI()
        self.app.post("/{which}/v1/chat/completions")(self._chat)

    async def _chat(self, which: str, request: Request) -> Response:
        await request.body()
        self.asked[which] += 1
        match self.mode[which]:
            case "busy":
                return JSONResponse({"error": {"message": "busy", "type": "rate_limit"}}, status_code=429)
            case "rubbish":
                return Response("<html>no model here</html>", media_type="text/html")
            case mode:
                return StreamingResponse(_tokens(mode), media_type="text/event-stream")


async def _tokens(mode: Mode) -> AsyncIterator[str]:
    if mode == "slow":
        await asyncio.sleep(SLOW_S)
    for place, word in enumerate(ANSWER.split(" ")):
        yield f"data: {json.dumps(chunk({'content': word if place == 0 else f' {word}'}))}\n\n"
        if mode == "stops" and place == 1:
            await asyncio.Event().wait()
    yield f"data: {json.dumps(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n"
