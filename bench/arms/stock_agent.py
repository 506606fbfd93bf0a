"""livekit-agents as its own examples use it: `python -m bench.arms.stock_agent`. BENCH_TURNS: vad, or default (its
model for the end of a turn)."""

from __future__ import annotations

import asyncio
import os

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, JobProcess, inference
from livekit.plugins import openai

from bench.arms.peer import GREETING, INSTRUCTIONS, KEY, MODEL, NAME, REGISTERED, VOICE, providers, server


def prepare(process: JobProcess) -> None:
    process.userdata["vad"] = inference.VAD()


async def entry(job: JobContext) -> None:
    url = providers()
    turns = {"turn_detection": "vad"} if os.environ.get("BENCH_TURNS", "vad") == "vad" else {}
    session: AgentSession[None] = AgentSession(
        stt=openai.STT(model=MODEL, base_url=url, api_key=KEY, use_realtime=False),
        llm=openai.LLM(model=MODEL, base_url=url, api_key=KEY),
        tts=openai.TTS(model=MODEL, voice=VOICE, base_url=url, api_key=KEY, response_format="wav"),
        vad=job.proc.userdata["vad"],
        turn_handling=turns,  # pyright: ignore[reportArgumentType] - everything else as it comes
    )
    await session.start(Agent(instructions=INSTRUCTIONS), room=job.room, record=False)
    await session.say(GREETING)


def main() -> None:
    url, key, secret = server()
    worker = AgentServer(ws_url=url, api_key=key, api_secret=secret, host="127.0.0.1", port=0, setup_fnc=prepare,
                         load_fnc=lambda: 0.0, num_idle_processes=4)  # fmt: skip
    worker.rtc_session(entry, agent_name=NAME)
    worker.on("worker_registered", lambda *_: print(REGISTERED, flush=True))
    asyncio.run(worker.run())


if __name__ == "__main__":
    main()
