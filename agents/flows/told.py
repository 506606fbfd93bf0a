"""What a language model is told about a flow. It asks and passes on; what an answer is worth the gateway says. Pure."""

from __future__ import annotations

from agents.flows.fields import FlowField

NO_FLOW = "Nothing was taken: no flow is under way. Begin one with begin_flow."
TOO_OFTEN = "Nothing was begun: flows were begun too often on this call. Tell the caller, and offer something else."
READ_BACK = "Nothing was taken: the caller is being asked whether what was read back is right. Call confirm_fields."
NOT_READ_BACK = "Nothing was confirmed: nothing was read back. Go on with fill_field."
NOT_ANSWERED = "Nothing was taken: the caller has not answered yet. Wait for the answer."
OVER = "The flow is over."
_LOOKS: dict[str, str] = {
    "digits": "the digits",
    "integer": "a whole number",
    "money": "an amount such as 12.50",
    "date": "a day as YYYY-MM-DD",
    "time": "a time as HH:MM, in 24 hours",
    "yes_no": "yes or no",
    "phone": "a telephone number",
    "postcode": "a postcode",
    "spelled": "the word as it was spelled",
    "text": "the caller's own words",
}


def to_ask(words: str, asked: FlowField, *, taken: bool) -> str:
    """What to say next, and where the answer goes."""
    began = "It is taken." if taken else "It is not taken."
    return (
        f'{began} Say to the caller: "{words}" When they have answered, call fill_field with field {asked.name} and '
        f"{_look(asked)}. Do not make up a value, and do not say that one is right: the gateway checks it."
    )


def wrong_field(asked: FlowField) -> str:
    return f"Nothing was taken: {asked.name} is what is asked for now."


def no_such(names: list[str]) -> str:
    return f"Nothing was begun: there is no such flow. Flows: {', '.join(names)}."


def over(words: str) -> str:
    return f'{OVER} Say to the caller: "{words}"'


def worked(tool: str, answer: str, after: str) -> str:
    """`after`: what the caller is to be told, "" where the answer says it."""
    told = f'Say to the caller: "{after}"' if after else "Tell the caller what it says, and nothing else."
    return f"{OVER} {tool} worked, and answered: {answer}\n{told}"


def not_transferred(refused: str) -> str:
    return f"{OVER} The caller was not put through: {refused} Tell the caller the truth."


def _look(asked: FlowField) -> str:
    if asked.by == "digits":
        return "what was keyed in"
    return f"one of {', '.join(one.value for one in asked.options)}" if asked.options else _LOOKS[asked.type]
