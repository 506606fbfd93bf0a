"""Proofs: every one that should holds, and none holds for anything else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compliance.ledger.merkle import Frontier, leaf_hash, root_over
from compliance.ledger.proofs import (
    Range,
    consistency_ranges,
    inclusion_ranges,
    last_leaf,
    proves_consistency,
    proves_inclusion,
    subtrees_of,
)

LARGEST = 40
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]
TREE = Frontier()
STORED = [TREE.add(leaf) for leaf in LEAVES]  # by leaf: what it completes
ROOTS = [Frontier().root()]
GROWING = Frontier()
for one in LEAVES:
    GROWING.add(one)
    ROOTS.append(GROWING.root())


def proof_of(ranges: list[Range]) -> list[bytes]:
    return [root_over(STORED[last_leaf(part)][part[0]] for part in subtrees_of(one)) for one in ranges]


def test_every_leaf_of_every_tree_is_proved() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = proof_of(inclusion_ranges(index, size))
            assert proves_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            assert len(proof) <= (size - 1).bit_length()


def test_every_tree_goes_on_from_every_smaller_one() -> None:
    for new in range(LARGEST + 1):
        for old in range(new + 1):
            proof = proof_of(consistency_ranges(old, new))
            assert proves_consistency(old, new, ROOTS[old], ROOTS[new], proof), (old, new)


@given(st.data())
def test_nothing_else_is_proved(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = proof_of(inclusion_ranges(index, size))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    at = data.draw(st.integers(0, len(proof) - 1))
    flipped = [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]]
    root = ROOTS[size]
    assert not proves_inclusion(LEAVES[other], index, size, proof, root)
    assert not proves_inclusion(LEAVES[index], other, size, proof, root)
    assert not proves_inclusion(LEAVES[index], index, size, flipped, root)
    assert not proves_inclusion(LEAVES[index], index, size, proof[:-1], root)
    assert not proves_inclusion(LEAVES[index], index, size, [*proof, proof[-1]], root)
    assert not proves_inclusion(LEAVES[index], index, size, proof, ROOTS[size - 1])
    assert not proves_inclusion(LEAVES[index], size, size, proof, root)


@given(st.data())
def test_another_tree_does_not_go_on_from_it(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, LARGEST))
    old = data.draw(st.integers(1, new - 1))
    proof, forged = proof_of(consistency_ranges(old, new)), leaf_hash(b"forged")
    at = data.draw(st.integers(0, len(proof) - 1))
    assert not proves_consistency(old, new, forged, ROOTS[new], proof)
    assert not proves_consistency(old, new, ROOTS[old], forged, proof)
    assert not proves_consistency(old, new, ROOTS[old], ROOTS[new], [*proof[:at], forged, *proof[at + 1 :]])
    assert not proves_consistency(old, new, ROOTS[old], ROOTS[new], proof[:-1])
    assert not proves_consistency(old, new, ROOTS[old], ROOTS[new], [*proof, forged])
    assert not proves_consistency(new, old, ROOTS[new], ROOTS[old], proof)
    assert not proves_consistency(new, new, ROOTS[new], forged, [])
