"""What a caller is told when no human was reached, or a model failed. True, short, and without a name. Pure."""

from __future__ import annotations

from gateway.calls.transfer_facts import LastResort, TransferOutcome

NO_TRANSFER = "Sorry, I cannot put you through right now."
BACK_AGAIN = "I am back with you. How else can I help you?"
GO_ON = "How else can I help you?"
CALL_BACK = "We will call you back."
CALL_LATER = "Please call us again later."
UNREACHED = "Sorry, I could not reach anybody."
LOST_THREAD = "Sorry, I lost my thread. Could you say that again?"
TO_A_HUMAN = "Sorry, something is wrong on my side. I will put you through to somebody."
CANNOT_HELP = f"Sorry, something is wrong on my side. {CALL_LATER}"
_WORDS: dict[str, str] = {
    "busy": "Sorry, the line is busy.",
    "no_answer": "Sorry, nobody answered.",
    "declined": "Sorry, nobody can take your call right now.",
}


def words_after(outcome: TransferOutcome, then: LastResort = "agent") -> str:
    """Without a farewell, which the agent has of its own."""
    if outcome in ("cancelled", "connected"):
        return BACK_AGAIN
    what_follows = {"agent": GO_ON, "callback": CALL_BACK, "goodbye": CALL_LATER}[then]
    return f"{_WORDS.get(outcome, UNREACHED)} {what_follows}"


_TROUBLE = (LOST_THREAD, TO_A_HUMAN, CANNOT_HELP)
ALL_WORDS = (NO_TRANSFER, BACK_AGAIN, GO_ON, CALL_BACK, CALL_LATER, UNREACHED, *_TROUBLE, *_WORDS.values())
