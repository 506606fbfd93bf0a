"""The plain sentence of each entry about a transfer. Pure; no name and no number."""

from __future__ import annotations

from gateway.calls import transfer_facts as t

_ENDED: dict[str, str] = {
    "connected": "is connected",
    "busy": "was busy",
    "no_answer": "did not answer",
    "declined": "declined",
    "unreachable": "could not be reached",
    "blocked": "could not be reached, the network blocked the call",
    "machine": "was a machine",
    "silent": "said nothing",
    "left": "hung up",
    "cancelled": "is no longer needed",
    "agent_lost": "could not be told, the agent was gone",
    "unknown": "may have been reached or not, nobody said",
}
_ANSWERED: dict[t.Answer, str] = {
    "accepted": "The human takes the call.",
    "declined": "The human does not take the call.",
    "silent": "The human said nothing.",
    "machine": "A machine answered.",
}


def sentence_of_transfer(what: t.TransferFact) -> str:
    match what:
        case t.TransferBegan(mode=mode):
            return f"A {mode} transfer began."
        case t.CallerParked():
            return "The caller hears music or ringback, and nobody hears the caller."
        case t.AttemptPlaced():
            return "A human is being called."
        case t.TrunkFailed(sip_code=code):
            said = f" ({code})" if code else ""
            return f"A trunk did not take the call to the human{said}; the next one is tried, if there is one."
        case t.AttemptMoved(stage="ringing"):
            return "The human's phone rings."
        case t.AttemptMoved(stage="answered"):
            return "The human's phone was answered."
        case t.AttemptMoved():
            return "The agent tells the human about the caller."
        case t.ConsultAnswered(answer=answer):
            return _ANSWERED[answer]
        case t.AttemptEnded(outcome=outcome, sip_code=code):
            return f"The human {_ENDED[outcome]}{f' ({code})' if code else ''}."
        case t.TransferJoined():
            return "Caller and human hear each other."
        case t.TransferCancelled():
            return "The transfer was taken back."
        case t.TransferSettled(outcome="connected"):
            return "The transfer succeeded."
        case t.TransferSettled(outcome="caller_left"):
            return "The caller left during the transfer."
        case t.TransferSettled(outcome=outcome):
            return f"The transfer came to nothing: the human {_ENDED[outcome]}."
        case t.HumanLeft(handed_back=True):
            return "The human handed the caller back to the agent."
        case t.HumanLeft():
            return "The human hung up."
