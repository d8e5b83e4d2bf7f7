"""The tree against the recursive definitions of RFC 6962, and its tiles against those of c2sp.org/tlog-tiles."""

import contextlib
import hashlib
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depth import often
from jebi.archive.merkle import (
    LARGEST,
    Edge,
    Tile,
    TileReader,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    parse_hash,
    parse_size,
    read_tile,
    root,
    root_at,
    root_by_inclusion,
    tile_path,
    tiles_of,
    verify_consistency,
    written_hash,
)
from jebi.errors import Damaged


class Shelf(dict[str, bytes]):
    """Tiles in memory."""

    def read(self, path: str) -> bytes:
        if path not in self:
            raise Damaged(f"{path} is missing")
        return self[path]


def shelf_of(leaves: Sequence[bytes]) -> Shelf:
    shelf, edge = Shelf(), Edge()
    for leaf in leaves:
        shelf.update((tile.path, b"".join(row)) for tile, row in edge.add(leaf))
    shelf.update((tile.path, b"".join(row)) for tile, row in edge.partial())
    return shelf


def mth(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path_of(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1."""
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*path_of(m, entries[:k]), mth(entries[k:])]
    return [*path_of(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: Sequence[bytes], *, is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2."""
    if m == len(entries):
        return [] if is_whole else [mth(entries)]
    k = largest_power_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], is_whole=is_whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], is_whole=False), mth(entries[:k])]


