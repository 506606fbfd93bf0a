"""The plain sentence of each entry about disclosure and consent. Pure."""

from __future__ import annotations

from gateway.calls.consent_facts import ConsentGiven, ConsentRefused, ConsentRevoked, DisclosurePlayed, OfConsent

_SAID = {
    "ai": "The caller was told that this is an AI.",
    "notice": "The caller was told that the call is recorded.",
    "ask": "The caller was asked whether the call may be recorded.",
    "again": "The caller was asked once more whether the call may be recorded.",
    "given": "The caller was thanked for the consent.",
    "refused": "The caller was told that the call is not recorded.",
    "revoked": "The caller was told that the recording has stopped.",
}
_GIVEN = {
    "not_needed": "No possible place asks for consent to the recording.",
    "staying": "The caller knows that the call is recorded, and stayed on.",
    "key": "The caller agreed to the recording, by key.",
    "voice": "The caller agreed to the recording, in words.",
}
_REFUSED = {
    "key": "The caller does not want to be recorded (by key).",
    "voice": "The caller does not want to be recorded (in words).",
    "silence": "The caller did not answer whether the call may be recorded: it is not.",
}
_REVOKED = {
    "key": "The caller took the consent to the recording back, by key.",
    "voice": "The caller took the consent to the recording back, in words.",
    "api": "The consent to the recording was taken back over the API.",
}


def sentence_of_consent(what: DisclosurePlayed | OfConsent) -> str:
    match what:
        case DisclosurePlayed(whole=False):
            return "A sentence to the caller about AI or recording was cut off, and counts as not said."
        case DisclosurePlayed(saying=saying):
            return _SAID[saying]
        case ConsentGiven(method=method):
            return _GIVEN[method]
        case ConsentRefused(method=method):
            return _REFUSED[method]
        case ConsentRevoked(method=method):
            return _REVOKED[method]
        case _:
            raise AssertionError("every step has a sentence")
