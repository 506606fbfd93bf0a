"""Pipecat as its own examples use it, over its LiveKit transport; livekit-agents only tells it of a call. It runs in an
environment of its own (pipecat.txt), as a program: `python pipecat_agent.py`."""

# pyright: reportMissingImports=false
from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from livekit import api
from livekit.agents import AgentServer, JobContext, JobProcess
from loguru import logger
from peer import GREETING, INSTRUCTIONS, KEY, MODEL, NAME, REGISTERED, VOICE, providers, server
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.transports.livekit.transport import LiveKitParams, LiveKitTransport
from pipecat.workers.runner import WorkerRunner

logger.remove()


def prepare(process: JobProcess) -> None:
    process.userdata["vad"] = SileroVADAnalyzer()


async def entry(job: JobContext) -> None:
    address, key, secret = server()
    name = job.job.room.name
    token = (
        api.AccessToken(key, secret)
        .with_identity("agent-pipecat")
        .with_kind("agent")
        .with_grants(api.VideoGrants(room_join=True, room=name, agent=True))
        .to_jwt()
    )
    transport = LiveKitTransport(address, token, name, LiveKitParams(audio_in_enabled=True, audio_out_enabled=True))
    url = providers()
    context = LLMContext([{"role": "system", "content": INSTRUCTIONS}])
    both = LLMContextAggregatorPair(context, user_params=LLMUserAggregatorParams(vad_analyzer=job.proc.userdata["vad"]))
    pipeline = Pipeline([
        transport.input(),
        OpenAISTTService(base_url=url, api_key=KEY, settings=OpenAISTTService.Settings(model=MODEL)),
        both.user(),
        OpenAILLMService(base_url=url, api_key=KEY, settings=OpenAILLMService.Settings(model=MODEL)),
        OpenAITTSService(base_url=url, api_key=KEY, settings=OpenAITTSService.Settings(model=MODEL, voice=VOICE)),
        transport.output(),
        both.assistant(),
    ])  # fmt: skip
    worker = PipelineWorker(pipeline, params=PipelineParams())

    @transport.event_handler("on_first_participant_joined")
    async def greet(transport: LiveKitTransport, participant: str) -> None:
        await worker.queue_frames([TTSSpeakFrame(GREETING)])

    @transport.event_handler("on_participant_left")
    async def leave(transport: LiveKitTransport, participant: str, reason: str) -> None:
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()
    job.shutdown("over")


def main() -> None:
    address, key, secret = server()
    agents = AgentServer(ws_url=address, api_key=key, api_secret=secret, host="127.0.0.1", port=0, setup_fnc=prepare,
                         load_fnc=lambda: 0.0, num_idle_processes=4)  # fmt: skip
    agents.rtc_session(entry, agent_name=NAME)
    agents.on("worker_registered", lambda *_: print(REGISTERED, flush=True))
    asyncio.run(agents.run())


if __name__ == "__main__":
    main()
