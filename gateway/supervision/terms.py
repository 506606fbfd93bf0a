"""May this person supervise this call in this way? What is refused says why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.leg_commands import ROLE
from gateway.calls.participants import CALL_ID, HEARD_BY, SUPERVISES, SUPERVISOR
from gateway.calls.passes import Entry
from gateway.calls.ports import RoomParticipant
from gateway.calls.supervisor_facts import SupervisorMode
from gateway.calls.supervisors import MOST
from gateway.calls.transfer_facts import TransferJoined
from gateway.kernel.errors import Conflict


def check_on(call: Call) -> None:
    """Raises Conflict for a call that nobody can listen to."""
    if call.ended:
        raise Conflict("the call is over already", code="call.ended")
    if call.answered_at is None or not call.room:
        raise Conflict("the call is not on", code="call.not_on", todo="see the status of the call")


def check_room_for_one_more(call: Call) -> None:
    if sum(one.left_at is None for one in call.supervisors) >= MOST:
        raise Conflict(
            f"the call has {MOST} supervisors already", code="supervisor.too_many",
            todo=f"DELETE one of GET /v1/calls/{call.id}/supervisors",
        )  # fmt: skip


def refuse_agent(call: Call) -> Conflict:
    return Conflict(
        "an AI agent does not listen to a whisper; it takes notes", code="supervisor.agent_reads", field="whom",
        todo=f"POST /v1/calls/{call.id}/notes",
    )  # fmt: skip


def attempt_of_human(call: Call, log: Iterable[Event]) -> str:
    """The attempt by which the human came whom the caller is with. Raises Conflict when there is none."""
    joined = [one.what for one in log if isinstance(one.what, TransferJoined)]
    attempts = [one.attempt_id for one in joined if call.human and one.transfer_id == call.human]
    if not attempts:
        raise Conflict(
            "no human is with this call to whom one could whisper", code="supervisor.no_human", field="mode",
            todo=f"POST /v1/calls/{call.id}/notes reaches the agent; mode listen and barge are possible",
        )  # fmt: skip
    return attempts[-1]


def check_whisper(present: Collection[RoomParticipant], human: str) -> None:
    """Only legs of our own node leave a whisper out, so there may be no others. Raises Conflict."""
    if human not in {one.identity for one in present}:
        raise Conflict("the human is not in the room any more", code="supervisor.no_human", field="mode")
    phones = [one for one in present if one.kind == "sip" and one.identity != human]
    if not phones or not all(one.attributes.get(CALL_ID) for one in phones):
        raise Conflict(
            "the caller's phone is not on a SIP node of ours, and would hear the whisper", field="mode",
            code="supervisor.foreign_leg", todo="listen instead, or barge in",
        )  # fmt: skip


def entry_of(room: str, identity: str, mode: SupervisorMode, whom: str) -> Entry:
    """`whom`: of a whisper, who alone hears it."""
    attributes: Mapping[str, str] = {ROLE: SUPERVISOR, SUPERVISES: mode}
    if mode == "listen":
        return Entry(room, identity, attributes, hidden=True)
    if mode == "whisper":
        return Entry(room, identity, {**attributes, HEARD_BY: whom}, speaks=True)
    return Entry(room, identity, attributes, speaks=True)
