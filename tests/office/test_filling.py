"""Sticks made by mkfs, filled; counterfeits; a loop device and one that is in use."""

import hashlib
import os
import random
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.carriers.freespace import FreeSpaceCarrier, free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.statistics import Texture, chi_square, free_runs
from jebi.device import blocks
from jebi.errors import Busy, Damaged, Exit, NoRoom, Refused, Unable
from jebi.office.filling import STRETCH, FalseCapacity, Noise, Prepared, check_once_each, fill, plan_prepare, prepare
from jebi.office.sticks import PIECE, Cleanness, look, verify
from office.conftest import CASES, KEY, MIB, NAMES, Steps, fsck, make, run


@dataclass(slots=True)
class Chip:
    """A stick that claims `claimed` bytes and has as many as `content`. What it has not, it wraps or swallows."""

    content: bytearray = field(repr=False)
    claimed: int
    wraps: bool
    path: str = "counterfeit"
    writes: int = 0

    @property
    def size(self) -> int:
        return self.claimed

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.claimed - offset))
        if not self.wraps:
            return bytes(self.content[offset : offset + length]).ljust(length, b"\0")
        start = offset % len(self.content)
        if start + length <= len(self.content):
            return bytes(self.content[start : start + length])
        return bytes(self.content[(offset + i) % len(self.content)] for i in range(length))

    def read_into(self, offset: int, into: memoryview) -> bool:
        came = self.read_at(offset, len(into))
        into[: len(came)] = came
        return len(came) == len(into)

    def write_at(self, offset: int, content: bytes | bytearray | memoryview) -> None:
        self.writes += len(content)
        at = 0
        while at < len(content):
            start = (offset + at) % len(self.content) if self.wraps else offset + at
            many = min(len(content) - at, max(0, len(self.content) - start))
            if many == 0:
                return
            self.content[start : start + many] = content[at : at + many]
            at += many

    def sync(self) -> None:
        pass


def fill_up(image: Path, folder: Path) -> None:
    """No cluster stays free."""
    with blocks.open_for_reading(str(image)) as medium:
        volume = read_volume(medium)
    content = folder / "all"
    with content.open("wb") as file:
        file.truncate(volume.free.count(1) * volume.cluster_size)
    run("mcopy", "-i", image, content, "::all")


def free_bytes(image: Path) -> list[tuple[int, int]]:
    with blocks.open_for_reading(str(image)) as medium:
        return list(free_runs(read_volume(medium)))


def masked(image: Path) -> bytes:
    """The image with its free clusters blanked."""
    content = bytearray(image.read_bytes())
    for offset, length in free_bytes(image):
        content[offset : offset + length] = bytes(length)
    return bytes(content)


def freely(image: Path) -> bytes:
    content = image.read_bytes()
    return b"".join(content[offset : offset + length] for offset, length in free_bytes(image))


@contextmanager
def loop(image: Path, *options: str) -> Iterator[str]:
    """Others may take the same free loop device at the same moment; losetup is then asked again."""
    for _ in range(20):
        done = subprocess.run(["losetup", *options, "-f", "--show", image], check=False, capture_output=True, text=True)
        if done.returncode == 0:
            break
    device = done.stdout.strip()
    assert device, done.stderr
    try:
        yield device
    finally:
        run("losetup", "-d", device)


def counterfeit(image: Path, true_size: int, *, wraps: bool) -> Chip:
    content = bytearray(image.read_bytes())
    return Chip(content[:true_size], len(content), wraps=wraps)


