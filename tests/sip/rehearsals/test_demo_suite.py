"""Every rehearsal of the demo agent, by text and on real calls; the report is kept. And one of the calls, replayed."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.rehearsal_file import RehearsalFile
from gateway.demo.rehearsed import REHEARSED, SUITES
from gateway.rehearsals.by_text import rehearse_by_text
from gateway.rehearsals.company import rehearse
from gateway.rehearsals.document import Rehearsal
from gateway.rehearsals.held import Held
from gateway.rehearsals.judge import JudgeSettings
from gateway.rehearsals.junit import junit
from gateway.rehearsals.replay import replay_of
from gateway.rehearsals.replay_page import alike, pairs_of
from gateway.rehearsals.report import page
from gateway.rehearsals.stage import Place
from gateway.rehearsals.wanted import wanted
from gateway.settings import SpeechSettings
from tests.sip.stack import RunningStack

KEPT = Path(__file__).parents[3] / "recordings" / "rehearsals"
AT_ONCE = 4
WRONG = "on the phone, what the agent never says"
pytestmark = pytest.mark.timeout(400)  # all calls are one fixture
REPLAYED = "on the phone, keys"


def nobody() -> httpx.Client:
    raise AssertionError("the demo agent is no published one")


@pytest.fixture(scope="module")
def held(stack: RunningStack) -> list[Held]:
    """All of them."""
    place = Place(stack.env["GATEWAY_URL"], stack.env["GATEWAY_API_KEY"], f"{stack.sip_host}:{stack.sip_port}")
    rehearsals = [one for file in SUITES for one in RehearsalFile(file, nobody).wanted]
    steps = [{"say": "what are your opening hours", "expect": {"says": "from ten to six"}}]
    wrong = Rehearsal.model_validate({"name": WRONG, "by": "voice", "steps": steps, "end": {"by": "agent"}})
    nobody_judges = JudgeSettings(url="", model="")
    going = rehearse(
        [wanted(wrong, REHEARSED), *rehearsals], SpeechSettings(), lambda: nullcontext(place), nobody_judges,
        lambda _: None, at_once=AT_ONCE,
    )  # fmt: skip
    found = asyncio.run(going)
    kept = [one for one in found if one.rehearsal.name != WRONG]
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "report.html").write_text(page("Rehearsals: demo agent", kept, datetime.now(UTC)))
    (KEPT / "junit.xml").write_text(junit("demo agent", kept))
    return found


def test_the_demo_agent_passes_all_of_its_rehearsals(held: list[Held]) -> None:
    of_demo = [one for one in held if one.rehearsal.name != WRONG]
    wrong = [(one.rehearsal.name, one.why, one.story.turns) for one in of_demo if one.verdict != "passed"]
    assert wrong == []
    assert len(of_demo) >= 40 and sum(one.rehearsal.by == "voice" for one in of_demo) >= 8


def test_a_call_that_goes_otherwise_is_told(held: list[Held]) -> None:
    [wrong] = [one for one in held if one.rehearsal.name == WRONG]
    assert [one.met for one in wrong.findings] == [False, False]
    assert wrong.why.startswith("says “from ten to six”: ") and wrong.story.ended_by == "caller"


def test_nothing_of_them_stays_on_the_stack(held: list[Held], stack: RunningStack) -> None:
    assert held
    for resource in ("agents", "numbers", "inbound-trunks", "outbound-trunks", "dispatch-rules", "transfer-targets"):
        left: list[dict[str, Any]] = stack.get(f"/v1/{resource}", limit=500)["data"]
        assert not [one for one in left if "rehears" in str(one.get("name", ""))], resource


def test_calls_were_heard_and_timed(held: list[Held]) -> None:
    calls = [one for one in held if one.rehearsal.by == "voice"]
    assert all(one.wav.startswith(b"RIFF") and len(one.wav) > 100_000 and one.call_id for one in calls)
    waits = [step.answered_after_s for one in calls for step in one.steps if step.step.say]
    assert waits and all(wait is not None and 0 < wait < 10 for wait in waits)


def test_a_call_in_the_record_is_said_again_to_a_changed_agent(held: list[Held], stack: RunningStack) -> None:
    call_id = next(one.call_id for one in held if one.rehearsal.name == REPLAYED)
    replay = replay_of(call_id, stack.get(f"/v1/calls/{call_id}/events", limit=500)["data"])
    polite = "Kindly key in your four digit account number."
    changed = [REHEARSED["dialogue"][0] | {"say": polite}, *REHEARSED["dialogue"][1:]]
    for profile, others in ((REHEARSED, 0), (REHEARSED | {"dialogue": changed}, 1)):
        [again] = rehearse_by_text([wanted(replay.rehearsal, profile)], SpeechSettings(), lambda _: None)
        assert again.verdict == "passed", again.why
        same, whole = alike(replay, again)
        assert whole >= 4 and whole - same == others, list(pairs_of(replay, again))
