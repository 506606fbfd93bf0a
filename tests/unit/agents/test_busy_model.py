"""A model that is busy (429), and another one: over real HTTP, in a real session."""

from __future__ import annotations

import json
from collections import Counter

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from livekit.agents import AgentSession

from agents.listener import Listener
from agents.patience import Patience
from agents.profile import AgentProfile
from agents.speech import catalog
from agents.spoken_numbers import SpokenNumbers
from bench.serving import serving
from gateway.settings import SpeechSettings


def _double(asked: Counter[str]) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        body = await request.json()
        asked[body["model"]] += 1
        if body["model"] == "busy":
            return JSONResponse({"error": {"message": "busy"}}, status_code=429)
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "free",
                 "choices": [{"index": 0, "delta": {"content": "It is nine."}, "finish_reason": "stop"}]}  # fmt: skip
        return Response(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n", media_type="text/event-stream")

    return app


async def test_who_is_busy_is_asked_once_each_turn_and_the_other_one_answers(profile: AgentProfile) -> None:
    asked: Counter[str] = Counter()
    async with serving(_double(asked)) as address:
        settings = SpeechSettings(
            llm="openai", llm_model="busy", llm_base_url=f"{address}/v1",
            llm_fallback_model="free", llm_fallback_base_url=f"{address}/v1",
        )  # fmt: skip
        numbers = SpokenNumbers(lambda *_: None, lambda: 0)
        patience = Patience("sorry {}".format, 60, 60, 60)  # no time limit: the failure alone counts
        agent = Listener(
            lambda _: False, numbers, lambda: None, patience, catalog.other_brain(settings), instructions="Answer."
        )
        async with AgentSession(llm=catalog.brain(settings, profile)) as session:
            await session.start(agent)
            for turn in range(1, 4):
                await session.run(user_input="When do you open?")
                assert asked == {"busy": turn, "free": turn}
            said = [item.text_content for item in session.history.items if item.type == "message"]
            assert said[1::2] == ["It is nine."] * 3
