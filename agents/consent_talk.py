"""What the caller hears before anybody speaks: that this is an AI, and whether the call is recorded; and the answer.

The system says it, not the model: sentences that are synthesised before the call is answered, and that nobody can cut
short. Each step is reported as it happens, with what was said, when, and by which rules.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

from livekit.agents import AgentSession, tts
from pydantic import ValidationError

from agents.channel import CallerLine, Keypad
from agents.facts_out import CallReporter
from agents.speech.kept_sound import Frames, each, kept
from agents.speech.mouth import EmbeddedMouth
from compliance.consent.plan import DisclosurePlan
from compliance.consent.texts import NO_KEY, REVOKE_KEYS, YES_KEY, texts_in
from gateway.calls.consent_facts import (
    ConsentGiven,
    ConsentRefused,
    ConsentRevoked,
    DisclosurePlayed,
    OfConsent,
    Saying,
)
from gateway.calls.participants import CONSENT
from gateway.kernel.tasks import TaskSet

ANSWER_WITHIN_S = 8.0
KEYS_WITHIN_S = 3.0  # between the two of `REVOKE_KEYS`
STRICTEST = DisclosurePlan(tell_ai=True, record="no")  # of a caller about whom nobody has decided

_SAID: dict[str, tuple[Saying, ...]] = {
    "no": (),
    "none": ("revoked",),
    "notice": ("notice", "revoked"),
    "ask": ("ask", "again", "given", "refused", "revoked"),
}


@dataclass(frozen=True)
class _Answer:
    yes: bool
    method: str
    text: str


def plan_of(attributes: Mapping[str, str]) -> DisclosurePlan:
    """What the admission said; where it said nothing, or nothing that can be read, nothing is recorded."""
    try:
        return DisclosurePlan.model_validate_json(attributes.get(CONSENT, ""))
    except ValidationError:
        return STRICTEST


class ConsentTalk:
    """`heard` and `pressed` answer True for what was meant for this, and for nobody else."""

    def __init__(
        self, session: AgentSession[None], voice: tts.TTS, line: CallerLine, keypad: Keypad, reporter: CallReporter,
        plan: DisclosurePlan,
    ) -> None:  # fmt: skip
        self._session, self._voice, self._line, self._reporter = session, voice, line, reporter
        self._plan, self._texts = plan, texts_in(plan.language)
        self._frames: dict[Saying, Frames] = {}
        self._answer: asyncio.Future[_Answer] | None = None
        self._answered_at = time.monotonic()
        self._star_at = -KEYS_WITHIN_S
        self._revoked = plan.record == "no"
        self._tasks = TaskSet()
        keypad.takes = self.pressed

    @property
    def asking(self) -> bool:
        """A yes or a no is expected."""
        return self._answer is not None and not self._answer.done()

    async def ready(self) -> None:
        """Has every sentence of this call at hand. Raises SetupError for one that nothing can say."""
        said: list[Saying] = ["ai"] if self._plan.tell_ai else []
        said += _SAID[self._plan.record]
        if isinstance(self._voice, EmbeddedMouth):
            self._voice.require([getattr(self._texts.say, one) for one in said])
        spoken = await asyncio.gather(*(kept.spoken(self._voice, getattr(self._texts.say, one)) for one in said))
        self._frames = dict(zip(said, spoken, strict=True))

    async def open(self) -> None:
        """Says what has to be said, and asks where that has to be asked; returns when the agent may speak."""
        self._answered_at = time.monotonic()
        if self._plan.tell_ai:
            await self._say("ai")
        match self._plan.record:
            case "none":
                self._tell(ConsentGiven, method="not_needed")
            case "notice" if await self._say("notice"):
                self._tell(ConsentGiven, method="staying")
            case "ask":
                await self._ask()
            case _:
                pass

    def heard(self, words: str) -> bool:
        """Of the caller, in a finished turn."""
        meaning = self._texts.meaning(words, asked=self.asking)
        if self._answer is not None and not self._answer.done():
            if meaning is not None:
                self._answer.set_result(_Answer(meaning == "yes", "voice", words))
            return True  # nobody talks with the model before this is settled
        if meaning == "revoke" and not self._revoked:
            self._revoke("voice", words)
            return True
        return False

    def pressed(self, key: str) -> bool:
        if self._answer is not None and not self._answer.done() and key in (YES_KEY, NO_KEY):
            self._answer.set_result(_Answer(key == YES_KEY, "key", key))
            return True
        first, second = REVOKE_KEYS
        if key == first:
            self._star_at = time.monotonic()
        elif key == second and time.monotonic() - self._star_at < KEYS_WITHIN_S and not self._revoked:
            self._revoke("key", REVOKE_KEYS)
            return True
        return False

    async def close(self) -> None:
        await self._tasks.close()

    async def _ask(self) -> None:
        answer = await self._answer_to("ask") or await self._answer_to("again")
        if self._line.left.is_set():
            return
        if answer is None:
            self._tell(ConsentRefused, method="silence")
        else:
            kind = ConsentGiven if answer.yes else ConsentRefused
            self._tell(kind, method=answer.method, pii={"text": answer.text[:400]})
        await self._say("given" if answer and answer.yes else "refused")

    async def _answer_to(self, question: Saying) -> _Answer | None:
        """Keys count while the question is still being asked."""
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._say(question)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._or_gone(self._answer)
        except TimeoutError:
            return None
        finally:
            self._answer = None

    async def _or_gone(self, answer: asyncio.Future[_Answer]) -> _Answer | None:
        gone = asyncio.ensure_future(self._line.left.wait())
        try:
            await asyncio.wait([answer, gone], return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else None
        finally:
            gone.cancel()

    def _revoke(self, method: str, words: str) -> None:
        self._revoked = True
        self._tell(ConsentRevoked, method=method, pii={"text": words[:400]})
        self._tasks.start(self._say_revoked(), name="agent:consent-revoked")

    async def _say_revoked(self) -> None:
        await self._session.interrupt(force=True)
        await self._say("revoked")

    async def _say(self, saying: Saying) -> bool:
        """False if the caller has not heard all of it."""
        text, frames = getattr(self._texts.say, saying), self._frames[saying]
        began = time.monotonic()
        speech = self._session.say(text, audio=each(frames), allow_interruptions=False, add_to_chat_ctx=False)
        played = asyncio.ensure_future(speech.wait_for_playout())
        gone = asyncio.ensure_future(self._line.left.wait())
        try:
            await asyncio.wait([played, gone], return_when=asyncio.FIRST_COMPLETED)
            whole = played.done() and not speech.interrupted and not gone.done()
        finally:
            played.cancel()
            gone.cancel()
        self._tell(
            DisclosurePlayed,
            saying=saying,
            text=text,
            language=self._plan.language,
            version=self._texts.version,
            audio_sha256=hashlib.sha256(b"".join(bytes(frame.data) for frame in frames)).hexdigest(),
            played_ms=round((time.monotonic() - began) * 1000),
            whole=whole,
            since=began,
        )
        return whole

    def _tell(self, kind: type[DisclosurePlayed | OfConsent], since: float | None = None, **fields: object) -> None:
        at = time.monotonic() if since is None else since
        offset = max(round((at - self._answered_at) * 1000), 0)
        self._reporter.consent(kind, offset_ms=offset, rules=self._plan.rules, **fields)
