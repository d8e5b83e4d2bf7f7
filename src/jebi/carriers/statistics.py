"""What free space looks like to somebody who reads the raw stick (docs/formats/sticks.md, "What look measures").

A cell of at most 128 KiB is *blank* (one byte value throughout), *noise* (its bytes are as evenly spread as random ones
are) or *plain* (anything else: what deleted files left). Noise means random, encrypted or very well compressed; no
statistic tells these apart, and nothing here tries to find slots.

Invariants: the medium is only read; a cell never mixes free and used clusters. Peak: one cell and the free map.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from jebi.carriers.carrier import Medium
from jebi.carriers.volume import Volume, read_exactly

CELL = 131072  # bytes; as long as a slot, so that one plain slot in noise, or one slot in plain, shows
COLUMNS = 64  # of the picture of a stick; fits a terminal of 80
VALUES = 256
FREEDOM = VALUES - 1
SPREAD = (2 * FREEDOM) ** 0.5  # standard deviation of chi-square with 255 degrees of freedom
TOLERANCE = 6  # standard deviations; of half a million cells of true noise, on a 64 GB stick, less than one falls out
NEARLY_ALL, MOST, SOME = 0.99, 0.5, 0.01

Counts = NDArray[np.int64]


class Texture(StrEnum):
    """What a cell's bytes look like."""

    BLANK = "blank"
    PLAIN = "plain"
    NOISE = "noise"


class Mark(StrEnum):
    """What most of a column of the picture is."""

    USED = "used"
    BLANK = "blank"
    PLAIN = "plain"
    NOISE = "noise"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One cell: Pearson's chi-square against even byte values (255 degrees of freedom), and bits of entropy a byte."""

    chi_square: float
    entropy: float
    texture: Texture


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the free space of a volume looks like.

    Args:
        used: bytes of clusters that are not free.
        free: bytes of free clusters.
        looked_at: how many of these were measured; fewer than `free` where the stick was sampled.
        textures: bytes measured, by texture.
        entropy: bits a byte, over everything measured.
        noise_chi_square: of the bytes of all noise cells together; 0 where there are none.
        picture: what most of each column is, from the first cluster to the last.
    """

    used: int
    free: int
    looked_at: int
    textures: Mapping[Texture, int]
    entropy: float
    noise_chi_square: float
    picture: tuple[Mark, ...]

    def share(self, texture: Texture) -> float:
        """How much of what was measured looks like that: 0 to 1."""
        return self.textures[texture] / self.looked_at if self.looked_at else 0.0

    @property
    def is_even(self) -> bool:
        """Whether the noise is as even as random bytes also when it is taken together, where small biases add up."""
        return _is_random(self.noise_chi_square)


def chi_square(counts: Counts) -> float:
    """Pearson's chi-square of byte counts against the even distribution; about 255 ± 68 (3 sigma) for random bytes."""
    expected = int(counts.sum()) / VALUES
    return float(((counts - expected) ** 2).sum() / expected)


def entropy(counts: Counts) -> float:
    """Shannon's entropy of byte counts, in bits a byte: 0 to 8."""
    shares = counts[counts > 0] / counts.sum()
    return max(0.0, float(-(shares * np.log2(shares)).sum()))


def measure(cell: bytes) -> Measure:
    """Measure one cell; `cell` is not empty."""
    return _measure(_counts(cell))


def free_runs(volume: Volume) -> Iterator[tuple[int, int]]:
    """The stretches of free clusters that lie side by side: offset on the medium and length, in bytes, ascending."""
    first = volume.free.find(b"\1")
    while first >= 0:
        stop = volume.free.find(b"\0", first)
        stop = len(volume.free) if stop < 0 else stop
        yield volume.offset_of(first), (stop - first) * volume.cluster_size
        first = volume.free.find(b"\1", stop)


def cells(volume: Volume) -> Iterator[tuple[int, int]]:
    """The free stretches, cut wherever a slot could begin: offset and length in bytes."""
    for offset, length in free_runs(volume):
        at, end = offset, offset + length
        while at < end:
            stop = min(end, at + CELL - (at - volume.heap) % CELL)
            yield at, stop - at
            at = stop


