"""What a transfer asks of the agent: to wait, to tell a human, to introduce and leave, to take the caller back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from agents.briefing import ALL_RIGHT, CONNECTED
from agents.commands import AgentCommands
from agents.consult import Consult
from agents.facts_out import CallReporter
from agents.waiting import Ask, StillWaiting
from gateway.calls.agent_commands import AgentAsked, AgentDoor, Brief, GiveBack, Introduce, Note, Wait
from gateway.calls.transfer_facts import LastResort, TransferOutcome
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

CONSULT_ENDS_WITHIN_S = 3.0
_log = get_logger(__name__)


class Talk(Protocol):
    """The conversation with the caller. `agents.conversation.Conversation` is one."""

    paused: bool

    async def pause(self) -> None:
        """The caller hears music: say nothing, heed nothing."""
        ...

    async def last_words(self, words: str) -> None: ...

    async def take_back(self, outcome: TransferOutcome, then: LastResort) -> None: ...

    async def note(self, text: str) -> None:
        """A supervisor whispers in writing."""
        ...

    async def briefing(self, note: str) -> str:
        """What the human is told."""
        ...


class Handover:
    """Takes the commands for the agent of this call, one after the other. `left`: a human has the caller now."""

    def __init__(
        self, commands: AgentCommands, door: AgentDoor, talk: Talk, reporter: CallReporter,
        consult_with: Callable[[Brief], Consult], ask: Ask,
    ) -> None:  # fmt: skip
        """`ask`: what the record tells of this call."""
        self._commands, self._door, self._talk, self._reporter = commands, door, talk, reporter
        self._consult_with = consult_with
        self._consult: asyncio.Task[None] | None = None
        self._waiting = StillWaiting(lambda: talk.paused, ask)
        self._turn = asyncio.Lock()  # one word of the gateway's at a time
        self._tasks = TaskSet()
        self.left = asyncio.Event()

    def start(self) -> None:
        self._tasks.start(self._heed(), name="agent:handover")
        self._tasks.start(self._make_sure(), name="agent:waiting")

    async def close(self) -> None:
        await self._end_consult()
        await self._tasks.close()

    async def _heed(self) -> None:
        while True:
            asked = await self._commands.next(self._door)
            async with self._turn:
                await self._carry_out(asked)

    async def _carry_out(self, command: AgentAsked) -> None:
        match command:
            case Wait():
                await self._talk.pause()
            case Brief() as asked:
                await self._end_consult()
                await self._talk.pause()
                self._consult = asyncio.ensure_future(self._ask(asked))
            case Introduce(mode=mode):
                await self._end_consult()
                if mode == "warm":
                    await self._talk.last_words(CONNECTED)
                self.left.set()
            case GiveBack(outcome=outcome, then=then):
                await self._end_consult()
                await self._talk.take_back(outcome, then)
            case Note(text=text):
                await self._talk.note(text)

    async def _make_sure(self) -> None:
        """What the record tells counts as said when nobody has said it."""
        while True:
            known = await self._waiting.over()
            async with self._turn:
                if not self._talk.paused:
                    continue
                _log.warning("handover_word_lost", standing=known.transfer)
                await self._end_consult()
                match known.transfer:
                    case "connected":
                        self.left.set()
                    case "none" | "under_way" | "handed_back":
                        await self._talk.take_back("connected", "agent")
                    case outcome:
                        await self._talk.take_back(outcome, known.last_resort)

    async def _ask(self, asked: Brief) -> None:
        """Reports what the human said. Whoever cannot be asked has said nothing: a caller hears music meanwhile."""
        asking = self._tasks.start(self._talk_with(asked), name="agent:consult")  # tells of its own failure
        try:
            await asyncio.wait([asking])
        finally:
            asking.cancel()
            await asyncio.wait([asking])
        if not asking.cancelled() and asking.exception():
            self._reporter.consult_answered(asked.transfer_id, asked.attempt_id, "silent", "none")

    async def _talk_with(self, asked: Brief) -> None:
        async with self._consult_with(asked).begun() as consult:
            said = await consult.ask(await self._talk.briefing(asked.note))
            if said.answer == "declined":
                await consult.say(ALL_RIGHT)
            self._reporter.consult_answered(asked.transfer_id, asked.attempt_id, said.answer, said.by)
            await asyncio.get_running_loop().create_future()  # until something else is asked

    async def _end_consult(self) -> None:
        """The caller does not wait for one that does not let go of its audio; that ends with the call."""
        if self._consult is not None:
            self._consult.cancel()
            _, stuck = await asyncio.wait([self._consult], timeout=CONSULT_ENDS_WITHIN_S)
            if stuck:
                _log.warning("consult_does_not_end")
            self._consult = None
