"""Why a token is not believed: the SIP response of RFC 8224 §6.2.2, a word for programs, a sentence for people."""

from __future__ import annotations

STALE_DATE, USE_IDENTITY, BAD_INFO, UNSUPPORTED_CREDENTIAL, INVALID_IDENTITY = 403, 428, 436, 437, 438
PHRASES = {
    STALE_DATE: "Stale Date",
    USE_IDENTITY: "Use Identity Header",
    BAD_INFO: "Bad Identity Info",
    UNSUPPORTED_CREDENTIAL: "Unsupported Credential",
    INVALID_IDENTITY: "Invalid Identity Header",
}


class Fault(Exception):
    """The first check that failed. The sentence carries no number and nothing the caller wrote."""

    def __init__(self, sip_code: int, slug: str, sentence: str) -> None:
        super().__init__(sentence)
        self.sip_code, self.slug, self.sentence = sip_code, slug, sentence


def stale(slug: str, sentence: str) -> Fault:
    return Fault(STALE_DATE, slug, sentence)


def bad_info(slug: str, sentence: str) -> Fault:
    return Fault(BAD_INFO, slug, sentence)


def unsupported(slug: str, sentence: str) -> Fault:
    return Fault(UNSUPPORTED_CREDENTIAL, slug, sentence)


def invalid(slug: str, sentence: str) -> Fault:
    return Fault(INVALID_IDENTITY, slug, sentence)
