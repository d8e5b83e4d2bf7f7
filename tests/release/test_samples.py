import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.samples import LATEST, MOST_SAMPLES, Tables, fragment, tabled


def table(*rows: tuple[int, ...]) -> bytes:
    return struct.pack(">II", 0, len(rows)) + b"".join(struct.pack(f">{len(row)}I", *row) for row in rows)


def sizes(*each: int) -> bytes:
    return struct.pack(f">III{len(each)}I", 0, 0, len(each), *each)


def tables(**others: bytes) -> Tables:
    given_tables = {
        "stts": table((2, 100), (1, 50)),
        "ctts": b"",
        "stss": b"",
        "stsc": table((1, 2, 1), (2, 1, 1)),
        "stsz": sizes(10, 20, 30),
        "stco": table((1000,), (2000,)),
        "co64": b"",
        **others,
    }
    return Tables(**given_tables)


def test_samples_lie_in_chunks_and_follow_each_other_in_time() -> None:
    samples = tabled(tables())
    assert samples.offsets.tolist() == [1000, 1010, 2000]
    assert samples.decoded.tolist() == samples.shown.tolist() == [0, 100, 200]
    assert (len(samples), samples.stop) == (3, 250)


def test_pictures_are_shown_later_than_they_are_decoded() -> None:
    assert tabled(tables(ctts=table((1, 100), (2, 0)))).shown.tolist() == [100, 100, 200]


def test_offsets_beyond_four_gigabytes_are_read() -> None:
    assert tabled(tables(stco=b"", co64=table((1, 0), (1, 64)))).offsets.tolist() == [
        1 << 32,
        (1 << 32) + 10,
        (1 << 32) + 64,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stts": table((2, 100))},
        {"stts": table((3, 100), (0, 7))},
        {"stts": table((0xFFFFFFFF, 1))},
        {"stts": table((2, 100), (1, 50)) + b"x"},
        {"stts": b"\1" + table((3, 1))[1:]},
        {"ctts": table((4, 0))},
        {"stss": table((0,))},
        {"stss": table((2,), (2,))},
        {"stss": table((4,))},
        {"stsc": table((2, 1, 1))},
        {"stsc": table((1, 2, 2), (2, 1, 1))},
        {"stsc": table((1, 2, 1))},
        {"stsc": table((1, 0xFFFFFFFF, 1))},
        {"stsc": table((1, 1, 1), (1, 2, 1))},
        {"stsc": table((1, 2, 1), (9, 1, 1))},
        {"stsc": table()},
        {"stsz": sizes(10, 0, 30)},
        {"stsz": sizes(10, 1 << 31, 30)},
        {"stsz": sizes(10, 20)},
        {"stsz": struct.pack(">III", 0, 1, 0xFFFFFFFF)},
        {"stsz": b""},
        {"stco": b""},
        {"co64": table((0, 1))},
        {"stco": b"", "co64": table((1 << 31, 0), (1, 0))},
    ],
)
def test_tables_that_disagree_are_damage(wrong: dict[str, bytes]) -> None:
    with pytest.raises(Damaged):
        tabled(tables(**wrong))


def test_no_samples_are_no_samples() -> None:
    empty = tables(stts=table(), stsc=table(), stsz=sizes(), stco=table())
    assert len(tabled(empty)) == tabled(empty).stop == 0


HEADER = struct.pack(">IIIII", 0x020038, 1, 100, 7, 0x01010000)


def run(*rows: tuple[int, int, int, int], at: int = 0, first: int = 0x02000000) -> bytes:
    head = struct.pack(">IIiI", 0x01000F05, len(rows), at, first)
    return head + b"".join(struct.pack(">IIIi", *row) for row in rows)


def test_a_fragment_places_its_samples_behind_its_start() -> None:
    flags = 0x01010000
    track, samples = fragment(
        HEADER, 5000, [run((100, 10, flags, 0), (100, 20, flags, -50), at=64)], start=1000, room=99
    )
    assert (track, samples.stop) == (1, 5200)
    assert samples.offsets.tolist() == [1064, 1074]
    assert samples.shown.tolist() == [5000, 5050]


def test_a_fragment_says_no_more_than_where_samples_are_and_when() -> None:
    good = (100, 10, 0x01010000, 0)
    for header, runs, room in (
        (b"", [run(good)], 99),
        (HEADER[:-4], [run(good)], 99),
        (b"\0\0\0\x38" + HEADER[4:], [run(good)], 99),
        (b"\0\2\0\x39" + HEADER[4:], [run(good)], 99),
        (HEADER[:-4] + b"note", [run(good)], 99),
        (HEADER, [], 99),
        (HEADER, [run()], 99),
        (HEADER, [run(good) + b"note"], 99),
        (HEADER, [run(good, first=7)], 99),
        (HEADER, [run((100, 10, 0x6E6F7465, 0))], 99),
        (HEADER, [run((100, 0, 0x01010000, 0))], 99),
        (HEADER, [run(good), run(good)], 19),
        (HEADER, [struct.pack(">IIi", 1, 0xFFFFFFFF, 0)], 1 << 40),
        (HEADER, [struct.pack(">IIi", 1, MOST_SAMPLES, 0)], 1000),
    ):
        with pytest.raises(Damaged):
            fragment(header, 0, runs, start=0, room=room)
    with pytest.raises(Damaged):
        fragment(HEADER, LATEST + 1, [run(good)], start=0, room=99)


@given(
    st.dictionaries(st.sampled_from(["stts", "ctts", "stss", "stsc", "stsz", "stco", "co64"]), st.binary(max_size=40))
)
def test_of_garbage_comes_damage_or_samples(wrong: dict[str, bytes]) -> None:
    with suppress(Damaged):
        samples = tabled(tables(**wrong))
        assert len(samples.offsets) == len(samples.sizes) == len(samples.shown)
        assert not len(samples) or int(np.min(samples.sizes)) > 0
