"""Whether the servers that hear, think and speak answer, and in how long. Asks for their list of models, which costs
nothing, and tells no words."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import httpx

from agents.speech.choice import Choice, all_of
from agents.speech.hosted import OPENAI_REALTIME
from gateway.speech_settings import STAGES, SpeechSettings

WITHIN_S = 5.0
ASKED = ("openai", OPENAI_REALTIME)  # who tells what models it has


@dataclass(frozen=True)
class Health:
    """`setting` names the server: STT, LLM_FALLBACK; `ms` until it answered."""

    setting: str
    url: str
    ok: bool
    detail: str
    ms: int = 0
    todo: str = ""


async def ask_all(settings: SpeechSettings) -> list[Health]:
    """Every server with OpenAI's interface that the settings name; hosted providers' plugins have no such question."""
    choices = [choice for stage in STAGES for choice in all_of(settings, stage) if choice.kind in ASKED]
    async with httpx.AsyncClient(timeout=WITHIN_S, trust_env=False) as client:
        return list(await asyncio.gather(*(_ask(client, choice) for choice in choices)))


async def _ask(client: httpx.AsyncClient, choice: Choice) -> Health:
    began = time.monotonic()
    try:
        answer = await client.get(
            f"{choice.url.rstrip('/')}/models", headers={"authorization": f"Bearer {choice.api_key}"}
        )
    except httpx.HTTPError as error:
        todo = f"start it, or set GATEWAY_SPEECH__{choice.setting}_BASE_URL"
        return Health(choice.setting, choice.url, False, f"does not answer ({type(error).__name__})", todo=todo)
    ms = round((time.monotonic() - began) * 1000)
    if answer.status_code in (401, 403):
        todo = f"set GATEWAY_SPEECH__{choice.setting}_API_KEY"
        return Health(choice.setting, choice.url, False, f"refuses the key ({answer.status_code})", ms, todo)
    if answer.status_code >= 500:
        return Health(choice.setting, choice.url, False, f"answers {answer.status_code}", ms, "look at its log")
    known = _names(answer)
    if known and not any(name in (choice.model, f"{choice.model}:latest") for name in known):
        there = ", ".join(known[:8])
        todo = f"load {choice.model} there, or set GATEWAY_SPEECH__{choice.setting}_MODEL to one of: {there}"
        return Health(choice.setting, choice.url, False, f"does not have {choice.model}", ms, todo)
    detail = f"has {choice.model}" if known else "answers, and does not say which models it has"
    return Health(choice.setting, choice.url, True, detail, ms)


def _names(answer: httpx.Response) -> list[str]:
    """Ids of its models; none when it tells none."""
    try:
        return [str(one["id"]) for one in answer.json()["data"]] if answer.is_success else []
    except (ValueError, KeyError, TypeError):
        return []
