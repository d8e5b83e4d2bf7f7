"""What a slot shows to somebody without the route key: measured over 100,000 slots in the long campaigns, and by a classifier that is trained.

Each measure gives the probability that noise looks at least so odd. It is asserted on real slots, and the same function
is shown to fail on slots that are broken on purpose, each in a way that somebody's code was broken before.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass

import monocypher
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with sklearn

from depth import often
from jebi.carriers.slot import POINT, SLOT, TAG, Mask, SlotHeader
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.spread import RUN

MANY = often(100_000, 30_000)
EVERY = 100  # one slot in so many is measured to its last byte
FEW = 3_000
HEAD = 64
ALARM = 1e-6  # how often a measure of noise, all its parts together, may raise a false alarm
# slots and pieces of noise for the classifier: the AUC's standard error is 0.0041, or 0.0082
EACH = often(10_000, 2_500)
AUC_WITHIN = often(20, 40) / 1000
FOLDS = 5
P = 2**255 - 19
A = 486662
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the subgroup of prime order

Bytes = NDArray[np.uint8]
Maker = Callable[[memoryview], None]


def real() -> Maker:
    """The path that sticks are written by, over packets that are all alike."""
    route = X25519PrivateKey.generate().public_key().public_bytes_raw()
    mask, packets = Mask(route), [bytes(SYMBOL)] * RUN
    shape = Shape(3_000_000, 2)
    header = SlotHeader(secret=bytes(16), shape=shape, block=0, first=0, count=RUN, minted=RUN)

    def make(into: memoryview) -> None:
        mask.mask(header, packets, into)

    return make


def spoilt(spoil: Callable[[memoryview], None]) -> Maker:
    """Real slots, of which a part is replaced after they were made."""
    make_real = real()

    def make(into: memoryview) -> None:
        make_real(into)
        spoil(into)

    return make


def with_raw_keys() -> Maker:
    """The public key itself in place of its representative: a point of the curve, below 2^255."""
    public = X25519PrivateKey.generate

    def spoil(into: memoryview) -> None:
        into[:POINT] = public().public_key().public_bytes_raw()

    return spoilt(spoil)


def with_clean_points() -> Maker:
    """Representatives, but of points that X25519 makes: never one with a part of low order."""

    def spoil(into: memoryview) -> None:
        while True:
            public = X25519PrivateKey.generate().public_key().public_bytes_raw()
            try:
                into[:POINT] = monocypher.elligator_rev(public)
            except ValueError:  # half of all points have none
                continue
            return

    return spoilt(spoil)


def with_bits_left_zero() -> Maker:
    """Representatives as the map gives them, without random bits on top."""

    def spoil(into: memoryview) -> None:
        into[POINT - 1] &= 0x3F

    return spoilt(spoil)


def with_a_blank_sector() -> Maker:
    def spoil(into: memoryview) -> None:
        into[8192 : 8192 + 512] = bytes(512)

    return spoilt(spoil)


def with_a_reused_key() -> Maker:
    """One ephemeral key for every slot, and so one key stream too."""
    make_real, first = real(), bytearray(SLOT)
    make_real(memoryview(first))

    def make(into: memoryview) -> None:
        into[:] = first

    return make


def with_a_key_for_every_two() -> Maker:
    """Every second slot has the representative of the one before."""
    held = [b""]

    def spoil(into: memoryview) -> None:
        if held[0]:
            into[:POINT], held[0] = held[0], b""
        else:
            held[0] = bytes(into[:POINT])

    return spoilt(spoil)


def noise_of_the_system() -> Maker:
    def make(into: memoryview) -> None:
        into[:] = os.urandom(SLOT)

    return make


def noise_of_preparing() -> Maker:
    """The key stream of ChaCha20, as a prepared stick is full of."""
    stream = Cipher(algorithms.ChaCha20(os.urandom(32), os.urandom(16)), None).encryptor()
    blank = bytes(SLOT)

    def make(into: memoryview) -> None:
        stream.update_into(blank, into)

    return make


@dataclass(frozen=True, slots=True)
class Sample:
    """The first and last bytes of many slots, and all bytes of some of them."""

    heads: Bytes
    tails: Bytes
    wholes: Bytes

    @classmethod
    def draw(cls, make: Maker, count: int, every: int) -> "Sample":
        heads = np.empty((count, HEAD), np.uint8)
        tails = np.empty((count, TAG), np.uint8)
        wholes = np.empty((count // every, SLOT), np.uint8)
        into = memoryview(bytearray(SLOT))
        slot = np.frombuffer(into, np.uint8)
        for i in range(count):
            make(into)
            heads[i], tails[i] = slot[:HEAD], slot[-TAG:]
            if i % every == every - 1:
                wholes[i // every] = slot
        return cls(heads, tails, wholes)

    @property
    def points(self) -> Bytes:
        return self.heads[:, :POINT]


def two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def chi_square_z(counts: NDArray[np.int64]) -> float:
    """How far byte counts are from even, in standard deviations (Wilson and Hilferty's cube root)."""
    expected = counts.sum() / len(counts)
    freedom = len(counts) - 1
    ratio = float(((counts - expected) ** 2 / expected).sum()) / freedom
    return (math.cbrt(ratio) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))