def largest_power_below(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


STEP = often(1, 3)  # between the sizes that are tried, from where the definition is slow
ENTRIES = [hashlib.sha256(str(i).encode()).digest() for i in range(300)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [mth(ENTRIES[:size]) for size in range(301)]
SIZES = [*range(41), *range(41, 301, STEP)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_roots_are_those_that_certificate_transparency_publishes(size: int, expected: str) -> None:
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(text)) for text in inputs[:size]]

    assert root(leaves).hex() == expected
    assert root_at(size, TileReader(shelf_of(leaves), size)).hex() == expected


def test_every_root_up_to_many_leaves_is_that_of_the_definition() -> None:
    shelf = shelf_of(LEAVES)

    for size in SIZES:
        assert root(LEAVES[:size]) == ROOTS[size]
        assert root_at(size, TileReader(shelf, 300)) == ROOTS[size]


def test_every_inclusion_proof_up_to_many_leaves_verifies_and_is_that_of_the_definition_where_it_is_cheap() -> None:
    reader = TileReader(shelf_of(LEAVES), 300)

    for size in SIZES[1:]:
        for index in range(size):
            path = inclusion_proof(index, size, reader)
            assert root_by_inclusion(LEAVES[index], index, size, path) == ROOTS[size]
            if size <= 40:
                assert path == path_of(index, ENTRIES[:size])


def test_every_consistency_proof_up_to_many_leaves_verifies_and_is_that_of_the_definition_where_it_is_cheap() -> None:
    reader = TileReader(shelf_of(LEAVES), 300)

    for old, new in itertools.combinations_with_replacement(SIZES, 2):
        path = consistency_proof(old, new, reader)
        verify_consistency(old, new, ROOTS[old], ROOTS[new], path)
        if 0 < old < new <= 40:
            assert path == subproof(old, ENTRIES[:new], is_whole=True)


@given(st.integers(1, 3000), st.data())
@settings(deadline=None, max_examples=60)
def test_proofs_hold_in_trees_of_a_few_thousand_leaves(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(i.to_bytes(4, "big")) for i in range(size)]
    reader = TileReader(shelf_of(leaves), size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    assert root_at(size, reader) == root(leaves)
    assert root_by_inclusion(leaves[index], index, size, inclusion_proof(index, size, reader)) == root(leaves)
    verify_consistency(old, size, root(leaves[:old]), root(leaves), consistency_proof(old, size, reader))


@given(st.integers(1, 40), st.data())
@settings(deadline=None)
def test_an_inclusion_proof_of_anything_else_leads_elsewhere(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(index, size, TileReader(shelf_of(LEAVES[:size]), size))
    other = data.draw(st.integers(0, 299).filter(lambda i: i != index))
    place = data.draw(st.integers(0, size - 1).filter(lambda i: i != index)) if size > 1 else None

    assert root_by_inclusion(LEAVES[other], index, size, path) != ROOTS[size]
    if place is not None:
        assert_fails_or_differs(LEAVES[index], place, size, path)
    for wrong in [path[1:], [*path, LEAVES[0]], path[::-1] if path != path[::-1] else [LEAVES[0], *path]]:
        if wrong != path:
            assert_fails_or_differs(LEAVES[index], index, size, wrong)


def assert_fails_or_differs(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> None:
    with contextlib.suppress(Damaged):
        assert root_by_inclusion(leaf, index, size, path) != ROOTS[size]


@given(st.integers(1, 60), st.integers(1, 60), st.data())
@settings(deadline=None)
def test_a_consistency_proof_from_or_to_another_tree_fails(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    path = consistency_proof(old, new, TileReader(shelf_of(LEAVES[:new]), new))
    broken = data.draw(
        st.sampled_from([[*path, ROOTS[1]], path[1:], [ROOTS[1], *path[1:]]]).filter(lambda p: p != path)
    )

    for roots in [(ROOTS[old + 1], ROOTS[new]), (ROOTS[old], ROOTS[new + 1])]:
        with pytest.raises(Damaged):
            verify_consistency(old, new, *roots, path)
    with pytest.raises(Damaged):
        verify_consistency(old, new, ROOTS[old], ROOTS[new], broken)
    with pytest.raises(Damaged):
        verify_consistency(new + 1, new, ROOTS[new + 1], ROOTS[new], path)


@given(
    st.integers(0, 1 << 64),
    st.integers(0, 1 << 64),
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
    st.binary(min_size=32, max_size=32),
)
def test_garbage_as_a_proof_raises_damaged_or_leads_elsewhere(
    one: int, other: int, path: list[bytes], leaf: bytes
) -> None:
    for check in (
        lambda: root_by_inclusion(leaf, one, other, path) == leaf and path,
        lambda: verify_consistency(one, other, leaf, ROOTS[7], path),
    ):
        with contextlib.suppress(Damaged):
            assert not check()


@given(st.text(max_size=60))
def test_garbage_as_a_hash_or_a_size_raises_damaged_or_is_written_alike(text: str) -> None:
    with contextlib.suppress(Damaged):
        assert written_hash(parse_hash(text)) == text
    with contextlib.suppress(Damaged):
        assert str(parse_size(text)) == text


@pytest.mark.parametrize(
    ("kind", "index", "width", "path"),
    [
        ("0", 0, 256, "tile/0/000"),
        ("0", 0, 3, "tile/0/000.p/3"),
        ("0", 273, 112, "tile/0/273.p/112"),
        ("2", 1000, 256, "tile/2/x001/000"),
        ("0", 1234067, 1, "tile/0/x001/x234/067.p/1"),
        ("entries", 1234067, 256, "tile/entries/x001/x234/067"),
    ],
)
def test_paths_are_those_of_the_specification(kind: str, index: int, width: int, path: str) -> None:
    assert tile_path(kind, index, width) == path


def test_a_tree_of_70000_has_the_tiles_of_the_example_in_the_specification() -> None:
    tiles = list(tiles_of(70_000))

    assert [t for t in tiles if t.width == 256 and t.level == 0] == [
        Tile(level=0, index=i, width=256) for i in range(273)
    ]
    assert [t.path for t in tiles[273:]] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]


def test_a_tree_of_256_has_a_full_tile_and_one_of_width_one_above() -> None:
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 66_000])
def test_the_tiles_written_are_those_that_the_size_asks_for(size: int) -> None:
    leaves = [leaf_hash(i.to_bytes(4, "big")) for i in range(size)]

    assert set(shelf_of(leaves)) == {tile.path for tile in tiles_of(size)}


def test_a_tile_above_holds_the_roots_of_full_tiles_below() -> None:
    shelf = shelf_of([leaf_hash(i.to_bytes(4, "big")) for i in range(70_000)])

    for index in (0, 1, 255):
        below = read_tile(shelf, Tile(level=0, index=index, width=256))
        assert read_tile(shelf, Tile(level=1, index=0, width=256))[index] == root(below)
    assert shelf["tile/2/000.p/1"] == root(read_tile(shelf, Tile(level=1, index=0, width=256)))


@given(st.integers(0, 900), st.integers(0, 600))
@settings(deadline=None, max_examples=30)
def test_an_edge_read_back_from_tiles_grows_like_one_that_never_left(size: int, more: int) -> None:
    leaves = [leaf_hash(i.to_bytes(4, "big")) for i in range(size + more)]
    edge = Edge.read(shelf_of(leaves[:size]), size)

    assert edge.root() == root(leaves[:size])
    for leaf in leaves[size:]:
        list(edge.add(leaf))
    assert edge.root() == root(leaves)


def test_an_edge_of_the_largest_tree_reads_no_more_than_one_tile_a_level() -> None:
    read = []

    class Counting:
        def read(self, path: str) -> bytes:
            read.append(path)
            return bytes(32) * int(path.rpartition("/")[2])

    edge = Edge.read(Counting(), LARGEST - 1)

    assert len(read) == 8
    assert edge.root()


def test_adding_a_leaf_changes_at_most_one_tile_a_level() -> None:
    edge = Edge()
    for i in range(70_000):
        full = list(edge.add(leaf_hash(i.to_bytes(4, "big"))))
        assert len(full) <= 2


def test_a_tree_beyond_the_largest_size_is_refused() -> None:
    for call in (
        lambda: TileReader(Shelf(), LARGEST + 1),
        lambda: list(tiles_of(LARGEST + 1)),
        lambda: parse_size("9" * 19),
    ):
        with pytest.raises(Damaged):
            call()


def test_a_tile_of_the_wrong_length_is_damaged() -> None:
    shelf = shelf_of(LEAVES)
    shelf["tile/0/001.p/44"] += b"x"

    with pytest.raises(Damaged, match=r"tile/0/001\.p/44"):
        root_at(300, TileReader(shelf, 300))


def test_a_node_and_a_leaf_of_the_same_bytes_have_different_hashes() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
