"""Signed notes and checkpoints: a foreign one opens, and nothing that was touched does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from compliance.ledger.checkpoint import Checkpoint, checkpoint_line, notes_in, open_checkpoint, sign_checkpoint
from compliance.ledger.merkle import EMPTY_ROOT
from compliance.ledger.notes import VerifierKey, open_note, read_key, sign
from compliance.ledger.signing_key import verifier_of

# key and note of the documentation of Go's sumdb/note
FOREIGN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
FOREIGN_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_of(PRIVATE)
SIGNED = sign_checkpoint(Checkpoint(KEY.name, 7, EMPTY_ROOT), PRIVATE)


def test_a_foreign_note_opens_with_its_key() -> None:
    assert open_note(FOREIGN_NOTE, read_key(FOREIGN_KEY)).endswith("your problem is.\n")


def test_a_key_reads_as_it_was_written() -> None:
    assert read_key(KEY.text() + "\n") == KEY
    for text in ("", "name", KEY.name, KEY.text().replace("+", "-", 1), f"other{KEY.text()}", KEY.text()[:-4]):
        with pytest.raises(ValueError):
            read_key(text)


def test_a_checkpoint_opens_as_it_was_signed() -> None:
    assert open_checkpoint(SIGNED.note, KEY) == SIGNED
    assert SIGNED.note.split("\n")[:3] == [KEY.name, "7", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]


@given(st.integers(0, len(SIGNED.note) - 2), st.characters(min_codepoint=32, max_codepoint=126))
def test_a_checkpoint_with_one_letter_changed_does_not_open(at: int, letter: str) -> None:
    changed = SIGNED.note[:at] + letter + SIGNED.note[at + 1 :]
    if changed == SIGNED.note:
        return
    try:
        opened = open_checkpoint(changed, KEY)
    except ValueError:
        return
    assert opened.checkpoint == SIGNED.checkpoint  # spare bits of the signature's base64 say nothing


def test_who_else_signs_is_passed_over_and_who_forges_is_not() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    body, _, ours = SIGNED.note.rpartition("\n\n")
    witness = sign(f"{body}\n", "witness.example", other).rpartition("\n\n")[2]
    assert open_checkpoint(f"{body}\n\n{witness}{ours}", KEY).checkpoint == SIGNED.checkpoint
    with pytest.raises(ValueError, match="not signed with the key"):
        open_checkpoint(f"{body}\n\n{witness}", KEY)
    forged = VerifierKey(KEY.name, other.public_key().public_bytes_raw())
    with pytest.raises(ValueError, match="not signed with the key"):
        open_checkpoint(sign(f"{body}\n", KEY.name, other), KEY)
    assert open_checkpoint(sign(f"{body}\n", KEY.name, other), forged)


@pytest.mark.parametrize("text", ["x\n7\n", "x\n07\nAA==\n", "x\n7\nAA==\n", "x\n-7\n47DE\n", "\n", "x\n7\n$$\n"])
def test_what_is_signed_and_no_checkpoint_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        open_checkpoint(sign(text, KEY.name, PRIVATE), KEY)


def test_a_file_of_checkpoints_and_a_single_note_read_alike() -> None:
    line = checkpoint_line(SIGNED, datetime(2026, 11, 20, tzinfo=UTC))
    assert list(notes_in([line, line[:40] + "\n", line])) == [SIGNED.note, "", SIGNED.note]
    assert list(notes_in(SIGNED.note.splitlines(True))) == [SIGNED.note]
    assert list(notes_in([])) == []
