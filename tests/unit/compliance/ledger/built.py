"""A small ledger in memory: its rows as the database would have them, and the export of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.ledger import export_lines
from compliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from compliance.ledger.commitments import Kept
from compliance.ledger.findings import Report
from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Entry, append_to
from compliance.ledger.merkle import Frontier
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.notes import VerifierKey
from compliance.ledger.signing_key import verifier_of
from compliance.ledger.tail import Tail
from compliance.ledger.verify import Verification

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_of(PRIVATE)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
COLUMNS = ("seq", "id", "at", "kind", "call_id", "leaf", "hashes")


@dataclass
class Built:
    """`kept`: what opens the commitments of each entry; `notes`: the checkpoints, from old to new."""

    rows: list[LedgerEntryRow] = field(default_factory=list)
    kept: dict[int, dict[str, Kept]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    tail: Tail = field(default_factory=lambda: Tail(Frontier(), None))

    def append(self, entry: Entry) -> None:
        self.tail, row, values = append_to(self.tail, entry)
        self.rows.append(LedgerEntryRow(**row))
        for one in values:
            self.kept.setdefault(one["seq"], {})[one["field"]] = Kept(one["salt"], one["pii"])

    def sign(self, private: Ed25519PrivateKey = PRIVATE) -> None:
        tree = self.tail.tree
        self.notes.append(sign_checkpoint(Checkpoint(KEY.name, tree.size, tree.root()), private).note)

    def copy(self) -> Built:
        """To be tampered with: rows and values of its own."""
        rows = [LedgerEntryRow(**{name: getattr(row, name) for name in COLUMNS}) for row in self.rows]
        kept = {seq: {name: replace(one) for name, one in values.items()} for seq, values in self.kept.items()}
        return Built(rows, kept, list(self.notes))

    def export(self, *, personal: bool = True) -> list[str]:
        """As `exporting` writes one of a ledger that it cannot sign any more."""
        rows = sorted(self.rows, key=lambda row: row.seq)
        size, checkpoints = (rows[-1].seq if rows else 0), export_lines.Checkpoints(self.notes)
        lines = [export_lines.header(KEY, size, NOON, whole=True, personal=personal)]
        for row in rows:
            lines += checkpoints.before(row.seq)
            lines.append(export_lines.entry(row, self.kept.get(row.seq, {}) if personal else {}))
        return [*lines, *checkpoints.before(None), export_lines.end(len(rows))]


def built(entries: int, *, signed_at: Iterable[int] = ()) -> Built:
    """The last entry is always signed."""
    found, signed = Built(), {*signed_at, entries}
    for number in range(1, entries + 1):
        found.append(
            Entry(
                Kind.DIAL, NOON + timedelta(seconds=number), "agt_1", f"call_{number}", {"verdict": "accept"},
                {"dnis": f"+1510555010{number}"},
            )
        )  # fmt: skip
        if number in signed:
            found.sign()
    return found


def verified(lines: Iterable[str], kept: Iterable[str] = (), key: VerifierKey | None = KEY) -> Report:
    found = Verification(key, kept)
    for line in lines:
        found.line(line)
    return found.end()
