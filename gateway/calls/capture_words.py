"""The plain sentence of each entry about a capture. Pure; no digit."""

from __future__ import annotations

from compliance.capture.spec import Kind
from gateway.calls import capture_facts as c

FIELD_WORDS: dict[Kind, str] = {
    "card_number": "card number",
    "expiry": "expiry date",
    "cvv": "security code",
    "postcode": "postcode",
    "account_number": "account number",
    "pin": "PIN",
}
_ENDED: dict[c.Outcome, str] = {
    "taken": "What the caller keyed in was taken",
    "cancelled": "The capture was cancelled",
    "invalid": "What the caller keyed in was not valid",
    "timed_out": "The caller keyed in nothing more in time",
    "hung_up": "The call ended before everything was keyed in",
    "refused_by_tokeniser": "The tokeniser refused what the caller keyed in",
    "failed": "The capture failed",
}


def sentence_of_capture(what: c.OfCapture) -> str:
    match what:
        case c.CaptureAsked(spec=spec):
            return f"The caller is to key in, unseen: {', '.join(FIELD_WORDS[one.kind] for one in spec.fields)}."
        case c.CaptureBegan():
            return "The capture began: keys go nowhere else, and nobody hears them."
        case c.CaptureProgress(field=field, keys=keys, of=of):
            return f"The caller has keyed in {keys}{f' of {of}' if of else ''} of the {FIELD_WORDS[field]}."
        case c.CaptureEnded(outcome=outcome, problem=problem, field=field):
            where = f" ({FIELD_WORDS[field]})" if field else ""
            return f"{_ENDED[outcome]}{where}{f': {problem}' if problem else ''}."
        case c.CaptureCancelled():
            return "Somebody asked for the capture to be cancelled."
        case _:
            return "The capture changed."
