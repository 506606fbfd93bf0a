"""Proofs that an entry is in a tree, and that a tree goes on from an older one (RFC 9162 §2.1.3, §2.1.4). Pure.

What a proof consists of is named first, as ranges of leaves; a range is made of full subtrees, `(level, position)`,
which whoever keeps them looks up. Leaves are counted from 0 here.
"""

from __future__ import annotations

from collections.abc import Sequence

from compliance.ledger.merkle import node_hash

Range = tuple[int, int]  # first leaf, and the one after the last
Subtree = tuple[int, int]  # level: 0 is a leaf; position among those of its level


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Whose roots prove leaf `index` in a tree of `size`. Raises ValueError when it is not in it."""
    if not 0 <= index < size:
        raise ValueError("the entry is not in a tree of this size")
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Whose roots prove that the tree of `old` leaves is the beginning of that of `new`."""
    if not 0 <= old <= new:
        raise ValueError("the older tree is not the larger one")
    if old in (0, new):
        return []
    start, end, found, whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return found[::-1]


def subtrees_of(whole: Range) -> list[Subtree]:
    """The full subtrees that make up a range, from left to right; its root is `merkle.root_over` theirs.

    The range begins where a subtree of its size begins, as all ranges of proofs do.
    """
    start, end = whole
    found: list[Subtree] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def last_leaf(subtree: Subtree) -> int:
    """The leaf that completes it."""
    level, position = subtree
    return ((position + 1) << level) - 1


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 §2.1.3.2; `leaf` is the leaf's hash."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(one, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, one)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:  # fmt: skip
    """RFC 9162 §2.1.4.2."""
    if old == new or old == 0:
        return not proof and (old == 0 or old_root == new_root)
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, one)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