def bits(sample: Sample) -> float:
    """Each bit of the representative is set in half of all slots."""
    ones = np.unpackbits(sample.points, axis=1).sum(axis=0, dtype=np.int64)
    z = (ones - len(sample.points) / 2) / math.sqrt(len(sample.points) / 4)
    return said("bits of the representative", float(np.abs(z).max()), len(z))


def pairs_of_bits(sample: Sample) -> float:
    """No two bits of the representative go together: 32,640 pairs."""
    signs = 1 - 2.0 * np.unpackbits(sample.points, axis=1)
    together = np.abs(signs.T @ signs)[np.triu_indices(signs.shape[1], 1)] / math.sqrt(len(signs))
    return said("pairs of bits", float(together.max()), len(together))


def values_by_place(sample: Sample) -> float:
    """At each of the first 64 and last 16 places, every byte value is equally frequent."""
    columns = [*sample.heads.T, *sample.tails.T]
    z = [chi_square_z(np.bincount(column, minlength=256)) for column in columns]
    return said("byte values by place", max(map(abs, z)), len(z))


def values(sample: Sample) -> float:
    """In all slots together, and in each alone, every byte value is equally frequent."""
    counts = np.array([np.bincount(slot, minlength=256) for slot in sample.wholes])
    z = [chi_square_z(counts.sum(axis=0)), *map(chi_square_z, counts)]
    return said("byte values of whole slots", max(map(abs, z)), len(z))


def neighbours(sample: Sample) -> float:
    """A byte says nothing of the next one, nor of the one 32 places on."""
    z = []
    for lag in (1, 32):
        products = sum(
            float(np.dot(centred[:-lag], centred[lag:]))
            for centred in (slot.astype(np.float64) - 127.5 for slot in sample.wholes)
        )
        spread = (256**2 - 1) / 12 * math.sqrt(len(sample.wholes) * (SLOT - lag))
        z.append(products / spread)
    return said("serial correlation at lags 1 and 32", max(map(abs, z)), len(z))


