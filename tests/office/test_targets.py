"""Where slots go: on names that are free, sticks made by mkfs, and films; and nowhere else."""

import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.carriers.carrier import Placements
from jebi.carriers.file import SLOTS_A_PART
from jebi.carriers.freespace import free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT
from jebi.device import blocks
from jebi.errors import Busy, Gone, NoRoom, Refused, Unable
from jebi.office.targets import (
    CarrierName,
    Part,
    Target,
    carrier_of,
    create_partial,
    finish,
    name_part,
    open_targets,
    prepare,
)
from office.conftest import make, make_prepared

SLOTS = 5


def written(target: Target, letter: bytes = b"j") -> None:
    """Fill every slot of a stick."""
    for slot in range(sum(len(part.placements.offsets) for part in target.parts)):
        medium, offset = target.locate(slot)
        medium.write_at(offset, letter * SLOT)


@pytest.fixture
def film(samples: Path, tmp_path: Path) -> Path:
    shutil.copy(samples / "bigbuckbunny.mp4", tmp_path / "film.mp4")
    return tmp_path / "film.mp4"


def test_a_place_is_what_lies_there(tmp_path: Path, film: Path) -> None:
    assert carrier_of(str(tmp_path / "nothing yet")) == "file"
    assert carrier_of(str(film)) == "cover"
    for kind in ("FAT16", "FAT32", "exFAT"):
        assert carrier_of(str(make_prepared(kind, tmp_path, name=f"{kind}.img"))) == "freespace"


@pytest.mark.parametrize("content", [b"", b"dear editor", bytes(1 << 20), b"\0\0\0\x18ftypmp42" + bytes(12)])
def test_what_is_neither_stick_nor_film_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    letter = tmp_path / "letter"
    letter.write_bytes(content)
    with pytest.raises(Refused, match="neither"):
        open_targets([str(letter)], SLOTS, None)
    with pytest.raises(Refused, match="overwrites no file"):
        open_targets([str(letter)], SLOTS, "file")
    with pytest.raises(Refused):
        open_targets([str(letter)], SLOTS, "freespace")
    with pytest.raises(Refused, match="no film"):
        open_targets([str(letter)], SLOTS, "cover")
    assert letter.read_bytes() == content
    assert os.listdir(tmp_path) == ["letter"]


def test_a_folder_is_refused_with_a_name_in_it_as_a_hint(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is a folder") as refused:
        open_targets([str(tmp_path)], SLOTS, None)
    assert f"{tmp_path}/" in refused.value.hint


@pytest.mark.timeout(20)
def test_a_pipe_is_refused_and_nobody_waits_for_somebody_to_write_into_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    carriers: tuple[CarrierName | None, ...] = (None, "file", "freespace", "cover")
    for carrier in carriers:
        with pytest.raises(Refused):
            open_targets([str(tmp_path / "pipe")], SLOTS, carrier)


@pytest.mark.timeout(20)
def test_a_device_of_letters_is_refused() -> None:
    with pytest.raises(Refused):
        open_targets(["/dev/zero"], SLOTS, None)


@pytest.mark.parametrize(
    ("one", "other"), [("a", "a"), ("a", "./a"), ("a", "below/../a"), ("a", "link"), ("link", "a")]
)
def test_two_names_of_one_place_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one: str, other: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(Refused, match="named twice"):
        open_targets([one, other], SLOTS, None)
    assert sorted(os.listdir()) == ["below", "link"]


def test_one_stick_under_two_hard_links_is_not_two_sticks(tmp_path: Path) -> None:
    image = make_prepared("FAT16", tmp_path)
    os.link(image, tmp_path / "other")
    with pytest.raises((Refused, Busy)):
        open_targets([str(image), str(tmp_path / "other")], SLOTS, None)


def test_a_stick_that_another_jebi_writes_to_is_busy(tmp_path: Path) -> None:
    image = make_prepared("FAT16", tmp_path)
    first = open_targets([str(image), str(tmp_path / "a")], SLOTS, None)
    for place in (image, tmp_path / "a"):
        with pytest.raises(Busy):
            open_targets([str(place)], SLOTS, None)
    for target in first:
        target.close()
    open_targets([str(image)], SLOTS, None)[0].close()


def test_a_new_file_grows_under_a_passing_name_and_gets_its_own_in_the_end(tmp_path: Path) -> None:
    targets = open_targets([str(tmp_path / "a")], SLOTS, None)
    prepare(targets)
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("a.part", SLOTS * SLOT)]
    written(targets[0])
    finish(targets)
    for target in targets:
        target.close()
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"j" * SLOTS * SLOT
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0


