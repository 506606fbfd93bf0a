"""What tones mean: a beep, a fax machine (ITU-T T.30), the network's information tones (E.180) or its ringing. Pure."""

from __future__ import annotations

from agents.amd.tones import Tone
from agents.amd.verdict import Beep

LONGEST_BEEP_S = 1.5
BEEP_AFTER = 0.25
OF_THE_ANSWER_S = 0.06  # what sounds when the answer comes is what is left of the ringing
RINGING_HZ, RINGING_S = (395.0, 465.0), 0.88  # one frequency for a second; beeps so low are shorter
CED_HZ, CED_S = (2080.0, 2120.0), 0.9  # T.30: 2100 +-15 Hz for 2.6 to 4 s
CNG_HZ, CNG_S, CNG_PAUSE_S = (1060.0, 1140.0), (0.42, 0.58), (2.5, 3.5)  # 1100 +-38 Hz, 0.5 s every 3 s
SIT_HZ, SIT_S, FOLLOWS_S = ((890.0, 1010.0), (1340.0, 1460.0), (1740.0, 1860.0)), (0.2, 0.46), 0.1


def within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


class Signals:
    """`last_beep`: the last one so far. `fax`, `information`, `ringing`: why, or ""."""

    def __init__(self) -> None:
        self.last_beep: Beep | None = None
        self._new: list[Beep] = []
        self.fax = self.information = self.ringing = ""
        self._chain: list[Tone] = []  # at most three that follow each other without a pause
        self._answering_s = 0.0  # of 2100 Hz, whose phase turns every 450 ms
        self._held: tuple[Tone, float] | None = None  # a beep that a second tone makes something else, and until when

    @property
    def waits(self) -> bool:
        """A tone is known for what it is only when a second one comes, or not."""
        return self._held is not None

    def take_beeps(self) -> list[Beep]:
        """Those found since the last time."""
        new, self._new = self._new, []
        return new

    def sounds(self, tone: Tone) -> None:
        """It goes on."""
        if within(tone.hertz, CED_HZ) and self._answering_s + tone.length_s >= CED_S:
            self.fax = "a fax machine answers with its tone of 2100 Hz"

    def ended(self, tone: Tone, *, after_speech: bool) -> None:
        follows = bool(self._chain) and tone.start_s - self._chain[-1].end_s < FOLLOWS_S
        self._chain = [*self._chain[-2:], tone] if follows else [tone]
        self._answering_s = self._answering_s * follows + tone.length_s * within(tone.hertz, CED_HZ)
        if self._is_information():
            self._held = None
            self.information = "the network's three information tones: the number cannot be reached"
        elif self._is_ringing(tone):
            self.ringing = "it still rings"
        elif self._is_beep(tone):
            self._beep(tone, after_speech)

    def passes(self, now_s: float) -> None:
        """Time does; a tone that may have been the first of several was a beep."""
        if self._held and now_s > self._held[1]:
            self._tell(self._held[0])

    # -- one by one -------------------------------------------------------------------------------------------

    def _is_information(self) -> bool:
        which = [next((n for n, hz in enumerate(SIT_HZ) if within(tone.hertz, hz)), -1) for tone in self._chain]
        lengths = all(within(tone.length_s, SIT_S) for tone in self._chain[-2:])
        return lengths and which[-2:] in ([0, 1], [1, 2])

    def _is_ringing(self, tone: Tone) -> bool:
        if tone.start_s < OF_THE_ANSWER_S or tone.is_two:
            return True
        return within(tone.hertz, RINGING_HZ) and tone.is_one and tone.length_s >= RINGING_S

    def _is_beep(self, tone: Tone) -> bool:
        alone = not self.fax and tone.is_one and tone.after <= BEEP_AFTER
        return alone and tone.length_s <= LONGEST_BEEP_S and not (within(tone.hertz, CED_HZ) and self._answering_s)

    def _beep(self, tone: Tone, after_speech: bool) -> None:
        """Fax machines and the network's tones come before anybody speaks."""
        first = self._held[0] if self._held else None
        calling = within(tone.hertz, CNG_HZ) and within(tone.length_s, CNG_S)
        information = any(within(tone.hertz, hz) for hz in SIT_HZ) and within(tone.length_s, SIT_S)
        if calling and first and within(tone.start_s - first.end_s, CNG_PAUSE_S):
            self.fax, self._held = "a fax machine calls with its tone of 1100 Hz, twice", None
        elif calling and not after_speech:
            self._held = tone, tone.end_s + CNG_PAUSE_S[1] + CNG_S[1]
        elif information and not after_speech:
            self._held = tone, tone.end_s + FOLLOWS_S + SIT_S[1]
        else:
            self._tell(tone)

    def _tell(self, tone: Tone) -> None:
        self._held = None
        self.last_beep = Beep(round(tone.end_s, 3), round(tone.hertz, 1), round(tone.length_s, 3))
        self._new.append(self.last_beep)