def curve(sample: Sample) -> float:
    """Taken as an x-coordinate, half of all representatives lie on the curve, and half on its twist."""
    points = [int.from_bytes(point.tobytes(), "little") & (2**255 - 1) for point in sample.points[:FEW]]
    on_curve = sum(pow(x * (x * x + A * x + 1), (P - 1) // 2, P) == 1 for x in points)
    return said("on the curve", (on_curve - len(points) / 2) / math.sqrt(len(points) / 4), 1)


def cosets(sample: Sample) -> float:
    """Of the points that the map gives, one in eight is in the subgroup of prime order."""
    points = [monocypher.elligator_map(point.tobytes()) for point in sample.points[: FEW // 2]]
    inside = sum(is_in_subgroup(point) for point in points)
    return said("in the subgroup", (inside - len(points) / 8) / math.sqrt(len(points) * 7 / 64), 1)


def repeats(sample: Sample) -> float:
    """No representative twice, and no 8 bytes twice at multiples of 32 in what is measured whole. 1 or 0."""
    whole_again = len(sample.points) - len(np.unique(sample.points.copy().view("S32")))
    starts = np.ascontiguousarray(sample.wholes.reshape(-1, 32)[:, :8]).view(np.uint64)
    again = len(starts) - len(np.unique(starts))
    return float(not whole_again and not again)


MEASURES = (bits, pairs_of_bits, values_by_place, values, neighbours, curve, cosets, repeats)


def said(measure: str, largest: float, parts: int) -> float:
    """The probability that the largest of so many independent deviations is at least this one (Bonferroni)."""
    print(f"{measure}: largest |z| of {parts}: {abs(largest):.2f}")
    return min(1.0, parts * two_sided(largest))


def assert_noise(sample: Sample, measure: Callable[[Sample], float]) -> None:
    assert measure(sample) > ALARM, f"{measure.__name__} tells slots from noise"


@pytest.fixture(scope="module")
def slots() -> Sample:
    return Sample.draw(real(), MANY, EVERY)


@pytest.mark.parametrize("measure", MEASURES)
def test_many_slots_show_nothing_to(measure: Callable[[Sample], float], slots: Sample) -> None:
    assert len(slots.points) == MANY
    assert_noise(slots, measure)


@pytest.mark.parametrize("make", [noise_of_the_system, noise_of_preparing])
def test_no_measure_takes_noise_for_slots(make: Callable[[], Maker]) -> None:
    sample = Sample.draw(make(), FEW, 10)
    for measure in MEASURES:
        assert_noise(sample, measure)


BROKEN = [
    (with_raw_keys, bits),
    (with_raw_keys, curve),
    (with_raw_keys, values_by_place),
    (with_clean_points, cosets),
    (with_bits_left_zero, bits),
    (with_bits_left_zero, values_by_place),
    (with_a_blank_sector, values),
    (with_a_blank_sector, neighbours),
    (with_a_blank_sector, repeats),
    (with_a_reused_key, bits),
    (with_a_reused_key, pairs_of_bits),
    (with_a_reused_key, values_by_place),
    (with_a_reused_key, repeats),
    (with_a_key_for_every_two, repeats),
]


@pytest.fixture(scope="module")
def broken() -> dict[Callable[[], Maker], Sample]:
    return {make: Sample.draw(make(), FEW, 10) for make in {make for make, _ in BROKEN}}


@pytest.mark.parametrize(("make", "measure"), BROKEN)
def test_a_slot_that_is_made_wrongly_is_noticed(
    make: Callable[[], Maker], measure: Callable[[Sample], float], broken: dict[Callable[[], Maker], Sample]
) -> None:
    with pytest.raises(AssertionError, match="tells slots from noise"):
        assert_noise(broken[make], measure)


def ladder(scalar: int, x: int) -> tuple[int, int]:
    """The x-coordinate of a multiple of a point, as numerator and denominator (RFC 7748, section 5, unclamped)."""
    x2, z2, x3, z3 = 1, 0, x, 1
    for bit in f"{scalar:b}":
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, d = (x2 + z2) % P, (x2 - z2) % P, (x3 + z3) % P, (x3 - z3) % P
        da, cb, aa, bb = d * a % P, c * b % P, a * a % P, b * b % P
        x3, z3 = pow(da + cb, 2, P), x * pow(da - cb, 2, P) % P
        e = (aa - bb) % P
        x2, z2 = aa * bb % P, e * (aa + (A - 2) // 4 * e) % P
        if bit == "1":
            x2, z2, x3, z3 = x3, z3, x2, z2
    return x2, z2


def is_in_subgroup(point: bytes) -> bool:
    """Whether the order of the subgroup takes the point to infinity."""
    return ladder(ORDER, int.from_bytes(point, "little"))[1] == 0


def test_the_ladder_of_this_test_multiplies_as_x25519_does() -> None:
    secret = X25519PrivateKey.generate()
    raw = bytearray(secret.private_bytes_raw())
    raw[0], raw[31] = raw[0] & 248, raw[31] & 127 | 64
    x, z = ladder(int.from_bytes(raw, "little"), 9)
    public = secret.public_key().public_bytes_raw()
    assert x * pow(z, -1, P) % P == int.from_bytes(public, "little")
    assert is_in_subgroup(public)


def features(make: Maker, count: int) -> NDArray[np.float32]:
    """What a finder of slots could look at: first and last bytes, their bits, how often each value is there, runs."""
    into = memoryview(bytearray(SLOT))
    slot = np.frombuffer(into, np.uint8)
    words = slot.view("<u8")
    rows = np.empty((count, HEAD + 8 * HEAD + TAG + 256 + 6), np.float32)
    for i in range(count):
        make(into)
        counts = np.bincount(slot, minlength=256)
        share = counts[counts > 0] / SLOT
        flips = int(np.bitwise_count((words ^ words >> np.uint64(1)) & np.uint64(2**63 - 1)).sum())
        same = slot[1:] == slot[:-1]
        rows[i] = np.concatenate(
            [
                slot[:HEAD],
                np.unpackbits(slot[:HEAD]),
                slot[-TAG:],
                counts,
                [
                    -(share * np.log2(share)).sum(),
                    int(np.bitwise_count(words).sum()),
                    flips,
                    int(same.sum()),
                    int((same[1:] & same[:-1]).sum()),
                    counts.max() - counts.min(),
                ],
            ]
        )
    return rows


def noise_features(count: int) -> NDArray[np.float32]:
    """Half of it from the system, half as a prepared stick has it."""
    half = count // 2
    return np.concatenate([features(noise_of_the_system(), half), features(noise_of_preparing(), count - half)])


def auc(slot_rows: NDArray[np.float32], noise_rows: NDArray[np.float32]) -> float:
    """Area under the curve of a trained classifier, each row judged by one that never saw it."""
    rows = np.concatenate([slot_rows, noise_rows])
    truth = np.repeat([1, 0], [len(slot_rows), len(noise_rows)])
    model = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=15, max_features=0.3, early_stopping=False, random_state=1
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    with threadpool_limits(1):  # threads that wait for a core that is busy take ten times as long as one thread
        judged = cross_val_predict(model, rows, truth, cv=folds, method="predict_proba")[:, 1]
    area = float(roc_auc_score(truth, judged))
    print(f"AUC {area:.4f} over {len(rows)} rows of {rows.shape[1]} features")
    return area


def assert_not_told_apart(slot_rows: NDArray[np.float32], noise_rows: NDArray[np.float32]) -> None:
    area = auc(slot_rows, noise_rows)
    assert abs(area - 0.5) <= AUC_WITHIN, f"a classifier tells slots from noise: AUC {area:.3f}"


@pytest.fixture(scope="module")
def noise_rows() -> NDArray[np.float32]:
    return noise_features(EACH)


def test_a_trained_classifier_does_not_tell_slots_from_noise(noise_rows: NDArray[np.float32]) -> None:
    assert 4 * math.sqrt(1 / (6 * EACH)) < AUC_WITHIN, "the bound is far outside of the AUC's own error"
    assert_not_told_apart(features(real(), EACH), noise_rows)


@pytest.mark.parametrize("make", [with_raw_keys, with_bits_left_zero, with_a_blank_sector, with_a_reused_key])
def test_the_same_classifier_notices_slots_that_are_made_wrongly(
    make: Callable[[], Maker], noise_rows: NDArray[np.float32]
) -> None:
    some = 500
    with pytest.raises(AssertionError, match="a classifier tells slots from noise"):
        assert_not_told_apart(features(make(), some), noise_rows[-some:])
