"""Frames: what exists is in range; coarse planes are means of cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.frames import LONGEST_MS, Frame, coarse, frame_of_rgb

PLANE = np.zeros((16, 32), np.uint8)


@pytest.mark.parametrize(
    ("luma", "time_ms"),
    [
        (PLANE, -1),
        (PLANE, LONGEST_MS + 1),
        (PLANE[:15], 0),
        (PLANE.astype(np.float32), 0),
        (PLANE.ravel(), 0),
        (np.zeros((16, 4097), np.uint8), 0),
    ],
    ids=["before the film", "after any film", "too small", "no bytes", "no plane", "too large"],
)
def test_a_frame_that_cannot_be_is_a_callers_mistake(luma: np.ndarray, time_ms: int) -> None:
    with pytest.raises(ValueError, match="a frame"):
        Frame(time_ms=time_ms, luma=luma)


def test_chroma_planes_that_differ_in_size_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match="belong together"):
        Frame(time_ms=0, luma=PLANE, chroma=(PLANE, PLANE[:8]))


def test_colours_become_luma_and_chroma_as_bt_601_says() -> None:
    rgb = np.zeros((16, 16, 3), np.uint8)
    rgb[:8] = (255, 0, 0)

    frame = frame_of_rgb(7, rgb)

    assert frame.chroma is not None
    assert (frame.luma[0, 0], frame.chroma[0][0, 0], frame.chroma[1][0, 0]) == (76, 85, 255)
    assert (frame.luma[8, 0], frame.chroma[0][8, 0], frame.chroma[1][8, 0]) == (0, 128, 128)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="RGB"):
        frame_of_rgb(0, PLANE)


@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 20))
def test_a_coarse_plane_has_the_mean_of_every_cell(rows: int, columns: int, cells: int) -> None:
    plane = np.random.default_rng(rows * columns).integers(0, 256, (rows, columns), np.uint8)
    step = max(1, max(rows, columns) // cells)
    step = step if min(rows, columns) >= step else 1

    small = coarse(plane, cells)

    assert small.shape == (rows // step, columns // step)
    assert np.isclose(
        small[-1, -1], plane[(rows // step - 1) * step :, (columns // step - 1) * step :][:step, :step].mean()
    )
