"""Who answered, from how long they spoke, how long they have been silent, the tones and the words. Pure.

A person who picks up says a word or two and listens. A recording speaks on, or is followed by a beep. A greeting that
is read out has pauses too: so a silence is given as much time as the two seconds leave within which a person is to be
known.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from agents.amd.phrases import Meaning
from agents.amd.speech import Spoken
from agents.amd.verdict import Beep, Certainty, Kind, Verdict

KNOWN_WITHIN_S = 1.84  # of the answer, or of their first word where they let one wait for more than
LETS_WAIT_S = 0.6
LISTENS_S = (0.3, 0.85)  # silence at least, whatever the two seconds want, and at most, as far as they go
# what takes longer than that: (said so long at most, silent for so long since)
LISTENS_LATER = ((1.6, 0.3), (2.4, 0.9), (4.0, 1.4))
LISTENS_KNOWN_S = 0.5  # after words that only people say
LISTENS_BUSINESS_S = 1.2  # a menu goes on after "thank you for calling"
SHORTEST_WORD_S = 0.14
RECORDING_S = 4.0  # nobody answers with so much speech in one go
RECORDING_ENDS_S = 1.6  # silence after which a greeting is over
NO_WORDS_BY_S = 9.0  # of speech; ears that understood nothing by then will not
SOMETHING_SAID_S = 0.4  # words that were understood in less are none
MENU_SAID_S = 1.2  # nor are choices and wishes
NOBODY_S = 6.0
LATEST_S = 20.0
SPEAKS_AFTER_BEEP_S = 1.5
BEEP_HEARD_OUT_S = 0.3  # the ears are a little behind the beep

NOBODY_SPOKE = Spoken(())


@dataclass(frozen=True)
class Heard:
    """Everything until `now_s`, seconds of audio since the answer. `words_expected`: somebody listens for words."""

    now_s: float
    spoken: Spoken = NOBODY_SPOKE
    beep: Beep | None = None
    fax: str = ""
    information: str = ""
    ringing: str = ""
    tone: bool = False
    meanings: AbstractSet[Meaning] = field(default_factory=frozenset)
    words_expected: bool = False

    @property
    def silent_s(self) -> float:
        return self.now_s - (self.spoken.ended_s or 0.0)


def decide(heard: Heard) -> Verdict | None:
    """None as long as it cannot be told."""
    for rule in (_by_tones, by_words, by_beep, _by_listening, _by_length, _by_time):
        if (found := rule(heard)) is not None:
            return found
    return None


def _verdict(heard: Heard, kind: Kind, certainty: Certainty, why: str) -> Verdict:
    return Verdict(kind, round(heard.now_s, 3), why, certainty)


def _by_tones(heard: Heard) -> Verdict | None:
    if heard.information:
        return _verdict(heard, "announcement", "sure", heard.information)
    return _verdict(heard, "fax", "sure", heard.fax) if heard.fax else None


def by_words(heard: Heard) -> Verdict | None:
    """A machine's own words."""
    if heard.spoken.sounding_s < SOMETHING_SAID_S:
        return None
    much = heard.spoken.sounding_s >= MENU_SAID_S
    if much and "screening" in heard.meanings:
        return _verdict(heard, "screening", "sure", "asks for a name and the reason for the call")
    if much and "ivr" in heard.meanings:
        return _verdict(heard, "ivr", "sure", "offers choices of a menu")
    if "voicemail" in heard.meanings:
        return _verdict(heard, "voicemail", "sure", "speaks of leaving a message")
    return None


def by_beep(heard: Heard) -> Verdict | None:
    """One that comes before anybody speaks may be of a call that is forwarded: it counts if nobody speaks after it."""
    if heard.beep is None or (heard.words_expected and heard.now_s - heard.beep.at_s < BEEP_HEARD_OUT_S):
        return None
    began = heard.spoken.began_s
    if began is not None and began < heard.beep.at_s:
        return _verdict(heard, "voicemail", "sure", "a beep after speech")
    if began is not None or heard.now_s - heard.beep.at_s < SPEAKS_AFTER_BEEP_S:
        return None
    return _verdict(heard, "voicemail", "likely", "a beep, and no speech before or after it")


def _by_listening(heard: Heard) -> Verdict | None:
    """They said something and listen. A tone that sounds is waited for: it may be the beep."""
    said = heard.spoken.flow_s
    if said < SHORTEST_WORD_S or heard.tone:
        return None
    if "recorded" in heard.meanings:
        over = heard.silent_s >= RECORDING_ENDS_S
        return _verdict(heard, "voicemail", "likely", "a recorded greeting that is over") if over else None
    wanted = _silence_wanted(heard)
    if wanted is not None and heard.silent_s >= wanted:
        return _verdict(heard, "human", "likely", f"spoke for {said:.1f} s and listens since")
    return None


def _silence_wanted(heard: Heard) -> float | None:
    """None: whoever spoke so long is no person who listens."""
    said, began, ended = heard.spoken.flow_s, heard.spoken.began_s or 0.0, heard.spoken.ended_s or 0.0
    later = next((silent for longest, silent in LISTENS_LATER if said <= longest), None)
    if later is None:
        return None
    if "business" in heard.meanings:
        return LISTENS_BUSINESS_S
    if "human" in heard.meanings:
        return LISTENS_KNOWN_S
    clock = began if began > LETS_WAIT_S else 0.0
    left = clock + KNOWN_WITHIN_S - ended
    return min(left, LISTENS_S[1]) if left >= LISTENS_S[0] else later


def _by_length(heard: Heard) -> Verdict | None:
    if heard.spoken.flow_s < RECORDING_S:
        return None
    if not heard.words_expected:
        why = f"spoke for {heard.spoken.flow_s:.1f} s without waiting; which machine it is, only words can tell"
        return _verdict(heard, "voicemail", "likely", why)
    if heard.silent_s >= RECORDING_ENDS_S or heard.spoken.flow_s >= NO_WORDS_BY_S:
        why = "spoke long without waiting, and no words of a menu or of screening were understood"
        return _verdict(heard, "voicemail", "likely", why)
    return None


def _by_time(heard: Heard) -> Verdict | None:
    if heard.spoken.flow_s < SHORTEST_WORD_S and not heard.tone and heard.now_s >= NOBODY_S:
        return _verdict(heard, "silence", "likely", heard.ringing or "nobody has said anything")
    if heard.now_s >= LATEST_S:
        kind: Kind = "voicemail" if heard.spoken.stretches else "silence"
        return _verdict(heard, kind, "guess", "the time to decide is over")
    return None
