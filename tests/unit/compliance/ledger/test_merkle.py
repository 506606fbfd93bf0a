"""The tree: the roots that certificate transparency has published, and that it can be grown from its frontier."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.ledger.merkle import EMPTY_ROOT, Frontier, join_hex, leaf_hash, node_hash, split_hex

# leaves and roots of the reference implementation of RFC 6962
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def root_of(leaves: list[bytes]) -> bytes:
    """As RFC 6962 §2.1 defines it, from the top."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(root_of(leaves[:half]), root_of(leaves[half:]))


def test_roots_are_those_of_the_reference() -> None:
    tree = Frontier()
    assert tree.root() == EMPTY_ROOT
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.add(leaf_hash(leaf))
        assert tree.root().hex() == root


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_tree_that_grows_has_the_root_of_the_whole(leaves: list[bytes]) -> None:
    tree = Frontier()
    for leaf in leaves:
        tree = Frontier(tree.size, tree.roots)  # as if it were read again
        completed = tree.add(leaf_hash(leaf))
        assert completed[0] == leaf_hash(leaf) and completed[-1] == tree.roots[-1]
    assert tree.root() == root_of(leaves)


def test_subtrees_that_a_tree_of_this_size_cannot_have_are_refused() -> None:
    for size, roots in ((3, [b"x" * 32]), (-1, []), (1, [b"short"]), (0, [b"x" * 32])):
        with pytest.raises(ValueError, match="not those of"):
            Frontier(size, roots)


def test_hashes_are_kept_as_hex_and_only_whole() -> None:
    hashes = [leaf_hash(b"a"), leaf_hash(b"b")]
    assert split_hex(join_hex(hashes)) == hashes
    for text in ("00", "zz", " " + join_hex(hashes), join_hex(hashes)[:-1], join_hex(hashes).replace("a", "a ", 1)):
        with pytest.raises(ValueError):
            split_hex(text)
