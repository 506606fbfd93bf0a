"""What a model is told when a tool did not work: the truth, and what it may do instead. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.kernel.errors import Unavailable

NO_ANSWER = "Sorry, that did not work. How else can I help you?"  # a scripted agent's words
HONEST = "Nothing is known from it: do not make up an answer. Tell the caller honestly that it did not work."
TRY_AGAIN = "You may try it once more."
NO_MORE = "Do not try it again on this call."
A_HUMAN = "You may offer to put the caller through to a human."
NOT_KNOWN = (
    "Whether it was carried out is not known: tell the caller exactly that, promise nothing, and do not try it again."
)
CARD_DATA = (
    "Nothing was sent: the arguments hold card data, which no tool may be given. Do not ask for it; tell the caller "
    "that you cannot take it this way."
)
TOO_MANY_AT_ONCE = "Nothing was sent: other tools are still under way. Wait for their answers, then try it again."
TOO_MANY = f"Nothing was sent: this call has used all its tools. {HONEST} {NO_MORE}"


class ToolFailed(Unavailable):
    """`detail` is a sentence for a model. `again`: a second try may help; `unknown`: it may have been carried out."""

    code = "tool.failed"

    def __init__(self, detail: str, *, code: str, again: bool = False, unknown: bool = False) -> None:
        super().__init__(detail, code=code, todo=NOT_KNOWN if unknown else HONEST)
        self.again = again and not unknown
        self.unknown = unknown


def told(failed: ToolFailed, *, first: bool, human: bool) -> str:
    """`first`: it has not failed before on this call; `human`: the agent can put callers through."""
    retry = "" if failed.unknown else TRY_AGAIN if failed.again and first else NO_MORE
    return " ".join(filter(None, (failed.detail, failed.todo, retry, A_HUMAN if human else "")))


def wrong_arguments(faults: Sequence[str]) -> str:
    return (
        f"Nothing was sent: {'; '.join(faults)}. Correct it and call the tool again; ask the caller for what is "
        "missing, and do not make up values."
    )
