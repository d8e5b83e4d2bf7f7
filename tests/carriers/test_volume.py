"""What all volumes have in common: clusters, the table that chains them, and where they end."""

import itertools
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carriers.sticks import (
    MIB,
    Image,
    Stick,
    exfat,
    fat,
)
from jebi.carriers.partitions import read_volume
from jebi.carriers.volume import FIRST_CLUSTER, Kind, Layout, chain
from jebi.errors import Damaged


@given(st.lists(st.sampled_from([0, 0, 1, 2, 3, 0xFF7, 0xFFF, 0x100, 0x00F]), min_size=1, max_size=3000))
def test_fat12_entries_are_unpacked_as_they_were_packed(entries: list[int]) -> None:
    packed = bytearray()
    for low, high in itertools.zip_longest(entries[::2], entries[1::2], fillvalue=0):
        packed += (low | high << 12).to_bytes(3, "little")
    layout = Layout(kind=Kind.FAT12, table=0, heap=0, cluster_size=512, cluster_count=len(entries) - FIRST_CLUSTER)
    assert layout.entries(Stick(packed), 0, len(entries)).tolist() == entries
    assert [layout.entry(Stick(packed), n) for n in range(len(entries))] == entries


@given(
    st.integers(3, 80).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n + 3), min_size=n, max_size=n)))
)
def test_a_chain_is_followed_to_its_end_or_is_damaged(case: tuple[int, list[int]]) -> None:
    count, following = case
    ends = {0: 0, 1: 1, count + 3: 0xFFF8, count + 2: 0xFFFF}
    entries = [0xFFF8, 0xFFFF] + [ends.get(n, n) for n in following]
    layout = Layout(kind=Kind.FAT16, table=0, heap=0, cluster_size=512, cluster_count=count)
    stick = Stick(struct.pack(f"<{count + 2}H", *entries))
    walked, cluster = [], 2
    while cluster in layout and cluster not in walked:
        walked.append(cluster)
        cluster = entries[cluster]
    found = list(itertools.islice(until_damaged(stick, layout), 4 * count))
    assert found[: len(walked)] == walked
    assert len(found) <= 3 * count
    if cluster >= 0xFFF8:
        assert list(chain(stick, layout, 2)) == walked
    else:
        with pytest.raises(Damaged):
            list(chain(stick, layout, 2))


def until_damaged(stick: Stick, layout: Layout) -> Iterator[int]:
    try:
        yield from chain(stick, layout, 2)
    except Damaged:
        return


def test_a_long_chain_is_followed_across_many_windows_of_the_table() -> None:
    count = 100_000
    order = np.random.default_rng(1).permutation(count)[:9000] + 2
    entries = np.zeros(count + 2, "<u4")
    entries[order[:-1]] = order[1:]
    entries[order[-1]] = 0xFFFFFFFF
    layout = Layout(kind=Kind.FAT32, table=512, heap=0, cluster_size=512, cluster_count=count)
    assert list(chain(Stick(bytes(512) + entries.tobytes()), layout, int(order[0]))) == order.tolist()


def test_there_is_no_cluster_outside_the_heap(tmp_path: Path) -> None:
    volume = read_volume(Image(fat(tmp_path / "stick", MIB, "-F12")))
    for index in (-1, volume.cluster_count):
        with pytest.raises(ValueError, match="no such cluster"):
            volume.offset_of(index)


@pytest.mark.parametrize("kind", ["fat", "exfat"])
def test_a_copy_that_was_cut_off_has_no_free_clusters_beyond_its_end(kind: str, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    content = (fat(stick, 64 * MIB, "-F32", "-s1") if kind == "fat" else exfat(stick, 64 * MIB)).read_bytes()
    whole = read_volume(Stick(content))
    for index in (20, 999, whole.cluster_count - 2):
        cut = read_volume(Stick(content[: whole.offset_of(index) + whole.cluster_size - 1]))
        assert cut.free == whole.free[:index].ljust(whole.cluster_count, b"\0")
        assert cut.size == whole.offset_of(index) + whole.cluster_size - 1
    for length in (0, 1, 511, 512, whole.layout.table, whole.layout.table + whole.layout.table_length - 1):
        with pytest.raises(Damaged):
            read_volume(Stick(content[:length]))
