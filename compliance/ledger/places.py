"""Whether entries stand where they belong: each says itself which one it is. Pure."""

from __future__ import annotations

from compliance.ledger.findings import Finding, Report, Wrong


class Places:
    """`next`: which entry has to follow."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.next = 1
        self._missing: tuple[int, int, int] | None = None  # place of its finding, first and last that are not there
        self._shift = 0

    def take(self, place: int, named: int | None, *, whole: bool) -> bool:
        """`place`: where it stands; `named`: which one it says that it is. True for the next of a whole ledger."""
        fits = self._take_place(place, whole=whole)
        shift = 0 if named is None else place - named
        if named is not None:
            self._found_again(named)
        if shift and shift != self._shift:
            self._moved(place, place - shift)
        self._shift = shift
        return fits

    def _take_place(self, place: int, *, whole: bool) -> bool:
        if place < self.next:
            if not self._found_again(place):
                words = f"entry {place} stands after entry {self.next - 1} once more"
                self._report.add(Wrong.INSERTED, place, words)
            return False
        fits = place == self.next
        if not fits and whole:
            last = place - 1
            self._miss(self.next, last, self.next, f"{_span(self.next, last)} not there")
        self.next = place + 1
        return fits

    def _moved(self, place: int, named: int) -> None:
        words = f"at the place of entry {place} stands entry {named}"
        if named > place:
            self._miss(place, named - 1, place, words)
        else:
            self._report.add(Wrong.INSERTED, place, words)

    def _miss(self, first: int, last: int, seq: int, words: str) -> None:
        self._missing = (len(self._report.findings), first, last)
        self._report.add(Wrong.REMOVED, seq, words, last=last)

    def _found_again(self, named: int) -> bool:
        """What was missing turns up elsewhere: it was not removed, but moved."""
        if self._missing is None or not self._missing[1] <= named <= self._missing[2]:
            return False
        at = self._missing[0]
        if at < len(self._report.findings):
            found = self._report.findings[at]
            self._report.findings[at] = Finding(Wrong.REORDERED, found.seq, found.last, found.words)
        return True


def _span(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
