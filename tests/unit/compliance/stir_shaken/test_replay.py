"""A token that was here before with another call is told."""

from __future__ import annotations

from compliance.stir_shaken.replay import KEPT_S, Seen
from compliance.stir_shaken.signature import sign
from tests.stir import maker
from tests.unit.compliance.stir_shaken.test_signature import ORDER

SIGNED = b"header.payload"
SIGNATURE = sign(maker.key("a signer"), SIGNED)


def test_the_same_token_in_another_call_was_here_before() -> None:
    seen = Seen()
    assert not seen.before(SIGNED, SIGNATURE, "a", 0)
    assert seen.before(SIGNED, SIGNATURE, "b", 1)
    assert seen.before(SIGNED, SIGNATURE, "c", 2)


def test_the_same_call_that_asks_again_is_no_replay() -> None:
    seen = Seen()
    assert not seen.before(SIGNED, SIGNATURE, "a", 0)
    assert not seen.before(SIGNED, SIGNATURE, "a", 1)


def test_a_token_signed_anew_is_another_one() -> None:
    seen = Seen()
    assert not seen.before(SIGNED, SIGNATURE, "a", 0)
    assert not seen.before(SIGNED, sign(maker.key("a signer"), SIGNED), "b", 1)


def test_the_other_signature_that_anybody_can_make_of_one_hides_nothing() -> None:
    r, s = SIGNATURE[:32], int.from_bytes(SIGNATURE[32:], "big")
    twin = r + (ORDER - s).to_bytes(32, "big")
    seen = Seen()
    assert not seen.before(SIGNED, SIGNATURE, "a", 0)
    assert seen.before(SIGNED, twin, "b", 1)


def test_it_is_forgotten_when_it_is_stale_by_itself_and_when_there_are_too_many() -> None:
    seen = Seen()
    assert not seen.before(SIGNED, SIGNATURE, "a", 0)
    assert not seen.before(SIGNED, SIGNATURE, "b", KEPT_S)
    few = Seen(most=2)
    assert not few.before(b"1", SIGNATURE, "a", 0)
    assert not few.before(b"2", SIGNATURE, "a", 0)
    assert not few.before(b"3", SIGNATURE, "a", 0)
    assert few.before(b"3", SIGNATURE, "b", 0) and few.before(b"2", SIGNATURE, "b", 0)
    assert not few.before(b"1", SIGNATURE, "b", 0)
