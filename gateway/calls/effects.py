"""Effects: what is to be done, as values. The runner commits them with the events, then acts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gateway.calls.facts import Strict


class DispatchAgent(Strict):
    """Ask LiveKit for an agent in the room; `resume`: it takes over a conversation that has begun."""

    kind: Literal["dispatch_agent"] = "dispatch_agent"
    room: str
    agent_id: str
    resume: bool = False


class RemoveParticipant(Strict):
    """Take a participant out of the room; a SIP participant's phone hears a BYE."""

    kind: Literal["remove_participant"] = "remove_participant"
    room: str
    identity: str


class CloseRoom(Strict):
    """Delete the room so that no agent stays behind in it, unless another caller or a person is there.

    `leaving` is the identity of the leg that has gone; LiveKit may still list it for a while.
    """

    kind: Literal["close_room"] = "close_room"
    room: str
    leaving: str = ""


class StartRecording(Strict):
    """A recorder joins the room and writes. `caller`: whose sound is the left channel; the right is everybody else.

    `paused`: it begins with silence. `continues`: the part (rec_…) whose recorder was lost.
    """

    kind: Literal["start_recording"] = "start_recording"
    room: str
    caller: str
    paused: bool = False
    continues: str = ""


class PauseRecording(Strict):
    """Done when the recorder has said that nothing goes into the recording any more."""

    kind: Literal["pause_recording"] = "pause_recording"


class ResumeRecording(Strict):
    kind: Literal["resume_recording"] = "resume_recording"


class StopRecording(Strict):
    kind: Literal["stop_recording"] = "stop_recording"


class TrimRecording(Strict):
    """Forgets what was recorded from `from_ms` of the call's recording to this moment."""

    kind: Literal["trim_recording"] = "trim_recording"
    from_ms: int = Field(default=0, ge=0)


class SilenceRecording(Strict):
    """What was said between these moments is silence in the recording before anybody can play it."""

    kind: Literal["silence_recording"] = "silence_recording"
    begin: datetime
    end: datetime


RecordingEffect = StartRecording | PauseRecording | ResumeRecording | StopRecording | TrimRecording | SilenceRecording
Effect = Annotated[DispatchAgent | RemoveParticipant | CloseRoom | RecordingEffect, Field(discriminator="kind")]
parse_effect: TypeAdapter[Effect] = TypeAdapter(Effect)
