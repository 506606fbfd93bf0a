"""Whether one who was taken for a person is a machine after all. Pure.

A greeting may pause after its first words for longer than anybody could wait to know a person. The agent speaks by
then: a person falls silent, a recording goes on.
"""

from __future__ import annotations

from agents.amd.decide import Heard, by_beep, by_words
from agents.amd.verdict import Verdict

WITHIN_S = 15.0  # of the first verdict; what is said later is said in a conversation
GOES_ON_WITHIN_S = 1.3  # of the first verdict
GOES_ON_S = 3.0  # of speech against ours
PAUSES_S = 0.8  # in it at most


def correct(first: Verdict, heard: Heard) -> Verdict | None:
    """What it is instead; None as long as nothing speaks against a person."""
    if heard.now_s - first.at_s > WITHIN_S:
        return None
    if heard.beep is not None and heard.beep.at_s > first.at_s and (found := by_beep(heard)) is not None:
        return found
    return by_words(heard) or _goes_on(first, heard)


def _goes_on(first: Verdict, heard: Heard) -> Verdict | None:
    later = [one for one in heard.spoken.stretches if one[1] > first.at_s]
    if not later or later[0][0] - first.at_s > GOES_ON_WITHIN_S:
        return None
    begin, end = later[0]
    for following in later[1:]:
        if following[0] - end > PAUSES_S:
            return None
        end = following[1]
    if end - begin < GOES_ON_S:
        return None
    why = f"went on for {end - begin:.1f} s, whoever else spoke"
    return Verdict("voicemail", round(heard.now_s, 3), why, "likely")
