import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.edits import LONGEST_STILL, PADDING, PRIMING, hidden, rows
from jebi.release.leaks import Reason
from jebi.release.samples import Samples
from release.made import reasons


def listed(*edits: tuple[int, int]) -> bytes:
    """An edit list of lengths and starts, at normal speed."""
    return struct.pack(">II", 0, len(edits)) + b"".join(struct.pack(">IiI", *edit, 0x10000) for edit in edits)


def samples(*shown: int, each: int = 40) -> Samples:
    times = np.array(shown, np.int64)
    decoded = np.arange(len(times), dtype=np.int64) * each
    return Samples(offsets=decoded, sizes=decoded + 1, decoded=decoded, shown=times, last=each)


TEN = samples(*range(0, 400, 40))


def found(content: bytes, *pieces: Samples, is_sound: bool = False) -> set[Reason]:
    """What is hidden; a thousand ticks a second in track and film."""
    return reasons(list(hidden(content, pieces or (TEN,), timescale=1000, film_timescale=1000, is_sound=is_sound)))


@pytest.mark.parametrize(
    "content", [b"", listed((400, 0)), listed((0, 0)), listed((80, -1), (400, 0)), listed((399, 0))]
)
def test_a_list_that_shows_everything_hides_nothing(content: bytes) -> None:
    assert found(content) == set()


@pytest.mark.parametrize(
    "content", [listed((360, 40)), listed((0, 1)), listed((360, 0)), listed((80, -1), (200, 0)), listed((9, 390))]
)
def test_what_a_list_leaves_out_is_found(content: bytes) -> None:
    assert found(content) == {Reason.HIDDEN_FRAMES}


@pytest.mark.parametrize(
    "content",
    [
        *(listed(), listed((200, 0), (200, 200)), listed((80, -1), (80, -1), (400, 0)), listed((5000, -1), (400, 0))),
        *(listed((400, -5)), listed((400, 0))[:-1], listed((400, 0)) + b"x", b"\1" + listed((400, 0))[1:], b"abc"),
        listed((400, 0))[:-4] + b"\0\0\x80\0",
    ],
)
def test_a_list_that_does_anything_else_is_found(content: bytes) -> None:
    assert found(content) == {Reason.BOX_FIELD}


def test_pictures_that_are_shown_in_another_order_begin_with_the_first_shown() -> None:
    late = samples(80, 200, 120, 160)
    assert found(listed((160, 80)), late) == set()
    assert found(listed((120, 120)), late) == {Reason.HIDDEN_FRAMES}


def test_sound_may_have_what_its_encoder_needs() -> None:
    sound = samples(*range(0, 10_240, 1024), each=1024)
    assert found(listed((10_240 - 1024, 1024)), sound, is_sound=True) == set()
    assert found(listed((10_240 - 1024, 1024)), sound) == {Reason.HIDDEN_FRAMES}
    assert found(listed((0, PRIMING + 1)), sound, is_sound=True) == {Reason.HIDDEN_FRAMES}
    assert found(listed((10_240 - PADDING - 3, 0)), sound, is_sound=True) == {Reason.HIDDEN_FRAMES}


def test_times_beyond_any_film_are_found() -> None:
    assert found(b"", samples(0, 40, 90_000)) == {Reason.HIDDEN_FRAMES}
    assert found(b"", samples(0, each=LONGEST_STILL * 1000 + 1)) == {Reason.SAMPLE_TABLE}


def test_pieces_of_a_stream_are_looked_at_together() -> None:
    second = Samples(offsets=TEN.offsets, sizes=TEN.sizes, decoded=TEN.decoded + 400, shown=TEN.shown + 400, last=40)
    assert found(listed((800, 0)), TEN, second) == set()
    assert found(listed((400, 0)), TEN, second) == {Reason.HIDDEN_FRAMES}


@given(st.binary(max_size=60))
def test_of_garbage_come_findings(content: bytes) -> None:
    found(content)
    assert len(rows(content)) == max(0, len(content) - 8) // 12
