"""The plain sentence of each entry about supervisors. Pure; no name."""

from __future__ import annotations

from gateway.calls import supervisor_facts as s

_MAY = {"listen": "listen", "whisper": "whisper", "barge": "barge in"}
_DOES = {"listen": "listens", "whisper": "may whisper to the human", "barge": "is in the call and heard by all"}


def sentence_of_supervision(what: s.SupervisorFact) -> str:
    match what:
        case s.SupervisorInvited(mode=mode):
            return f"A supervisor was let in to {_MAY[mode]}."
        case s.SupervisorJoined(mode=""):
            return "Somebody came with a supervisor's token that counts no more, and was sent away."
        case s.SupervisorJoined(mode=mode):
            return f"A supervisor {_DOES[mode]}."
        case s.SupervisorLeft():
            return "The supervisor left."
        case s.SupervisorDismissed():
            return "The supervisor's token was taken back."
        case s.AgentNoted():
            return "A supervisor wrote the agent a note."
