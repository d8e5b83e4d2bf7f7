import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.boxes import MOST_BOXES, Box, Bytes, Stretch, boxes, read
from release.made import box


def test_boxes_fill_a_stretch_one_after_the_other() -> None:
    content = box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd"
    found, end = boxes(Bytes(content), 0, len(content))
    assert [(one.kind, one.start, one.payload, one.stop) for one in found] == [
        (b"ftyp", 0, 8, 12),
        (b"mdat", 12, 28, 32),
    ]
    assert end == len(content)


@pytest.mark.parametrize(
    "bad",
    [
        b"\0\0\0\0mdat",
        b"\0\0\0\x07free",
        b"\0\0\0\x09free",
        b"\0\0\0\1mdat" + bytes(7),
        b"\0\0\0\1mdat" + bytes(8),
        b"abc",
    ],
)
def test_what_is_no_box_ends_the_walk(bad: bytes) -> None:
    content = box(b"ftyp") + bad
    found, end = boxes(Bytes(content), 0, len(content))
    assert (len(found), end) == (1, 8)


def test_a_box_does_not_reach_out_of_the_one_around_it() -> None:
    assert boxes(Bytes(box(b"free", bytes(90))), 0, 50) == ([], 0)


def test_a_million_empty_boxes_are_not_walked() -> None:
    found, end = boxes(Bytes(box(b"free") * (MOST_BOXES + 9)), 0, 8 * (MOST_BOXES + 9))
    assert (len(found), end) == (MOST_BOXES, 8 * MOST_BOXES)


def test_a_payload_is_read_whole_or_not_at_all() -> None:
    whole = Bytes(box(b"stsz", b"abcdef"))
    stsz = boxes(whole, 0, 14)[0][0]
    assert read(whole, stsz, 6) == b"abcdef"
    for source, most in ((whole, 5), (Bytes(whole.content[:-1]), 6)):
        with pytest.raises(Damaged, match="stsz"):
            read(source, stsz, most)


def test_a_name_that_does_not_show_is_written_out() -> None:
    assert Box(kind=b"\xa9x\ny", start=0, payload=8, stop=8).name == "\\xa9x\\x0ay"


@given(st.binary(max_size=80))
def test_boxes_lie_one_after_the_other_whatever_the_bytes(content: bytes) -> None:
    found, end = boxes(Bytes(content), 0, len(content))
    at = 0
    for one in found:
        assert one.start == at < one.payload <= one.stop <= len(content)
        at = one.stop
    assert at == end


def test_a_stretch_of_a_source_ends_where_it_ends() -> None:
    part = Stretch(Bytes(b"0123456789"), 2, 5)
    assert (part.size, part.read_at(0, 99), part.read_at(3, 1), part.read_at(5, 1)) == (5, b"23456", b"5", b"")