@pytest.mark.parametrize("kind", CASES)
def test_preparing_fills_every_free_cluster_with_noise_and_touches_nothing_else(kind: str, tmp_path: Path) -> None:
    image = make(kind, tmp_path)
    before, modes = masked(image), image.stat().st_mode
    steps = Steps()
    prepared = prepare(str(image), steps)
    assert masked(image) == before
    assert image.stat().st_mode == modes
    fsck(kind, image)
    noise = np.frombuffer(freely(image), np.uint8)
    assert len(noise) == prepared.filled == sum(length for _, length in free_bytes(image))
    assert abs(chi_square(np.bincount(noise, minlength=256)) - 255) < 6 * 510**0.5
    pairs = np.bincount(noise[: len(noise) // 2 * 2].view(np.uint16), minlength=65536)
    expected = len(noise) // 2 / 65536
    assert abs(((pairs - expected) ** 2).sum() / expected - 65535) < 6 * (2 * 65535) ** 0.5
    sectors = [noise[at : at + 512].tobytes() for at in range(0, len(noise), 512)]
    assert len(set(sectors)) == len(sectors)
    assert [what for what, _ in steps.announced] == ["reading", "probing", "filling", "reading back"]
    assert steps.done == [total for _, total in steps.announced]


def test_the_files_on_a_prepared_stick_can_be_read_and_what_was_deleted_cannot(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    assert b"gone.txt gone.txt" in image.read_bytes()
    prepare(str(image), Steps())
    for file in NAMES[:2]:
        run("mcopy", "-n", "-i", image, f"::{file}", tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == (tmp_path / file).read_bytes()
        (tmp_path / "back").unlink()
    assert b"gone.txt gone.txt" not in image.read_bytes()


def test_a_stick_that_is_prepared_again_gets_other_noise(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    prepare(str(image), Steps())
    once = freely(image)
    prepare(str(image), Steps())
    again = freely(image)
    same = sum(one == other for one, other in zip(once, again, strict=True))
    assert same < len(once) / 200
    fsck("FAT16", image)


def test_slots_go_onto_a_prepared_stick_and_every_one_of_its_cells_is_room(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    prepared = prepare(str(image), Steps())
    with blocks.open_for_reading(str(image)) as medium:
        assert FreeSpaceCarrier().capacity(medium) == prepared.slots == len(free_cells(read_volume(medium)))


def test_a_stick_in_a_partition_is_filled_there_and_nowhere_else(tmp_path: Path) -> None:
    volume, image = make("FAT16", tmp_path, name="volume.img"), tmp_path / "disk.img"
    start = 2048 * 512
    image.write_bytes(bytes(start) + volume.read_bytes() + bytes(3 * MIB))
    table = f"start=2048, size={volume.stat().st_size // 512}, type=6\n"
    subprocess.run(["sfdisk", image], input=table, text=True, check=True, capture_output=True)
    before = masked(image)
    assert plan_prepare(str(image)).outside == 3 * MIB
    assert "3.1 MB lie outside" in str(plan_prepare(str(image)))
    prepare(str(image), Steps())
    assert masked(image) == before
    assert min(free_bytes(image))[0] > start
    volume.write_bytes(image.read_bytes()[start : start + volume.stat().st_size])
    fsck("FAT16", volume)
    seen = look(str(image), Steps())
    assert seen.survey.share(Texture.NOISE) == 1
    assert seen.fsck.found is Cleanness.NOT_RUN
    assert "partition inside a whole stick" in str(seen)


def test_a_fragmented_stick_is_filled_to_the_last_free_cluster(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    small = tmp_path / "small"
    small.write_bytes(b"x" * 512)
    for group in range(8):
        for number in range(60):
            shutil.copy(small, tmp_path / f"f{group}-{number}")
        names = sorted(tmp_path.glob(f"f{group}-*"))
        run("mcopy", "-i", image, *names, "::")
        run("mdel", "-i", image, *(f"::{name.name}" for name in names[::2]))
    assert len(free_bytes(image)) > 100
    before = masked(image)
    prepared = prepare(str(image), Steps())
    assert masked(image) == before
    assert prepared.filled == len(freely(image))
    fsck("FAT32", image)
    measured = look(str(image), Steps()).survey
    assert measured.share(Texture.NOISE) == 1


def test_a_real_block_device_is_prepared_looked_at_and_verified(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    before = masked(image)
    with loop(image) as device:
        prepared = prepare(device, Steps())
        seen = look(device, Steps())
        verified = verify(device, None, Steps())
        assert "fsck.fat: clean" in str(verified)
        assert verified.exit is Exit.DONE
    assert prepared.filled == seen.survey.textures[Texture.NOISE] == seen.survey.free
    assert masked(image) == before
    fsck("FAT32", image)


def test_a_mounted_device_is_refused_and_not_written(tmp_path: Path) -> None:
    image, folder = make("FAT32", tmp_path), tmp_path / "mounted"
    folder.mkdir()
    with loop(image) as device, blocks.open_for_reading(device) as medium:
        claim = os.open(device, os.O_RDONLY | os.O_EXCL)  # what mounting does
        before = hashlib.sha256(medium.read_at(0, medium.size)).digest()
        try:
            with pytest.raises(Refused, match="mounted or in use"):
                prepare(device, Steps())
        finally:
            os.close(claim)
        medium.sync()
        assert hashlib.sha256(medium.read_at(0, medium.size)).digest() == before


def test_a_write_protected_stick_is_an_error_that_says_so_and_nothing_is_written(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    before = image.read_bytes()
    with loop(image, "-r") as device, pytest.raises(Unable, match="write-protected"):
        prepare(device, Steps())
    image.chmod(0o444)
    with pytest.raises(Refused, match="write-protected"):
        prepare(str(image), Steps())
    assert image.read_bytes() == before


def test_a_full_stick_has_no_room_and_is_left_alone(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    fill_up(image, tmp_path)
    before = image.read_bytes()
    for step in (lambda: prepare(str(image), Steps()), lambda: plan_prepare(str(image))):
        with pytest.raises(NoRoom, match="no free space"):
            step()
    assert image.read_bytes() == before
    assert "no free space" in "\n".join(look(str(image), Steps()).verdict)


def test_a_stick_with_one_free_cluster_is_prepared(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    fill_up(image, tmp_path)
    (tmp_path / "little").write_bytes(b"1")
    run("mdel", "-i", image, "::letter.txt")
    (tmp_path / "most").write_bytes(bytes(sum(length for _, length in free_bytes(image)) - 1024))
    run("mcopy", "-i", image, tmp_path / "most", "::most")
    before = masked(image)
    assert prepare(str(image), Steps()) == Prepared(path=str(image), filled=1024, slots=0)
    assert masked(image) == before


def test_what_is_no_stick_is_not_written(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"dear editor " * 5000)
    for step in (prepare, look):
        with pytest.raises(Damaged):
            step(str(letter), Steps())
        with pytest.raises(Unable):
            step(str(tmp_path), Steps())
        with pytest.raises(Unable):
            step(str(tmp_path / "missing"), Steps())
    assert letter.read_bytes() == b"dear editor " * 5000


def test_a_stick_that_another_jebi_writes_to_is_busy(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    with blocks.open_for_writing(str(image)), pytest.raises(Busy):
        prepare(str(image), Steps())


def test_one_stick_under_two_names_is_refused(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    (tmp_path / "link").symlink_to(image)
    with pytest.raises(Refused, match="named twice"):
        check_once_each([str(image), str(tmp_path / "link")])


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a stick says that claims 48 MiB."""
    return make("FAT32", tmp_path_factory.mktemp("claimed"))


@pytest.fixture(scope="module")
def claimed_exfat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("exFAT", tmp_path_factory.mktemp("claimed"))


@settings(max_examples=40)
@given(sectors=st.integers(2 * MIB // 512, 48 * MIB // 512 - 8), wraps=st.booleans())
def test_a_counterfeit_of_any_true_size_is_found_by_the_probe_and_keeps_its_files(
    claimed: Path, sectors: int, *, wraps: bool
) -> None:
    chip = counterfeit(claimed, sectors * 512, wraps=wraps)
    before, steps = bytes(chip.content), Steps()
    with pytest.raises(FalseCapacity) as caught:
        fill(chip, KEY, steps)
    assert steps.announced[-1][0] == "probing"
    assert bytes(chip.content) == before
    assert caught.value.true_size is not None
    if wraps:
        assert caught.value.true_size == sectors * 512
    else:
        assert 0 <= caught.value.true_size - sectors * 512 < 48 * MIB / 256 + 8192
    assert 0 <= caught.value.first_bad - sectors * 512 <= 48 * MIB / 256 + 8192
    assert chip.writes < 4 * MIB


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize("true_size", [4 * MIB, 16 * MIB, 20 * MIB - 512, 40 * MIB - 4096])
def test_a_counterfeit_exfat_stick_is_found_by_the_probe(claimed_exfat: Path, true_size: int, *, wraps: bool) -> None:
    chip = counterfeit(claimed_exfat, true_size, wraps=wraps)
    before = bytes(chip.content)
    with pytest.raises(FalseCapacity, match="counterfeit or failing") as caught:
        fill(chip, KEY, Steps())
    assert bytes(chip.content) == before
    assert caught.value.true_size == pytest.approx(true_size, abs=40 * MIB / 256 + 32768)


def half_full(folder: Path, film: int) -> Chip:
    """A stick of 48 MiB that starts again after 25, with a film on it."""
    image = make("FAT32", folder)
    (folder / "film").write_bytes(random.Random(2).randbytes(film))
    run("mcopy", "-i", image, folder / "film", "::film")
    return counterfeit(image, 25 * MIB, wraps=True)


def test_a_counterfeit_of_which_half_is_used_is_found_by_the_probe_and_keeps_its_files(tmp_path: Path) -> None:
    chip = half_full(tmp_path, 22 * MIB)
    before = bytes(chip.content)
    with pytest.raises(FalseCapacity) as caught:
        fill(chip, KEY, Steps())
    assert (bytes(chip.content) == before, caught.value.true_size) == (True, 25 * MIB)


def test_a_counterfeit_that_hides_its_end_behind_a_file_is_found_by_reading_back(tmp_path: Path) -> None:
    chip, steps = half_full(tmp_path, 24 * MIB), Steps()
    with pytest.raises(FalseCapacity) as caught:
        fill(chip, KEY, steps)
    assert steps.announced[-1][0] == "reading back"
    assert caught.value.true_size == pytest.approx(25 * MIB, abs=PIECE)


@dataclass(slots=True)
class Worn(Chip):
    """Turns a bit of a place over whenever its last megabytes are written, but not in the probe, which writes little."""

    lost: int = 0

    def write_at(self, offset: int, content: bytes | bytearray | memoryview) -> None:
        Chip.write_at(self, offset, content)
        if offset > 40 * MIB and self.writes > 2 * MIB:
            self.content[self.lost] ^= 0x40


def test_one_wrong_bit_in_the_free_space_is_found_by_reading_back(claimed: Path) -> None:
    chip = Worn(bytearray(claimed.read_bytes()), 48 * MIB, wraps=False, lost=30 * MIB + 77)
    with pytest.raises(FalseCapacity) as caught:
        fill(chip, KEY, Steps())
    assert (caught.value.first_bad, caught.value.true_size) == (30 * MIB + 77, 48 * MIB - 512)


@pytest.mark.parametrize("mark", [b"RRaA", b"letter.txt letter.txt", b"SONG    MP3"], ids=["table", "file", "folder"])
def test_one_wrong_bit_in_what_was_to_stay_is_found_by_reading_back(claimed: Path, mark: bytes) -> None:
    content = bytearray(claimed.read_bytes())
    lost = content.find(mark) + 9
    with pytest.raises(FalseCapacity) as caught:
        fill(Worn(content, 48 * MIB, wraps=False, lost=lost), KEY, Steps())
    assert caught.value.first_bad // PIECE == lost // PIECE
    assert "copy off" in caught.value.hint


def test_an_honest_stick_in_memory_is_prepared(claimed: Path) -> None:
    chip = counterfeit(claimed, 48 * MIB, wraps=True)
    prepared = fill(chip, KEY, Steps())
    assert prepared.filled == len(freely(claimed))


def test_a_stick_that_is_pulled_out_while_it_is_filled_can_be_prepared_again(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    before = masked(image)

    class Pulled(blocks.Blocks):
        left = 9 * MIB

        def write_at(self, offset: int, content: bytes | bytearray | memoryview) -> None:
            self.left -= len(content)
            if self.left < 0:
                raise Unable("the stick went away")
            super().write_at(offset, content)

    with Pulled(os.open(image, os.O_RDWR), str(image)) as medium, pytest.raises(Unable, match="went away"):
        fill(medium, KEY, Steps())
    assert masked(image) == before
    fsck("FAT16", image)
    prepare(str(image), Steps())
    assert masked(image) == before
    assert look(str(image), Steps()).survey.share(Texture.NOISE) == 1


def test_noise_is_chacha20_with_the_place_as_nonce_and_counter() -> None:
    offset, length = 3 * STRETCH + 512, 2 * STRETCH
    nonce = bytes(4) + (3).to_bytes(12, "little")
    stretch = Cipher(ChaCha20(KEY, nonce), None).encryptor().update(bytes(STRETCH))
    noise = Noise(KEY).at(offset, length)
    assert noise[: STRETCH - 512] == stretch[512:]
    assert noise[STRETCH - 512 :] == Noise(KEY).at(4 * STRETCH, length)[: length - STRETCH + 512]


@given(st.integers(0, 1 << 44), st.integers(1, 1 << 15), st.integers(0, 1 << 15))
def test_the_noise_of_a_place_does_not_depend_on_where_reading_began(block: int, length: int, skip: int) -> None:
    skip = skip // 64 * 64
    assert Noise(KEY).at(block * 64, skip + length)[skip:] == Noise(KEY).at(block * 64 + skip, length)


@given(st.sets(st.integers(0, 1 << 44), min_size=2, max_size=40))
def test_no_two_places_have_the_same_noise(numbers: set[int]) -> None:
    assert len({Noise(KEY).at(number * 64, 64) for number in numbers}) == len(numbers)


def test_filling_a_stick_takes_a_few_megabytes_of_memory(tmp_path: Path) -> None:
    image = tmp_path / "large.img"
    image.touch()
    os.truncate(image, 512 * MIB)
    run("mkfs.fat", "-F32", image)
    tracemalloc.start()
    prepare(str(image), Steps())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 24 * MIB


def test_verifying_a_file_that_is_no_stick_says_that_there_is_no_volume(tmp_path: Path) -> None:
    letter = tmp_path / "letter.bin"
    letter.write_bytes(random.Random(1).randbytes(3 * MIB))
    verified = verify(str(letter), None, Steps())
    assert verified.exit is Exit.DONE
    assert "no FAT or exFAT volume" in str(verified)
