"""Whoever changes, removes, inserts or moves anything in a ledger is told of by name: the first wrong entry."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from compliance.ledger.commitments import Kept
from compliance.ledger.findings import Report, Wrong
from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Entry, append_to
from compliance.ledger.merkle import Frontier, join_hex, leaf_hash
from compliance.ledger.models import LedgerEntryRow
from compliance.ledger.tail import Tail
from tests.unit.compliance.ledger.built import KEY, NOON, PRIVATE, Built, built, verified

GOOD = built(7, signed_at=(3, 5))


def names(report: Report, seq: int) -> bool:
    """The first finding is about this entry."""
    first = report.findings[0]
    return first.seq <= seq <= first.last


def flipped(text: str, at: int) -> str:
    """With one bit of one byte changed, so that it is still text."""
    return text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :]


def test_a_ledger_that_nobody_touched_is_good() -> None:
    report = verified(GOOD.export())
    assert report.good, report.findings
    assert (report.entries, report.checkpoints, report.signed_up_to) == (7, 3, 7)
    assert (report.values, report.erased) == (7, 0)


@pytest.mark.parametrize("column", ["leaf", "hashes", "id", "kind", "call_id"])
def test_one_byte_of_any_text_of_any_row_is_found(column: str) -> None:
    for number, row in enumerate(GOOD.rows):
        for at in range(len(getattr(row, column))):
            wrong = GOOD.copy()
            setattr(wrong.rows[number], column, flipped(getattr(row, column), at))
            report = verified(wrong.export())
            assert not report.good and names(report, row.seq), (column, row.seq, at, report.findings)
            assert report.findings[0].wrong in (Wrong.CHANGED, Wrong.INSERTED, Wrong.REMOVED)


def test_one_byte_of_any_personal_value_is_found() -> None:
    for row in GOOD.rows:
        kept = GOOD.kept[row.seq]["dnis"]
        changed = [Kept(flipped(kept.salt, at), kept.value) for at in range(len(kept.salt))]
        changed += [Kept(kept.salt, flipped(kept.value, at)) for at in range(len(kept.value))]
        for one in changed:
            wrong = GOOD.copy()
            wrong.kept[row.seq]["dnis"] = one
            report = verified(wrong.export())
            assert names(report, row.seq) and "dnis" in report.findings[0].words


def test_a_time_that_is_not_the_entrys_is_found() -> None:
    for row in GOOD.rows:
        wrong = GOOD.copy()
        wrong.rows[row.seq - 1].at += timedelta(microseconds=1)
        assert names(verified(wrong.export()), row.seq)


def test_a_value_under_another_name_is_found_and_one_that_was_erased_is_counted() -> None:
    wrong = GOOD.copy()
    wrong.kept[4]["ani"] = wrong.kept[4].pop("dnis")
    assert names(verified(wrong.export()), 4)
    erased = GOOD.copy()
    del erased.kept[4]
    report = verified(erased.export())
    assert report.good and (report.values, report.erased) == (6, 1)


def test_one_that_is_removed_is_named() -> None:
    for row in GOOD.rows:
        wrong = GOOD.copy()
        del wrong.rows[row.seq - 1]
        report = verified(wrong.export())
        assert names(report, row.seq)
        assert report.findings[0].wrong is (Wrong.TRUNCATED if row.seq == 7 else Wrong.REMOVED)


def test_one_that_is_removed_is_named_though_the_rest_moves_up() -> None:
    for number in range(6):
        wrong = GOOD.copy()
        del wrong.rows[number]
        for row in wrong.rows[number:]:
            row.seq -= 1
        report = verified(wrong.export())
        assert names(report, number + 1) and report.findings[0].wrong is Wrong.REMOVED


def test_a_forged_one_that_is_pushed_in_is_found() -> None:
    for number in range(7):
        wrong = GOOD.copy()
        tree = Frontier()
        for row in wrong.rows[:number]:
            tree.add(leaf_hash(row.leaf.encode()))
        _, forged, _ = append_to(Tail(tree, NOON), Entry(Kind.CONSENT, NOON, "agt_1"))
        for row in wrong.rows[number:]:
            row.seq += 1
        wrong.rows.insert(number, LedgerEntryRow(**forged))
        report = verified(wrong.export())
        assert not report.good and report.findings[0].seq in (number + 1, number + 2), report.findings


def test_two_that_change_places_are_found() -> None:
    for first in range(7):
        for second in range(first + 1, 7):
            wrong = GOOD.copy()
            one, other = wrong.rows[first], wrong.rows[second]
            one.seq, other.seq = other.seq, one.seq
            report = verified(wrong.export())
            assert names(report, first + 1), (first, second, report.findings)
            assert report.findings[0].wrong in (Wrong.REORDERED, Wrong.REMOVED)


def test_an_end_that_is_cut_off_is_named_by_the_checkpoints() -> None:
    for left in range(7):
        wrong = GOOD.copy()
        del wrong.rows[left:]
        report = verified(wrong.export())
        assert report.findings[0].wrong is Wrong.TRUNCATED
        assert (report.findings[0].seq, report.findings[0].last) == (left + 1, 7)


def test_an_end_that_is_cut_off_with_its_checkpoints_is_named_by_those_kept_elsewhere() -> None:
    wrong = GOOD.copy()
    del wrong.rows[5:], wrong.notes[2:]
    assert verified(wrong.export()).good  # that is how far it ever was, for all that the file says
    report = verified(wrong.export(), kept=GOOD.notes)
    assert (report.findings[0].wrong, report.findings[0].seq, report.findings[0].last) == (Wrong.TRUNCATED, 6, 7)


def test_a_kept_line_that_cannot_be_read_is_counted_and_a_forged_one_is_not_believed() -> None:
    report = verified(GOOD.export(), kept=["", *GOOD.notes])
    assert report.good and (report.unreadable, report.kept_checkpoints) == (1, 3)
    other = Built(tail=Tail(Frontier(), None))
    other.sign(Ed25519PrivateKey.generate())
    assert verified(GOOD.export(), kept=other.notes).findings[0].wrong is Wrong.SIGNATURE


def rewritten(seq: int) -> Built:
    """Entry `seq` says something else, and every hash after it was made anew: as good a forgery as there is."""
    wrong, tree = GOOD.copy(), Frontier()
    for row in wrong.rows:
        if row.seq == seq:
            row.leaf = row.leaf.replace("accept", "reject")
        row.hashes = join_hex(tree.add(leaf_hash(row.leaf.encode())))
    wrong.tail = Tail(tree, NOON)
    return wrong


@pytest.mark.parametrize("seq", range(1, 8))
def test_a_forgery_with_all_its_hashes_is_between_two_signed_roots(seq: int) -> None:
    first = verified(rewritten(seq).export()).findings[0]
    between = next((low, high) for low, high in ((1, 3), (4, 5), (6, 7)) if low <= seq <= high)
    assert (first.wrong, (first.seq, first.last)) == (Wrong.CHANGED, between)


def test_a_forgery_that_is_signed_anew_needs_the_key() -> None:
    wrong = rewritten(4)
    wrong.notes = []
    wrong.sign(Ed25519PrivateKey.generate())
    assert verified(wrong.export()).findings[0].wrong is Wrong.SIGNATURE
    wrong.notes = []
    wrong.sign(PRIVATE)  # whoever has the key too is found by what was kept elsewhere
    assert verified(wrong.export()).good
    assert names(verified(wrong.export(), kept=GOOD.notes), 4)


def test_without_any_checkpoint_nothing_is_proved() -> None:
    wrong = GOOD.copy()
    wrong.notes = []
    first = verified(wrong.export()).findings[0]
    assert (first.wrong, first.seq, first.last) == (Wrong.SIGNATURE, 1, 7)


def test_one_byte_of_the_file_itself_is_found_or_changes_nothing() -> None:
    small = built(3, signed_at=(2,))
    text = "".join(small.export())
    for at in range(len(text)):
        report = verified(flipped(text, at).splitlines(True))
        if report.good:
            # neither hashed nor signed: when it was exported, the name of a value, which then counts as erased
            kind = json.loads(text.splitlines()[text[:at].count("\n")])["type"]
            assert kind in ("ledger", "checkpoint") or report.erased == 1, at
            assert (report.entries, report.signed_up_to) == (3, 3)


@given(st.data())
def test_a_line_that_is_left_out_doubled_or_moved_is_found(data: st.DataObject) -> None:
    lines = GOOD.export()
    at, to = (data.draw(st.integers(1, len(lines) - 1)) for _ in range(2))
    line = lines[at]
    if data.draw(st.booleans()):
        del lines[at]
    if data.draw(st.booleans()):
        lines.insert(to, line)
    of_entries = [text for text in GOOD.export() if '"type":"entry"' in text]
    if [text for text in lines if '"type":"entry"' in text] != of_entries or lines.count(GOOD.export()[-1]) != 1:
        assert not verified(lines, kept=GOOD.notes).good


def test_a_file_that_breaks_off_is_named() -> None:
    lines = GOOD.export()
    for left in range(1, len(lines)):
        report = verified(lines[:left])
        assert not report.good and any(one.wrong is Wrong.TRUNCATED for one in report.findings)
    assert verified([]).findings[0].wrong is Wrong.UNREADABLE
    assert verified(["{}", "no json\n"]).findings[0].wrong is Wrong.UNREADABLE


def test_an_export_of_another_ledger_is_refused() -> None:
    other = GOOD.export()
    other[0] = other[0].replace(KEY.name, "gateway/other")
    assert not verified(other).good
    assert verified(other, key=None).findings
