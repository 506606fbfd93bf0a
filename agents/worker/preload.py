"""Imported once by the fork server, so that every job process starts with this in memory, shared by fork.

Only what is safe to fork: imports, a dlopen, weights, samples; no thread, no event loop. Each line here was a
stall of 20 to 300 ms inside the first seconds of a call.
"""

from __future__ import annotations

import threading
from functools import partial
from importlib import import_module
from types import SimpleNamespace

import anyio._backends._asyncio  # httpx loads these with the first request
import httpcore
import livekit.local_inference
from livekit.agents.ipc import log_queue

from agents.session import answer_call
from agents.speech.choice import all_of
from agents.speech.hosted import HOSTED, OPENAI_REALTIME
from agents.speech.keywords import shared_decoder
from agents.speech.phrasebook import shipped
from gateway.livekit.native_logs import keep_out_of_python, load_quietly
from gateway.settings import load_settings
from gateway.speech_settings import STAGES

# A job whose worker was killed waited for this thread at its exit, for ever.
_daemons = SimpleNamespace(Thread=partial(threading.Thread, daemon=True))
setattr(log_queue, "threading", _daemons)  # noqa: B010 - it is no part of what the module exports

livekit.local_inference.init_vad()
keep_out_of_python()
load_quietly()
_settings = load_settings()
if _settings.agents.mcp_servers:
    import agents.skills.mcp_tool  # noqa: F401
_speech = _settings.speech
shipped()  # also of a voice that nobody was chosen to stand in for
if _speech.stt == "embedded":
    shared_decoder()
_choices = [choice for stage in STAGES for choice in all_of(_speech, stage)]
for _choice in _choices:
    if _hosted := HOSTED.get((_choice.stage, _choice.kind)):
        import_module(_hosted.module)
if any(choice.kind in ("openai", OPENAI_REALTIME) for choice in _choices):
    import livekit.plugins.openai  # 0.8 s and 60 MiB of each process

    from agents.speech.openai_client import warm

    warm()

__all__ = ["answer_call", "anyio", "httpcore"]
