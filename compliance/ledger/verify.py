"""Checks an export line by line, without a server: every entry, every value that is given, every signed root. Pure.

The first wrong entry is named. A stored hash beside each entry tells a changed entry from one whose neighbour was
changed; what was changed together with its hashes is caught by the next root that was signed, between two checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from compliance.ledger.checkpoint import Checkpoint, open_checkpoint
from compliance.ledger.commitments import Kept, opens
from compliance.ledger.export_lines import FORMAT
from compliance.ledger.findings import Report, Wrong
from compliance.ledger.followed import Followed
from compliance.ledger.leaf import Leaf, read_leaf
from compliance.ledger.merkle import leaf_hash, split_hex
from compliance.ledger.notes import VerifierKey, read_key
from compliance.ledger.places import Places
from compliance.ledger.proofs import proves_inclusion

_STEPS_TOLD = 20


class Verification:
    """`line` for each line in order, then `end` once. `key`: whose signatures count, else the one that the export
    names. `kept`: notes of checkpoints that were kept elsewhere; "" for one that could not be read."""

    def __init__(self, key: VerifierKey | None = None, kept: Iterable[str] = ()) -> None:
        self.report = Report()
        self._given, self._kept = key, kept
        self._key: VerifierKey | None = None
        self._told: dict[str, Any] = {}
        self._places = Places(self.report)
        self._tree = Followed(self.report)
        self._above: Checkpoint | None = None  # of an export of some entries
        self._ended = False

    def line(self, text: str) -> None:
        try:
            said = json.loads(text)
            what = said["type"]
        except (ValueError, TypeError, KeyError):
            self._unreadable()
            return
        if self._key is None:
            self._header(said if what == "ledger" else {})
        elif what == "entry":
            self._entry(said)
        elif what == "checkpoint":
            self._checkpoint(said.get("note"))
        elif what == "end" and not self._ended:
            self._ended = True
            if said.get("entries") != self.report.entries:
                words = f"the export says that it has {said.get('entries')} entries, and has {self.report.entries}"
                self.report.add(Wrong.TRUNCATED, self._places.next, words)
        else:
            self._unreadable()

    def end(self) -> Report:
        report, last = self.report, self._places.next - 1
        if self._key is None:
            if report.good:
                report.add(Wrong.UNREADABLE, 0, "it is no export of a ledger")
            return report
        if not self._ended:
            report.add(Wrong.TRUNCATED, last + 1, f"the file breaks off after entry {last}")
        if self._told["whole"]:
            self._tree.finish(last, self._told["size"])
            report.signed_up_to = self._tree.signed
        return report

    def _header(self, said: dict[str, Any]) -> None:
        """Anything but a header that can be read is a finding, and no line after it is looked at."""
        try:
            named = read_key(said["key"])
            told = {name: said[name] for name in ("size", "whole", "personal", "origin")}
            if said["v"] != FORMAT or type(told["size"]) is not int or type(told["whole"]) is not bool:
                raise ValueError
        except (KeyError, ValueError, TypeError, AttributeError):
            if self.report.good:
                self.report.add(Wrong.UNREADABLE, 0, "the first line is not the beginning of an export")
            return
        self._key, self._told = self._given or named, told
        self.report.origin, self.report.key = self._key.name, self._key.text()
        self.report.whole = told["whole"]
        if named != self._key or told["origin"] != self._key.name:
            self.report.add(Wrong.SIGNATURE, 0, f"the export is of the key {named.text()}, and not of the one given")
        for note in self._kept:
            self._keep(note)

    def _keep(self, note: str) -> None:
        if not note:
            self.report.unreadable += 1
        elif (checkpoint := self._opened(note, "one that was kept elsewhere")) is not None:
            self.report.kept_checkpoints += 1
            self._tree.await_(checkpoint)

    def _checkpoint(self, note: object) -> None:
        if (checkpoint := self._opened(note, f"the one after entry {self._places.next - 1}")) is None:
            return
        self.report.checkpoints += 1
        if not self._told["whole"]:
            self._above = checkpoint
            self.report.signed_up_to = checkpoint.size
        elif checkpoint.size < self._tree.size:
            words = f"the checkpoint of {checkpoint.size} entries stands after entry {self._tree.size}"
            self.report.add(Wrong.REORDERED, self._tree.size, words)
        else:
            self._tree.await_(checkpoint)

    def _opened(self, note: object, which: str) -> Checkpoint | None:
        assert self._key is not None
        try:
            return open_checkpoint(note if isinstance(note, str) else "", self._key).checkpoint
        except ValueError as error:
            self.report.add(Wrong.SIGNATURE, self._places.next - 1, f"a checkpoint, {which}: {error}")
            return None

    def _entry(self, said: dict[str, Any]) -> None:
        seq, text = said.get("seq"), said.get("leaf")
        if type(seq) is not int or seq < 1 or not isinstance(text, str):
            self._unreadable()
            return
        self.report.entries += 1
        try:
            leaf = read_leaf(text)
        except ValueError:
            leaf = None
        there = self._places.take(seq, leaf.seq if leaf else None, whole=self._told["whole"])
        hashed = leaf_hash(text.encode("utf-8", "surrogatepass"))
        if not self._told["whole"]:
            self._under_checkpoint(seq, hashed, said.get("proof"))
        elif there:
            self._in_tree(seq, hashed, said.get("hashes"))
        else:
            self._tree.lose()
        if leaf is None:
            self._changed(seq, "it is no entry")
            return
        self._beside(seq, leaf, said)

    def _in_tree(self, seq: int, hashed: bytes, hashes: object) -> None:
        try:
            stored = split_hex(hashes) if isinstance(hashes, str) else []
        except ValueError:
            stored = []
        self._tree.add(seq, hashed, stored)

    def _under_checkpoint(self, seq: int, hashed: bytes, proof: object) -> None:
        try:
            steps = [bytes.fromhex(one) for one in proof] if isinstance(proof, list) else None
        except (ValueError, TypeError):
            steps = None
        above = self._above
        if above is None or steps is None or not proves_inclusion(hashed, seq - 1, above.size, steps, above.root):
            self._changed(seq, "no proof that it is under the checkpoint")

    def _beside(self, seq: int, leaf: Leaf, said: dict[str, Any]) -> None:
        """What stands beside the entry: columns that repeat it, and values of its commitments."""
        if differing := said.get("differs"):
            self._changed(seq, f"the database says otherwise in {', '.join(map(str, differing))}")
        if leaf.behind_ms and len(self.report.clock_steps) < _STEPS_TOLD:
            self.report.clock_steps.append((seq, leaf.behind_ms))
        given = said.get("personal", {})
        for name, one in given.items() if isinstance(given, dict) else [("", None)]:
            if not _opens(name, one, leaf):
                self._changed(seq, f"the value of {name} is not the one that was recorded")
        if self._told["personal"]:
            self.report.values += len(given)
            self.report.erased += len(set(leaf.commitments) - set(given))

    def _changed(self, seq: int, words: str) -> None:
        self.report.add(Wrong.CHANGED, seq, f"entry {seq}: {words}")

    def _unreadable(self) -> None:
        if self._key is None:
            self._header({})
            return
        self._tree.lose()
        where = f"the line after entry {self._places.next - 1} cannot be read"
        self.report.add(Wrong.UNREADABLE, self._places.next, where)


def _opens(name: str, one: object, leaf: Leaf) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("salt"), str) or not isinstance(one.get("value"), str):
        return False
    committed = leaf.commitments.get(name)
    return isinstance(committed, str) and opens(name, Kept(one["salt"], one["value"]), committed)
