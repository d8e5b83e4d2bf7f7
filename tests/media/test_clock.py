from contextlib import suppress
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.media.clock import LONGEST_LINE, ticks
from jebi.media.run import Stream


def _stream(content: bytes) -> Stream:
    rest = bytearray(content)

    def read(n: int) -> bytes:
        taken = bytes(rest[:n])
        del rest[:n]
        return taken

    return cast(Stream, SimpleNamespace(read=read, waiting=50))


def _line(time: int) -> bytes:
    return b"0, %10d, %10d, %8d, %8d, 0x%08x\n" % (time, time, 33, 6, 7)


@given(st.lists(st.integers(-(10**15), 10**15), max_size=20))
def test_a_clock_is_read_as_it_was_written(times: list[int]) -> None:
    clock = b"#software: x\n#tb 0: 1/1000\n#dimensions 0: 2x2\n" + b"".join(map(_line, times))
    assert list(ticks(_stream(clock), a_second=1000)) == [(time, 6) for time in times]


@pytest.mark.parametrize(
    "clock", [_line(1), b"#tb 0: 1/90000\n" + _line(1), b"#tb 0: 1/1000\n0, x\n", b"x" * (2 * LONGEST_LINE + 60)]
)
def test_a_clock_that_makes_no_sense_is_damaged(clock: bytes) -> None:
    with pytest.raises(Damaged):
        list(ticks(_stream(clock), a_second=1000))


@given(st.binary(max_size=300))
def test_of_a_garbage_clock_come_times_or_damage(garbage: bytes) -> None:
    with suppress(Damaged):
        assert all(size >= 0 for _, size in ticks(_stream(b"#tb 0: 1/1000\n" + garbage), a_second=1000))
