"""The judge: questions go to an endpoint like OpenAI's; what cannot be had or read is no judgement."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import SecretStr

from bench.serving import serving
from gateway.rehearsals.judge import NOBODY, Judge, JudgeSettings
from gateway.rehearsals.story import Asked, Story, ToolUse, Turn

STORY = Story(
    turns=[Turn("caller", "hello", 1, 2), Turn("caller", "12", 4, 4, "keyed"), Turn("agent", "Bye.", 5, 6)],
    tools=[ToolUse("balance", 4.5, False)], asked=[Asked("transfer", "office", 7)], ended_by="agent",
    outcome="completed",
)  # fmt: skip


class Scripted:
    """Answers every question with `content`; `asked` has the bodies and the keys."""

    def __init__(self) -> None:
        self.content, self.status = "", 200
        self.asked: list[tuple[dict[str, Any], str]] = []
        self.app = FastAPI()
        self.app.post("/v1/chat/completions")(self._chat)

    async def _chat(self, request: Request) -> Response:
        self.asked.append((await request.json(), request.headers.get("authorization", "")))
        body = {"choices": [{"message": {"role": "assistant", "content": self.content}}]}
        return JSONResponse(body if self.status == 200 else {"error": {}}, status_code=self.status)


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
async def judge(scripted: Scripted) -> AsyncIterator[Judge]:
    key = SecretStr("sk-test")
    async with serving(scripted.app) as url, Judge(JudgeSettings(url=f"{url}/v1", model="small", key=key)) as judge:
        yield judge


@pytest.mark.parametrize(
    ("content", "met", "found"),
    [
        ('{"answer": "yes", "because": "It said so."}', True, "It said so."),
        ('```json\n{"answer": "No", "because": "It did not."}\n```', False, "It did not."),
        ("Yes.", True, "yes"),
        ("no, it was not", False, "no"),
        ("nothing to say", None, "the judge said neither yes nor no"),
        ('{"answer": "perhaps"}', None, "the judge said neither yes nor no"),
        ('{"answer": ', None, "the judge said neither yes nor no"),
        ('{"because": "x"}', None, "the judge's answer cannot be read"),
        ("", None, "the judge said neither yes nor no"),
    ],
)
async def test_answers(judge: Judge, scripted: Scripted, content: str, met: bool | None, found: str) -> None:
    scripted.content = content
    finding = await judge.ask("Was it polite?", STORY)
    assert (finding.expected, finding.met, finding.found) == ("judge: Was it polite?", met, found)


async def test_it_is_told_the_call_in_order_and_the_key_goes_in_a_header_only(judge: Judge, scripted: Scripted) -> None:
    await judge.ask("Was it polite?", STORY)
    [(body, authorization)] = scripted.asked
    assert authorization == "Bearer sk-test" and "sk-test" not in json.dumps(body)
    assert (body["model"], body["temperature"]) == ("small", 0)
    assert body["messages"][1]["content"].splitlines() == [
        "caller: hello", "caller: [keys] 12", "[tool balance, failed]", "agent: Bye.", "[transfer to office]",
        "[ended by the agent: completed]", "", "Question: Was it polite?",
    ]  # fmt: skip


async def test_an_endpoint_in_trouble_judges_nothing(judge: Judge, scripted: Scripted) -> None:
    scripted.status = 500
    finding = await judge.ask("Well?", STORY)
    assert (finding.met, finding.found) == (None, "the judge answered 500")


async def test_an_endpoint_that_is_not_there_judges_nothing() -> None:
    async with Judge(JudgeSettings(url="http://127.0.0.1:9/v1", model="small")) as judge:
        finding = await judge.ask("Well?", STORY)
    assert finding.met is None and finding.found.startswith("the judge does not answer")


async def test_without_an_endpoint_nothing_is_judged() -> None:
    async with Judge(JudgeSettings()) as judge:
        assert (await judge.ask("Well?", STORY)).found == NOBODY


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TEST__JUDGE_KEY", "sk-secret")
    settings = JudgeSettings()
    assert settings.key.get_secret_value() == "sk-secret" and "sk-secret" not in repr(settings)
