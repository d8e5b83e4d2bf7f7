"""Where slots go in free space: only into free cells, all over them, and last where the system writes next."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.carrier import Grid
from jebi.carriers.freespace import FINEST, SPARED, FreeSpaceCarrier, free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT
from jebi.carriers.volume import Kind, Layout, Volume
from jebi.device.blocks import open_for_reading
from jebi.errors import Damaged, NoRoom

MIB = 1 << 20
DICE = hashlib.sha256(b"dice").digest()
MKFS = {
    "FAT12": ("mkfs.fat", "-F12", "-s8"),
    "FAT16": ("mkfs.fat", "-F16", "-s4"),
    "FAT32": ("mkfs.fat", "-F32", "-s1"),
    "exFAT": ("mkfs.exfat", "-c", "32768"),
}
SIZES = {"FAT12": 12 * MIB, "FAT16": 24 * MIB, "FAT32": 40 * MIB, "exFAT": 24 * MIB}


def made(path: Path, kind: str) -> str:
    with path.open("wb") as stream:
        stream.truncate(SIZES[kind])
    subprocess.run([*MKFS[kind], path], check=True, capture_output=True)
    return str(path)


def volume_of(path: str) -> Volume:
    with open_for_reading(path) as medium:
        return read_volume(medium)


def copy_in(path: str, folder: Path, name: str, length: int) -> None:
    (folder / name).write_bytes(bytes(length))
    subprocess.run(["mcopy", "-i", path, folder / name, f"::/{name}"], check=True, capture_output=True)


def imagined(free: bytes, cluster_size: int, next_free: int | None = None) -> Volume:
    """A volume that is on no medium, for cells follow from its free map alone."""
    layout = Layout(kind=Kind.FAT32, table=512, heap=7 * 512, cluster_size=cluster_size, cluster_count=len(free))
    size = layout.heap + len(free) * cluster_size
    return Volume(
        layout=layout, start=0, size=size, sector_size=512, free=free, next_free=next_free, root=2, root_size=0
    )


free_maps = st.binary(max_size=1200).map(lambda flags: bytes(flag % 8 != 0 for flag in flags))
cluster_sizes = st.sampled_from([4096, 16384, 65536, SLOT, 2 * SLOT, 32 * SLOT])


@given(free_maps, cluster_sizes)
def test_a_cell_is_free_if_all_of_its_clusters_are_and_no_two_cells_overlap(free: bytes, cluster_size: int) -> None:
    volume = imagined(free, cluster_size)
    cells = free_cells(volume)
    expected = []
    for cell in range(volume.heap, volume.heap + len(free) * cluster_size - SLOT + 1, SLOT):
        first = (cell - volume.heap) // cluster_size
        last = (cell - volume.heap + SLOT - 1) // cluster_size
        if all(free[first : last + 1]):
            expected.append(cell)
    assert cells == expected


@pytest.mark.parametrize("kind", MKFS)
def test_an_empty_stick_gives_nearly_all_of_its_room(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path / "stick", kind)
    volume = volume_of(path)
    with open_for_reading(path) as medium:
        capacity = FreeSpaceCarrier().capacity(medium)
    assert capacity == len(free_cells(volume))
    assert 0 <= volume.free.count(1) * volume.cluster_size - capacity * SLOT <= 3 * SLOT


@pytest.mark.parametrize("kind", MKFS)
def test_the_quarter_that_the_system_fills_first_is_used_last(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path / "stick", kind)
    if kind != "exFAT":
        copy_in(path, tmp_path, "film", 3 * MIB)
    volume = volume_of(path)
    cells = free_cells(volume)
    pointer = max(i for i, is_free in enumerate(volume.free) if not is_free)
    soon = [cell for cell in cells if cell >= volume.offset_of(pointer)][: len(cells) // SPARED]
    late = len(cells) - len(cells) // SPARED
    with open_for_reading(path) as medium:
        place = FreeSpaceCarrier().place
        assert set(place(medium, late, DICE).offsets) == set(cells) - set(soon)
        assert set(place(medium, late + 1, DICE).offsets) - set(soon) == set(cells) - set(soon)
        everywhere = place(medium, len(cells), DICE).offsets
    assert set(everywhere) == set(cells)
    assert set(everywhere[late:]) == set(soon)


def test_the_pointer_of_fsinfo_counts_where_there_is_one(tmp_path: Path) -> None:
    path = made(tmp_path / "stick", "FAT32")
    before = volume_of(path)
    point_to(path, before.cluster_count - 100)
    volume = volume_of(path)
    assert volume.next_free == before.cluster_count - 100
    cells = free_cells(volume)
    with open_for_reading(path) as medium:
        late = set(FreeSpaceCarrier().place(medium, len(cells) - len(cells) // SPARED, DICE).offsets)
    soon = sorted(set(cells) - late)
    assert soon == cells[: len(soon)], "the pointer is near the end, so the quarter goes around to the start"


@pytest.mark.parametrize("pointer", [3, 700, 5000, 79_000])
def test_the_order_is_the_one_that_the_specification_words(pointer: int, tmp_path: Path) -> None:
    """Worked out here from docs/formats/carriers.md alone."""
    path = made(tmp_path / "stick", "FAT32")
    point_to(path, pointer)
    volume = volume_of(path)
    cells, offset = free_cells(volume), volume.heap + pointer * volume.cluster_size
    ahead = [cell for cell in cells if cell >= offset] + [cell for cell in cells if cell < offset]
    quarter = len(cells) // 4

    def key(cell: int) -> bytes:
        return hashlib.blake2b(cell.to_bytes(8, "big"), key=DICE, digest_size=16).digest()

    expected = sorted(ahead[quarter:], key=key) + sorted(ahead[:quarter], key=key)
    with open_for_reading(path) as medium:
        for count in (0, 1, 50, len(cells) - 1, len(cells)):
            assert (
                list(FreeSpaceCarrier().place(medium, count, DICE).offsets)[: len(cells) - quarter]
                == (expected[: min(count, len(cells) - quarter)])
            )
        assert list(FreeSpaceCarrier().place(medium, len(cells), DICE).offsets) == expected


def point_to(path: str, index: int) -> None:
    """Write a next-free pointer, counted from the first cluster, into FSInfo."""
    with Path(path).open("r+b") as stream:
        stream.seek(512 + 492)
        stream.write((index + 2).to_bytes(4, "little"))


@pytest.mark.parametrize("kind", MKFS)
def test_more_than_there_is_room_for_is_refused_with_both_figures(kind: str, tmp_path: Path) -> None:
    with open_for_reading(made(tmp_path / "stick", kind)) as medium:
        capacity = FreeSpaceCarrier().capacity(medium)
        with pytest.raises(
            NoRoom, match=rf"room for {capacity * SLOT / 1e6:.0f} MB .* {(capacity + 1) * SLOT / 1e6:.0f} MB"
        ):
            FreeSpaceCarrier().place(medium, capacity + 1, DICE)


@pytest.mark.parametrize("kind", MKFS)
def test_all_of_the_cluster_area_is_searched_used_or_not(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path / "stick", kind)
    volume = volume_of(path)
    with open_for_reading(path) as medium:
        [grid] = FreeSpaceCarrier().grids(medium)
    end = volume.heap + volume.cluster_count * volume.cluster_size
    assert grid == Grid(start=volume.heap, stop=end, step=min(volume.cluster_size, FINEST))


def test_a_stick_that_was_cut_off_is_used_and_searched_up_to_its_end(tmp_path: Path) -> None:
    path = made(tmp_path / "stick", "FAT32")
    end = 20 * MIB + 77
    with Path(path).open("r+b") as stream:
        stream.truncate(end)
    with open_for_reading(path) as medium:
        [grid] = FreeSpaceCarrier().grids(medium)
        capacity = FreeSpaceCarrier().capacity(medium)
        offsets = FreeSpaceCarrier().place(medium, capacity, DICE).offsets
    assert grid.stop == end
    assert max(offsets) + SLOT <= end
    assert capacity > 140


def test_other_dice_give_another_order(tmp_path: Path) -> None:
    with open_for_reading(made(tmp_path / "stick", "FAT16")) as medium:
        orders = [list(FreeSpaceCarrier().place(medium, 40, bytes([i]) * 32).offsets) for i in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != sorted(orders[0])


def test_a_full_stick_has_no_room_and_is_still_searched(tmp_path: Path) -> None:
    path = made(tmp_path / "stick", "FAT12")
    copy_in(path, tmp_path, "film", volume_of(path).free.count(1) * 4096)
    with open_for_reading(path) as medium:
        assert FreeSpaceCarrier().capacity(medium) == 0
        assert list(FreeSpaceCarrier().place(medium, 0, DICE).offsets) == []
        assert len(list(FreeSpaceCarrier().grids(medium))) == 1
        with pytest.raises(NoRoom):
            FreeSpaceCarrier().place(medium, 1, DICE)


def test_what_is_no_volume_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "stick").write_bytes(bytes(MIB))
    with open_for_reading(str(tmp_path / "stick")) as medium:
        for ask in (FreeSpaceCarrier().capacity, lambda held: list(FreeSpaceCarrier().grids(held))):
            with pytest.raises(Damaged):
                ask(medium)