def survey(medium: Medium, volume: Volume, advance: Callable[[int], None], *, every: int = 1) -> Survey:
    """Measure the free space, or one in `every` of its cells; `advance` hears of every free byte passed.

    Raises:
        Damaged: the medium became shorter meanwhile.
    """
    columns = _Columns(volume)
    totals = dict.fromkeys(Texture, 0)
    everything, noise = np.zeros(VALUES, np.int64), np.zeros(VALUES, np.int64)
    for number, (offset, length) in enumerate(cells(volume)):
        if number % every == 0:
            counts = _counts(read_exactly(medium, offset, length))
            texture = _measure(counts).texture
            totals[texture] += length
            everything += counts
            noise += counts if texture is Texture.NOISE else 0
            columns.add(offset, length, texture)
        advance(length)
    free = volume.free.count(1) * volume.cluster_size
    return Survey(
        used=volume.cluster_count * volume.cluster_size - free,
        free=free,
        looked_at=sum(totals.values()),
        textures=totals,
        entropy=entropy(everything) if everything.any() else 0.0,
        noise_chi_square=chi_square(noise) if noise.any() else 0.0,
        picture=columns.marks(),
    )


def verdict(found: Survey) -> tuple[str, ...]:
    """What that means to whoever carries the stick, in plain sentences."""
    if not found.free:
        return ("there is no free space: nothing is left of deleted files there, and nothing can be carried in it",)
    noise, plain = found.share(Texture.NOISE), found.share(Texture.PLAIN)
    sentences = [_on_noise(found, noise)]
    if noise >= SOME and not found.is_even:
        sentences.append(
            "the noise as a whole is less even than random bytes are: deleted films and archives look like that"
        )
    if noise >= MOST and plain > 0:
        sentences.append("there are plain stretches in it: the stick was not filled to the end, or was used since")
    if plain >= SOME or (noise < MOST and plain > 0):
        sentences.append(
            "what deleted files left there can be read with a recovery tool; jebi stick prepare overwrites it"
        )
    return tuple(sentences)


def _on_noise(found: Survey, noise: float) -> str:
    if noise >= MOST:
        much = "all" if noise == 1 else "nearly all" if noise >= NEARLY_ALL else "most"
        return (
            f"{much} of the free space is noise: a finder who looks at the raw stick sees that. "
            "jebi cannot tell whether anything is in it, and neither can he"
        )
    if noise > 0:
        return (
            f"{noise:.1%} of the free space is noise, and the rest is not: the noise stands out to whoever looks at "
            "the raw stick. Deleted films and archives can look like noise too"
        )
    much = "blank" if found.share(Texture.BLANK) >= MOST else "plain"
    return f"the free space is mostly {much}, without any noise: whatever jebi wrote there would stand out"


def _is_random(statistic: float) -> bool:
    return bool(abs(statistic - FREEDOM) <= TOLERANCE * SPREAD)


def _counts(cell: bytes) -> Counts:
    return np.bincount(np.frombuffer(cell, np.uint8), minlength=VALUES)


def _measure(counts: Counts) -> Measure:
    """Evenness is judged from both sides: bytes that count upwards are more even than random ones ever are."""
    statistic = chi_square(counts)
    if np.count_nonzero(counts) == 1:
        texture = Texture.BLANK
    else:
        texture = Texture.NOISE if _is_random(statistic) else Texture.PLAIN
    return Measure(chi_square=statistic, entropy=entropy(counts), texture=texture)


class _Columns:
    """Adds up what was measured, column by column of the picture."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        count = min(COLUMNS, volume.cluster_count)
        self._edges = [number * volume.cluster_count // count for number in range(count + 1)]
        self._seen: list[dict[Texture, int]] = [{} for _ in range(count)]

    def add(self, offset: int, length: int, texture: Texture) -> None:
        """A cell may lie in several columns of a small volume."""
        at, end = offset - self._volume.heap, offset - self._volume.heap + length
        column = (at // self._volume.cluster_size) * len(self._seen) // self._volume.cluster_count
        while at < end:
            stop = min(end, self._edges[column + 1] * self._volume.cluster_size)
            if stop > at:
                self._seen[column][texture] = self._seen[column].get(texture, 0) + stop - at
                at = stop
            column += 1

    def marks(self) -> tuple[Mark, ...]:
        return tuple(map(self._mark, range(len(self._seen))))

    def _mark(self, column: int) -> Mark:
        first, stop = self._edges[column : column + 2]
        if 2 * self._volume.free.count(1, first, stop) < stop - first:
            return Mark.USED
        seen = self._seen[column]
        return Mark(max(seen, key=lambda texture: seen[texture])) if seen else Mark.UNSEEN
