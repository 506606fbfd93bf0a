"""The tree as it grows while an export is read, beside the hashes that were stored and roots that were signed. Pure."""

from __future__ import annotations

from compliance.ledger.checkpoint import Checkpoint
from compliance.ledger.findings import Report, Wrong
from compliance.ledger.merkle import Frontier


class Followed:
    """After `lose` no root can be computed any more. `signed`: up to which entry a signed root was right."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._tree: Frontier | None = Frontier()
        self._awaited: dict[int, set[bytes]] = {}
        self._doubted = 0  # the last entry that a finding is about
        self.size = 0
        self.signed = 0

    def lose(self) -> None:
        self._tree = None

    def await_(self, checkpoint: Checkpoint) -> None:
        """Its root has to be the tree's when the tree has that size."""
        self._awaited.setdefault(checkpoint.size, set()).add(checkpoint.root)
        if checkpoint.size == self.size:
            self._compare()

    def add(self, seq: int, hashed: bytes, stored: list[bytes]) -> None:
        """`hashed`: of what the entry says; `stored`: of it and of the subtrees that it completes."""
        self.size = seq
        if self._tree is None:
            return
        leaf = hashed
        if not stored or stored[0] != hashed:
            self._report.add(Wrong.CHANGED, seq, f"entry {seq}: what it says is not what was hashed")
            self._doubted, leaf = seq, stored[0] if stored else hashed
        completed = self._tree.add(leaf)
        if completed != stored:
            self._other_subtree(seq, completed, stored)
        if seq in self._awaited:
            self._compare()

    def finish(self, last: int, size: int) -> None:
        """`last`: the last entry that was there; `size`: how many there are to be."""
        most = max([size, *self._awaited])
        if last < most:
            words = f"the ledger ends with entry {last}, and had {most}"
            self._report.add(Wrong.TRUNCATED, last + 1, words, last=most)
        elif last > size:
            words = f"the ledger has {size} entries, and here are {last}"
            self._report.add(Wrong.INSERTED, size + 1, words, last=last)
        if self._report.good and self.signed < last:
            words = f"no checkpoint covers what follows entry {self.signed}"
            self._report.add(Wrong.SIGNATURE, self.signed + 1, words, last=last)

    def _other_subtree(self, seq: int, completed: list[bytes], stored: list[bytes]) -> None:
        assert self._tree is not None
        if len(stored) == len(completed) and stored[0] == completed[0]:
            level = next(at for at, (ours, theirs) in enumerate(zip(completed, stored, strict=True)) if ours != theirs)
            first = seq - (1 << level) + 1
            if self._doubted >= first:
                self._tree.roots[-1] = stored[-1]  # known already; with theirs the rest can still be checked
                return
        else:
            first = seq
        if self._doubted != seq:
            words = f"the hash over entries {first} to {seq} is not theirs: one of them was changed, or it was"
            self._report.add(Wrong.CHANGED, first, words, last=seq)
        self._doubted = seq

    def _compare(self) -> None:
        if self._tree is None:
            return
        if self._awaited[self.size] == {self._tree.root()}:
            self.signed = self.size if self._report.good else self.signed
        elif self._report.good:
            first = self.signed + 1
            words = (
                f"the root that was signed after entry {self.size} is another: one of {first} to {self.size} is wrong"
            )
            self._report.add(Wrong.CHANGED, first, words, last=self.size)
