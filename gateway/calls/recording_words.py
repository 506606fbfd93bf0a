"""The plain sentence of each entry about the recording. Pure."""

from __future__ import annotations

from gateway.calls import recording_facts as r
from gateway.calls.events import RecordingOrdered, RecordingWithheld

_ORDERED = {
    "start": "The call is to be recorded.",
    "pause": "The recording is to pause.",
    "resume": "The recording may go on.",
    "stop": "The recording is to stop.",
    "trim": "What was recorded is to be forgotten.",
}
_WITHHELD = {
    "consent_not_given": "consent was not given",
    "consent_not_enough": "what the caller said is less than the law of every possible place asks for",
    "consent_refused": "consent was refused",
    "consent_revoked": "consent was taken back",
    "not_wanted": "it is not wanted for this call",
}
_FAILED = {
    "recorder_lost": "the recorder gave no more signs of life",
    "disk": "it could not be written",
    "room": "the recorder was not in the room any more",
    "defect": "the recorder failed",
}
_NOT_STARTED = {
    "no_recorder": "no recorder took it yet",
    "room": "the recorder could not join the room",
    "disk": "it could not be written",
}


def sentence_of_recording(what: r.OfRecording | r.RecordingAsked | RecordingOrdered | RecordingWithheld) -> str:
    match what:
        case r.RecordingAsked(do=do):
            return f"Somebody asked for the recording to {do}."
        case RecordingOrdered(do=do):
            return _ORDERED[do]
        case RecordingWithheld(reason=reason):
            return f"The call is not recorded: {_WITHHELD.get(reason, reason.replace('_', ' '))}."
        case r.RecordingStarted(paused=True):
            return "The recording began, paused."
        case r.RecordingStarted():
            return "The recording began."
        case r.RecordingPaused():
            return "The recording is paused."
        case r.RecordingResumed():
            return "The recording goes on."
        case r.RecordingTrimmed():
            return "What was recorded until then was forgotten."
        case r.RecordingStopped():
            return "The recording ended."
        case r.RecordingFailed(reason=reason):
            return f"The recording broke off: {_FAILED[reason]}."
        case r.RecordingNotStarted(reason=reason):
            return f"The recording did not begin: {_NOT_STARTED[reason]}."
        case r.RecordingReady(silenced=0):
            return "The recording can be played."
        case r.RecordingReady(silenced=spans):
            return f"The recording can be played; {spans} of its spans are silence."
        case _:
            return "The recording changed."
