"""Lets supervisors into a call and takes them out: every act is audited and recorded before anybody gets a token."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import record_act
from gateway.calls.agent_commands import AgentCommand, Note, sign_agent_command
from gateway.calls.call import Call
from gateway.calls.own_facts import RecordedFact
from gateway.calls.passes import Pass, Passes
from gateway.calls.repository import CallRepository
from gateway.calls.runner import Recorded
from gateway.calls.service import Calls
from gateway.calls.stored import read_event
from gateway.calls.supervisor_facts import AgentNoted, SupervisorDismissed, SupervisorInvited, SupervisorMode
from gateway.calls.supervisors import Supervisor
from gateway.kernel.errors import Conflict, NotFound
from gateway.kernel.ids import new_id
from gateway.supervision.terms import (
    attempt_of_human,
    check_on,
    check_room_for_one_more,
    check_whisper,
    entry_of,
    refuse_agent,
)
from gateway.transfers.story import human_identity

SOURCE = "rest"


@dataclass(frozen=True)
class LetIn:
    """The one who was let in, and what lets it in."""

    identity: str
    mode: SupervisorMode
    by: Pass


class Supervision:
    """Acts of one key on one call. All raise NotFound for an unknown call and Conflict for one that is not on."""

    def __init__(self, calls: Calls, passes: Passes, call_id: str, key_id: str) -> None:
        self._calls, self._passes, self._call_id, self._key_id = calls, passes, call_id, key_id

    async def whom(self, mode: SupervisorMode, whom: str) -> str:
        """The identity of who alone is to hear a whisper; empty for the other modes. Raises Conflict, Unavailable."""
        async with self._calls.begin() as session:
            call = await self._call(session)
            check_on(call)
            if mode != "whisper":
                return ""
            if whom == "agent":
                raise refuse_agent(call)
            log = [read_event(row) for row in await CallRepository(session).log(self._call_id)]
        human = human_identity(attempt_of_human(call, log))
        check_whisper(await self._calls.rooms.list_participants(call.room) or (), human)
        return human

    async def let_in(
        self, session: AsyncSession, mode: SupervisorMode, whom: str, *, in_place_of: str = ""
    ) -> tuple[Recorded, LetIn]:
        """`whom` as `whom()` told. Works inside the caller's transaction. Who came `in_place_of` is taken out.

        Raises Conflict when there are too many, NotFound when that one is not known.
        """
        call = await self._call(session)
        check_on(call)
        facts: list[RecordedFact] = []
        if in_place_of:
            self._check_known(call, in_place_of)
            facts.append(SupervisorDismissed.model_validate(self._said(in_place_of)))
        else:
            check_room_for_one_more(call)
        identity = new_id("sup")
        facts.append(SupervisorInvited.model_validate(self._said(identity) | {"mode": mode, "whom": whom}))
        await record_act(session, self._key_id, self._call_id, f"supervise:{mode}", self._calls.clock.now())
        recorded = await self._calls.runner.record(session, facts)
        return recorded, LetIn(identity, mode, self._passes.give(entry_of(call.room, identity, mode, whom)))

    async def dismiss(self, session: AsyncSession, identity: str) -> Recorded:
        """Raises NotFound."""
        self._check_known(await self._call(session), identity)
        await record_act(session, self._key_id, self._call_id, "supervise:dismiss", self._calls.clock.now())
        return await self._calls.runner.record(session, [SupervisorDismissed.model_validate(self._said(identity))])

    async def present(self) -> tuple[Supervisor, ...]:
        async with self._calls.begin() as session:
            return (await self._call(session)).supervisors

    async def note(self, text: str) -> str:
        """Sends the agent a note; the id of the command. Raises Conflict when no agent is there, Unavailable."""
        calls, command = self._calls, AgentCommand(id=new_id("cmd"), asked=Note(text=text))
        async with calls.begin() as session:
            call = await self._call(session)
            check_on(call)
            if not call.agent_identity:
                raise _no_agent(call)
            await record_act(session, self._key_id, self._call_id, "note", calls.clock.now())
        message = sign_agent_command(calls.tokens, self._call_id, command)
        try:
            await calls.rooms.send_command(call.room, call.agent_identity, message)
        except NotFound as error:
            raise _no_agent(call) from error
        await calls.runner.take(
            [
                AgentNoted(
                    id=f"{command.id}:noted", call_id=self._call_id, source=SOURCE, seq=0, at=calls.clock.now(),
                    key_id=self._key_id, command_id=command.id,
                )
            ]
        )  # fmt: skip
        return command.id

    def _said(self, identity: str) -> dict[str, object]:
        return {
            "id": new_id("evt"), "call_id": self._call_id, "source": SOURCE, "seq": 0, "at": self._calls.clock.now(),
            "identity": identity, "key_id": self._key_id,
        }  # fmt: skip

    async def _call(self, session: AsyncSession) -> Call:
        """Held until the transaction ends."""
        found = await CallRepository(session).load([self._call_id])
        if self._call_id not in found:
            raise NotFound("there is no such call", code="call.not_found")
        return found[self._call_id][0]

    def _check_known(self, call: Call, identity: str) -> None:
        if identity not in {one.identity for one in call.supervisors}:
            raise NotFound(
                "the call has no such supervisor", code="supervisor.not_found",
                todo=f"GET /v1/calls/{call.id}/supervisors",
            )  # fmt: skip


def _no_agent(call: Call) -> Conflict:
    return Conflict(
        "no agent is with this call", code="call.no_agent", field="text",
        todo=f"POST /v1/calls/{call.id}/supervisors with mode whisper reaches a human",
    )  # fmt: skip