def test_a_file_without_a_name_of_its_own_is_removed(tmp_path: Path) -> None:
    (target,) = open_targets([str(tmp_path / "a")], SLOTS, None)
    target.prepare()
    target.close()
    assert os.listdir(tmp_path) == []


def test_what_an_earlier_jebi_left_under_the_passing_name_is_removed(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(b"left by a jebi that was killed")
    (target,) = open_targets([str(tmp_path / "a")], SLOTS, None)
    assert (tmp_path / "a.part").read_bytes() == b""
    target.close()


def test_a_folder_or_a_dead_link_under_the_passing_name_is_an_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a.part").mkdir()
    (tmp_path / "b.part").symlink_to("nowhere")
    for name in ("a", "b"):
        with pytest.raises(Unable):
            open_targets([str(tmp_path / name)], SLOTS, None)
    assert sorted(os.listdir(tmp_path)) == ["a.part", "b.part"]


def test_a_link_under_the_passing_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(b"dear editor")
    (tmp_path / "a.part").symlink_to("letter")
    (target,) = open_targets([str(tmp_path / "a")], SLOTS, None)
    prepare([target])
    target.close()
    assert (tmp_path / "letter").read_bytes() == b"dear editor"


def test_a_file_that_came_into_being_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    targets = open_targets([str(tmp_path / "a"), str(tmp_path / "b")], SLOTS, None)
    prepare(targets)
    (tmp_path / "a").write_bytes(b"dear editor")
    finish(targets)
    for target in targets:
        target.close()
    assert isinstance(targets[0].failure, Unable)
    assert "overwrites no file" in targets[0].failure.what
    assert targets[1].failure is None
    assert (tmp_path / "a").read_bytes() == b"dear editor"
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_large_carriers_are_files_of_one_gib(tmp_path: Path) -> None:
    """Sparse: nothing is written, so they take no room."""
    (target,) = open_targets([str(tmp_path / "a")], 2 * SLOTS_A_PART + 3, None)
    prepare([target])
    assert [target.locate(slot)[1] for slot in (0, SLOTS_A_PART - 1, SLOTS_A_PART, 2 * SLOTS_A_PART + 2)] == [
        *(0, (1 << 30) - SLOT),
        *(0, 2 * SLOT),
    ]
    assert target.locate(SLOTS_A_PART)[0].path.endswith("a.002.part")
    finish([target])
    target.close()
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes == {"a.001": 1 << 30, "a.002": 1 << 30, "a.003": 3 * SLOT}


def test_one_part_that_exists_refuses_all_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.002").symlink_to("nowhere")
    with pytest.raises(Refused, match=r"a\.002 exists already"):
        open_targets([str(tmp_path / "b"), str(tmp_path / "a")], SLOTS_A_PART + 1, None)
    assert os.listdir(tmp_path) == ["a.002"]


def test_nothing_is_written_where_one_stick_has_no_room(tmp_path: Path, film: Path) -> None:
    image = make_prepared("FAT16", tmp_path)
    before = image.read_bytes(), film.read_bytes()
    many = 30 * (1 << 20) // SLOT
    for full in (image, film):
        with pytest.raises(NoRoom):
            open_targets([str(tmp_path / "a"), str(full)], many, None)
    with pytest.raises(Unable):
        open_targets([str(tmp_path / "a"), str(tmp_path / "none" / "b")], SLOTS, None)
    assert (image.read_bytes(), film.read_bytes()) == before
    assert not any(path.name.startswith("a") for path in tmp_path.iterdir())


@pytest.fixture
def many_files() -> Iterator[None]:
    """As many open files as the system allows: half of a large disk is many parts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder in memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="jebi-") as folder:
        yield Path(folder)


def test_new_files_share_the_room_of_their_disk(many_files: None, other_disk: Path) -> None:
    slots = int(shutil.disk_usage(other_disk).free * 0.7) // SLOT
    open_targets([str(other_disk / "a")], slots, None)[0].close()
    with pytest.raises(NoRoom, match="free there"):
        open_targets([str(other_disk / "a"), str(other_disk / "b")], slots, None)
    assert os.listdir(other_disk) == []


def test_new_files_on_two_disks_do_not_share_room(many_files: None, tmp_path: Path, other_disk: Path) -> None:
    assert tmp_path.stat().st_dev != other_disk.stat().st_dev
    slots = int(min(shutil.disk_usage(folder).free for folder in (tmp_path, other_disk)) * 0.7) // SLOT
    for target in open_targets([str(tmp_path / "a"), str(other_disk / "a")], slots, None):
        target.close()


@pytest.mark.parametrize("kind", ["FAT16", "FAT32", "exFAT"])
def test_slots_go_into_the_free_space_of_a_stick_and_nothing_else_changes(tmp_path: Path, kind: str) -> None:
    image = make_prepared(kind, tmp_path)
    before = bytearray(image.read_bytes())
    (target,) = open_targets([str(image)], SLOTS, None)
    prepare([target])
    written(target)
    finish([target])
    target.close()
    with blocks.open_for_reading(str(image)) as medium:
        cells = free_cells(read_volume(medium))
    offsets = target.parts[0].placements.offsets
    assert set(offsets) <= set(cells)
    for offset in offsets:
        before[offset : offset + SLOT] = b"j" * SLOT
    assert image.read_bytes() == bytes(before)


def test_what_is_to_stay_in_free_space_is_avoided_until_there_is_no_room(tmp_path: Path) -> None:
    image = str(make_prepared("FAT16", tmp_path))
    with blocks.open_for_reading(image) as medium:
        cells = free_cells(read_volume(medium))
    taken = set(cells[::2])
    (target,) = open_targets([image], len(cells) - len(taken), None, {image: taken})
    assert set(target.parts[0].placements.offsets) == set(cells) - taken
    target.close()
    with pytest.raises(NoRoom):
        open_targets([image], len(cells) - len(taken) + 1, None, {image: taken})
    (target,) = open_targets([image], len(cells), None, {"another stick": taken})
    target.close()


def test_a_film_becomes_a_cover_beside_itself_and_takes_its_own_place(tmp_path: Path, film: Path) -> None:
    before = film.read_bytes()
    (target,) = open_targets([str(film)], SLOTS, None)
    prepare([target])
    written(target)
    assert film.read_bytes() == before
    finish([target])
    target.close()
    after = film.read_bytes()
    assert after.startswith(before)
    assert after.count(b"j" * SLOT * SLOTS) == 1
    assert os.listdir(tmp_path) == ["film.mp4"]


def test_a_film_that_cannot_be_a_cover_in_the_end_stays_as_it_was(tmp_path: Path, film: Path) -> None:
    before = film.read_bytes()
    (target,) = open_targets([str(film)], SLOTS, None)
    target.prepare()
    target.close()
    assert film.read_bytes() == before
    assert os.listdir(tmp_path) == ["film.mp4"]


@pytest.mark.parametrize("carrier", ["freespace", "cover"])
def test_a_carrier_that_is_asked_for_must_be_there(tmp_path: Path, carrier: CarrierName) -> None:
    with pytest.raises(Unable):
        open_targets([str(tmp_path / "none")], SLOTS, carrier)


def test_a_failing_stick_stops_only_itself(tmp_path: Path) -> None:
    targets = open_targets([str(tmp_path / "a"), str(tmp_path / "b")], SLOTS, None)

    def fail() -> None:
        raise Gone("the stick went away")

    targets[0].attempt(fail)
    prepare(targets)
    targets[0].attempt(lambda: pytest.fail("a stick that failed is left alone"))
    finish(targets)
    for target in targets:
        target.close()
    assert (type(targets[0].failure), targets[1].failure) == (Gone, None)
    assert os.listdir(tmp_path) == ["b"]


def test_what_is_no_fault_of_the_stick_is_not_kept_with_it(tmp_path: Path) -> None:
    (target,) = open_targets([str(tmp_path / "a")], SLOTS, None)
    with pytest.raises(ZeroDivisionError):
        target.attempt(lambda: print(1 // 0))
    target.close()


def test_a_stick_that_was_let_go_is_opened_again_even_when_it_was_mounted_meanwhile(tmp_path: Path) -> None:
    image = make_prepared("FAT32", tmp_path)
    (target,) = open_targets([str(image)], SLOTS, None)
    target.let_go()
    content = bytearray(image.read_bytes())
    content[65] |= 1  # the dirty flag, as a system sets it
    image.write_bytes(content)
    target.reopen()
    written(target)
    target.close()
    assert image.read_bytes().count(b"j" * SLOT) == SLOTS


@pytest.mark.parametrize("change", ["gone", "longer", "another"])
def test_another_stick_in_its_place_is_not_it(tmp_path: Path, change: str) -> None:
    image = make_prepared("FAT16", tmp_path)
    (target,) = open_targets([str(image)], SLOTS, None)
    target.let_go()
    image.rename(tmp_path / "away")
    if change == "longer":
        shutil.copy(tmp_path / "away", image)
        os.truncate(image, image.stat().st_size + 512)
    elif change == "another":
        make_prepared("FAT16", tmp_path)
    before = image.read_bytes() if image.exists() else b""
    with pytest.raises(Gone, match="not back"):
        target.reopen()
    assert (image.read_bytes() if image.exists() else b"") == before
    image.unlink(missing_ok=True)
    (tmp_path / "away").rename(image)
    target.reopen()
    target.close()


def test_of_a_stick_of_two_parts_all_or_nothing_is_opened_again(tmp_path: Path) -> None:
    (target,) = open_targets([str(tmp_path / "a")], SLOTS_A_PART + 1, None)
    target.prepare()
    target.let_go()
    (tmp_path / "a.002.part").rename(tmp_path / "away")
    with pytest.raises(Gone):
        target.reopen()
    (tmp_path / "away").rename(tmp_path / "a.002.part")
    target.reopen()
    target.name_parts()
    target.close()
    assert sorted(os.listdir(tmp_path)) == ["a.001", "a.002"]


def test_a_stick_that_was_pulled_out_between_two_names_is_opened_again(tmp_path: Path) -> None:
    (target,) = open_targets([str(tmp_path / "a")], SLOTS_A_PART + 1, None)
    target.prepare()
    name_part(target.parts[0].medium, target.parts[0].final)
    target.parts[0].is_named = True
    target.let_go()
    target.reopen()
    finish([target])
    target.close()
    assert target.failure is None
    assert sorted(os.listdir(tmp_path)) == ["a.001", "a.002"]


def test_a_slot_is_found_in_the_part_that_holds_it(tmp_path: Path) -> None:
    parts = []
    for number, slots in enumerate((2, 3, 1)):
        medium = create_partial(str(tmp_path / f"a.{number}"))
        parts.append(Part(medium, Placements(offsets=range(0, slots * SLOT, SLOT), size=slots * SLOT), f"a.{number}"))
    target = Target("a", "file", parts)
    found = [
        (parts.index(next(p for p in parts if p.medium is medium)), offset // SLOT)
        for medium, offset in map(target.locate, range(6))
    ]
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0)]
    target.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["FAT16", "exFAT"])
def test_a_stick_that_was_not_prepared_is_refused_unless_nobody_will_look(tmp_path: Path, kind: str) -> None:
    image = make(kind, tmp_path)
    with pytest.raises(Refused, match=r"was not prepared: \d+ % of its free space is no noise") as caught:
        open_targets([str(image)], SLOTS, None)
    assert "jebi stick prepare" in caught.value.hint
    for target in open_targets([str(image)], SLOTS, None, unprepared=True):
        target.close()


def test_a_film_keeps_its_time_and_mode(samples: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes((samples / "carphone_pristine.mp4").read_bytes())
    os.utime(film, (1_557_000_000, 1_557_000_000))
    film.chmod(0o644)
    before = film.stat()
    (target,) = open_targets([str(film)], 2, None)
    target.prepare()
    finish([target])
    target.close()
    after = film.stat()
    assert after.st_size > before.st_size
    assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)
