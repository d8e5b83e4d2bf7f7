"""Cells, free space and verdicts, over bytes whose statistics are known and volumes made by mkfs."""

import math
import os
import random
import subprocess
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.partitions import read_volume
from jebi.carriers.statistics import (
    CELL,
    COLUMNS,
    Mark,
    Survey,
    Texture,
    cells,
    chi_square,
    entropy,
    free_runs,
    measure,
    survey,
    verdict,
)
from jebi.carriers.volume import Volume
from jebi.errors import Damaged

MIB = 1 << 20
TEXT = " ".join(f"a line of {number} words, as people write them\n" for number in range(5000)).encode()
CASES = {
    "FAT12": (4 * MIB, ["mkfs.fat", "-F12"]),
    "FAT16": (24 * MIB, ["mkfs.fat", "-F16", "-s2"]),
    "FAT32": (48 * MIB, ["mkfs.fat", "-F32", "-s1"]),
    "exFAT": (24 * MIB, ["mkfs.exfat", "-c", "64K"]),
}


@dataclass(frozen=True, slots=True)
class Stick:
    """A medium in memory."""

    content: bytearray = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return bytes(self.content[offset : offset + length])


def run(*command: str | Path) -> None:
    environment = os.environ | {"MTOOLS_SKIP_CHECK": "1", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    subprocess.run(list(map(str, command)), check=True, capture_output=True, env=environment)


def make(kind: str, folder: Path) -> Stick:
    size, command = CASES[kind]
    image = folder / "stick.img"
    image.touch()
    os.truncate(image, size)
    run(*command, image)
    return Stick(bytearray(image.read_bytes()))


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def put(stick: Stick, volume: Volume, share: float, content: bytes) -> None:
    """The content, again and again, over the last `share` of the free space."""
    left = int(sum(length for _, length in free_runs(volume)) * share)
    for offset, length in reversed(list(free_runs(volume))):
        many = min(left, length)
        here = (content * (many // len(content) + 1))[:many]
        stick.content[offset + length - many : offset + length] = here
        left -= many


def surveyed(stick: Stick, *, every: int = 1) -> Survey:
    return survey(stick, read_volume(stick), lambda _: None, every=every)


@pytest.mark.parametrize("length", [512, 4096, CELL])
def test_random_bytes_are_noise_whatever_the_size_of_the_cell(length: int) -> None:
    assert {measure(noise(length, seed)).texture for seed in range(200)} == {Texture.NOISE}


@pytest.mark.parametrize("byte", [0x00, 0xFF, 0xF6])
def test_a_cell_of_one_byte_value_is_blank(byte: int) -> None:
    found = measure(bytes([byte]) * CELL)
    assert (found.texture, found.entropy) == (Texture.BLANK, 0.0)


@pytest.mark.parametrize(
    "cell",
    [TEXT[:CELL], TEXT[:512], noise(CELL // 2) + bytes(CELL // 2), bytes(range(256)) * 512, bytes(CELL - 1) + b"x"],
    ids=["text", "little text", "half noise and half zeros", "counting upwards", "zeros but for one byte"],
)
def test_what_is_neither_even_nor_blank_is_plain(cell: bytes) -> None:
    assert measure(cell).texture is Texture.PLAIN


def test_one_plain_byte_value_in_a_hundred_makes_a_cell_of_noise_plain() -> None:
    cell = bytearray(noise(CELL))
    cell[::100] = bytes(len(cell[::100]))
    assert measure(bytes(cell)).texture is Texture.PLAIN


def test_chi_square_and_entropy_are_those_of_the_textbook() -> None:
    fair = np.full(256, 10)
    assert (chi_square(fair), entropy(fair)) == (0.0, 8.0)
    halves = np.zeros(256, np.int64)
    halves[[1, 2]] = 128
    assert chi_square(halves) == 2 * 127**2 + 254
    assert entropy(halves) == 1.0


@given(st.binary(min_size=1, max_size=3000))
def test_entropy_and_chi_square_agree_with_their_definitions_for_any_bytes(cell: bytes) -> None:
    shares = [cell.count(value) / len(cell) for value in range(256)]
    found = measure(cell)
    assert found.entropy == pytest.approx(-sum(share * math.log2(share) for share in shares if share), abs=1e-9)
    expected = len(cell) / 256
    assert found.chi_square == pytest.approx(sum((share * len(cell) - expected) ** 2 / expected for share in shares))


def test_the_chi_square_of_random_cells_has_the_mean_and_the_spread_that_theory_gives_it() -> None:
    generator = np.random.default_rng(3)
    found = [measure(generator.bytes(8192)).chi_square for _ in range(2000)]
    assert np.mean(found) == pytest.approx(255, abs=2.5)
    assert np.std(found) == pytest.approx(math.sqrt(510), rel=0.06)


@pytest.mark.parametrize("kind", CASES)
def test_free_runs_are_the_free_clusters_and_cells_are_the_free_runs_cut(kind: str, tmp_path: Path) -> None:
    stick = make(kind, tmp_path)
    volume = read_volume(stick)
    holes = bytearray(volume.free)
    for index in range(0, len(holes), 7):
        holes[index] = 0
    for free in (volume.free, bytes(holes), bytes(len(holes)), b"\1" * len(holes)):
        bent = replace(volume, free=free)
        wanted = [bent.offset_of(i) for i in range(len(free)) if free[i]]
        size = bent.cluster_size
        assert [at for start, length in free_runs(bent) for at in range(start, start + length, size)] == wanted
        assert sum(length for _, length in cells(bent)) == len(wanted) * size
        assert all(0 < length <= CELL for _, length in cells(bent))
        assert all((start - bent.heap) // CELL == (start + n - 1 - bent.heap) // CELL for start, n in cells(bent))


@pytest.mark.parametrize("kind", CASES)
def test_a_survey_finds_what_was_put_into_the_free_space(kind: str, tmp_path: Path) -> None:
    stick = make(kind, tmp_path)
    volume = read_volume(stick)
    blank = surveyed(stick)
    assert blank.share(Texture.BLANK) == 1
    assert blank.free + blank.used == volume.cluster_count * volume.cluster_size
    put(stick, volume, 1, noise(blank.free))
    put(stick, volume, 0.25, TEXT)
    found = surveyed(stick)
    assert found.looked_at == found.free
    assert sum(found.textures.values()) == found.free
    assert found.share(Texture.NOISE) == pytest.approx(0.75, abs=2 * CELL / found.free)
    assert found.share(Texture.PLAIN) == pytest.approx(0.25, abs=2 * CELL / found.free)
    assert found.is_even


def test_the_picture_has_a_column_for_every_part_of_the_stick(tmp_path: Path) -> None:
    stick = make("FAT32", tmp_path)
    volume = read_volume(stick)
    put(stick, volume, 0.75, TEXT)
    put(stick, volume, 0.5, noise(volume.size))
    used = replace(volume, free=bytes(volume.cluster_count // 8) + volume.free[volume.cluster_count // 8 :])
    picture = survey(stick, used, lambda _: None).picture
    assert len(picture) == COLUMNS
    assert picture[:8] == (Mark.USED,) * 8
    assert picture[9:15] == (Mark.BLANK,) * 6
    assert picture[17:31] == (Mark.PLAIN,) * 14
    assert picture[33:] == (Mark.NOISE,) * 31


@pytest.mark.parametrize("clusters", [1, 2, 3, 63, 64, 65, 127, 128, 129, 1000])
def test_the_picture_of_any_number_of_clusters_is_of_one_colour_if_the_stick_is(clusters: int, tmp_path: Path) -> None:
    stick = make("FAT16", tmp_path)
    volume = read_volume(stick)
    layout = replace(volume.layout, cluster_count=clusters)
    few = replace(volume, layout=layout, free=b"\1" * clusters)
    assert survey(stick, few, lambda _: None).picture == (Mark.BLANK,) * min(COLUMNS, clusters)


def test_sampling_looks_at_one_cell_in_so_many_and_hears_of_all(tmp_path: Path) -> None:
    stick = make("FAT32", tmp_path)
    volume = read_volume(stick)
    put(stick, volume, 0.5, noise(volume.size))
    passed: list[int] = []
    found = survey(stick, volume, passed.append, every=5)
    assert sum(passed) == found.free
    assert found.looked_at == pytest.approx(found.free / 5, abs=2 * CELL)
    assert found.share(Texture.NOISE) == pytest.approx(0.5, abs=0.03)


def test_the_noise_of_compressed_files_is_less_even_than_random_bytes_when_taken_together(tmp_path: Path) -> None:
    stick = make("FAT32", tmp_path)
    generator = random.Random(5)
    words = b" ".join(generator.choice([b"river", b"bread", b"film", b"stick", b"light"]) for _ in range(900_000))
    packed = zlib.compress(words, 9)
    put(stick, read_volume(stick), 1, packed)
    found = surveyed(stick)
    assert found.share(Texture.NOISE) < 1 or not found.is_even


def test_a_medium_that_became_shorter_is_damaged(tmp_path: Path) -> None:
    stick = make("FAT16", tmp_path)
    volume = read_volume(stick)
    del stick.content[len(stick.content) // 2 :]
    with pytest.raises(Damaged):
        survey(stick, volume, lambda _: None)


def shared(noise_share: float, plain: float, *, even: float = 255.0) -> Survey:
    parts = {
        Texture.NOISE: round(noise_share * 1000),
        Texture.PLAIN: round(plain * 1000),
        Texture.BLANK: round((1 - noise_share - plain) * 1000),
    }
    return Survey(
        used=5, free=1000, looked_at=1000, textures=parts, entropy=7.0, noise_chi_square=even, picture=(Mark.NOISE,)
    )


@pytest.mark.parametrize(
    ("found", "said", "unsaid"),
    [
        (shared(1, 0), "all of the free space is noise: a finder", "stands out"),
        (shared(0.995, 0.005), "nearly all of the free space is noise", "recovery tool"),
        (shared(0.6, 0.1), "most of the free space is noise", "stands out"),
        (shared(0.6, 0.1), "plain stretches", "without any noise"),
        (shared(0.3, 0), "30.0% of the free space is noise", "most of"),
        (shared(0, 0), "mostly blank, without any noise", "recovery tool"),
        (shared(0, 0.8), "mostly plain", "blank,"),
        (shared(0, 0.8), "recovery tool", "neither can he"),
        (shared(1, 0, even=900.0), "less even than random bytes", "recovery tool"),
        (replace(shared(0, 0), free=0, looked_at=0), "no free space", "noise"),
    ],
)
def test_the_verdict_says_what_a_finder_can_know(found: Survey, said: str, unsaid: str) -> None:
    text = "\n".join(verdict(found))
    assert said in text
    assert unsaid not in text


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1e6))
def test_there_is_a_verdict_for_every_stick_and_it_never_calls_it_innocent(a: float, b: float, even: float) -> None:
    sentences = verdict(shared(min(a, b), abs(a - b), even=even))
    assert sentences
    assert not any(word in " ".join(sentences) for word in ("innocent", "invisible", "undetectable", "safe"))
