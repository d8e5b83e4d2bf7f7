"""The films with known faces are what they say: enough frames, the same each time, and faces where the truth says."""

import sys
from itertools import islice

import numpy as np
import pytest

from media.carphone import Carphone
from media.cutouts import MARKS, ROOT, cutouts, paste, projection, seen_through
from media.hard_faces import FRAMES, HEIGHT, WIDTH, Sequence, planes, sequences

sys.path.append(str(ROOT / "bench"))

from faces_judged import is_bare, is_found, uncovered

FILMS = {film.name: film for film in sequences()}
CASES = {"turned", "small", "dark", "hidden", "smeared", "rushed", "leaving", "printed", "crossing"}


def test_there_are_more_than_five_hundred_frames_in_all_nine_cases() -> None:
    assert len(FILMS) * FRAMES + len(list(Carphone().frames())) == 792
    assert {film.case for film in FILMS.values()} == CASES
    assert len(cutouts()) == sum(map(len, MARKS.values())) == 23


def test_a_film_comes_out_the_same_each_time() -> None:
    film = FILMS["night"]
    once, again = (list(islice(film.frames(), 2)) for _ in range(2))
    assert np.array_equal(once, again)
    assert once[0].shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("name", ["turning round", "a poster from the side", "close by"])
def test_every_face_of_the_truth_is_in_the_frame_that_is_drawn_and_nothing_was_drawn_far_from_one(name: str) -> None:
    film = FILMS[name]
    empty = Sequence(case="", name=name, background=film.background, scene=lambda _: type(film.scene(0))(()))
    for number in (0, 5):
        frame, behind = (next(islice(each.frames(), number, None)) for each in (film, empty))
        drawn = np.abs(frame.astype(int) - behind).sum(axis=2) > 30
        near = np.zeros_like(drawn)
        for face in film.truth()[number]:
            assert drawn[face.y : face.y + face.height, face.x : face.x + face.width].mean() > 0.6
            wide, high = face.width, face.height
            near[max(0, face.y - high) : face.y + 2 * high, max(0, face.x - wide) : face.x + 2 * wide] = True
        assert not (drawn & ~near).any()


def test_truth_lies_in_the_picture_and_a_face_that_is_hidden_or_gone_has_none() -> None:
    for film in {film.case: film for film in FILMS.values()}.values():
        for faces in film.truth():
            for face in faces:
                assert min(face.x, face.y) >= 0
                assert face.x + face.width <= WIDTH
                assert face.y + face.height <= HEIGHT
                assert 0.25 <= face.seen <= 1
    behind = [len(faces) for faces in FILMS["a post passes"].truth()]
    assert set(behind) == {1, 2}
    shown = [faces[0].width for faces in FILMS["to the left"].truth()]
    assert min(shown) < 0.5 * max(shown)


def test_a_pasted_face_lies_where_its_matrix_says() -> None:
    cutout = cutouts()[7]
    frame = np.full((400, 400, 3), 10, np.uint8)
    matrix = cutout.posed(200, 180, 100, 90)
    paste(frame, cutout, [matrix])
    outline = cutout.outline(matrix)
    assert np.allclose((outline.max(axis=0) + outline.min(axis=0)) / 2, (200, 180))
    assert np.isclose(np.ptp(outline[:, 0]), 100)
    lit = np.argwhere((frame != 10).any(axis=2))
    middle = (lit.min(axis=0) + lit.max(axis=0)) / 2
    assert np.abs(middle - (180, 200)).max() < 6


def test_a_projection_takes_its_corners_where_they_should_go() -> None:
    square, corners = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)], [(5.0, 1.0), (9.0, 2.0), (8.0, 7.0), (4.0, 6.0)]
    assert np.allclose(seen_through(projection(square, corners), np.array(square)), corners)


def test_planes_are_those_of_the_standard() -> None:
    colours = (
        np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 0, 255]]], np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    )
    luma, first, second = planes(colours)
    assert luma[0, ::2].tolist() == [235, 16, 81, 41]
    assert first[0].tolist() == [128, 128, 90, 240]
    assert second[0].tolist() == [128, 128, 240, 110]


def test_a_frame_is_uncovered_as_soon_as_one_face_of_it_is_not_covered() -> None:
    film = FILMS["close by"]
    covers = [[(0, 0, 0, 10_000, 10_000), (23 * 40, 0, 0, 10_000, 10_000)]]
    assert uncovered(film, covers) == []
    assert uncovered(film, []) == list(range(FRAMES))
    assert uncovered(film, [[(0, 0, 0, 10_000, 10_000), (400, 0, 0, 10_000, 10_000)]]) == list(range(11, FRAMES))
    third = film.truth()[3]
    boxes = [
        (
            face.x * 10_000 // WIDTH,
            face.y * 10_000 // HEIGHT,
            face.width * 10_000 // WIDTH + 8,
            face.height * 10_000 // HEIGHT + 14,
        )
        for face in third
    ]
    assert 3 not in uncovered(film, [[(120, *box)] for box in boxes])
    assert 3 in uncovered(film, [[(120, *box)] for box in boxes[1:]])


def test_a_frame_is_bare_if_boxes_leave_more_than_a_twentieth_of_a_face() -> None:
    film = FILMS["close by"]
    frame, faces = next(film.frames()), film.truth()[0]
    whole = [(face.x, face.y, face.width, face.height) for face in faces]
    assert not is_bare(frame, faces, [(x - 2, y - 2, wide + 4, high + 4) for x, y, wide, high in whole])
    assert is_bare(frame, faces, [(x, y, 0.9 * wide, high) for x, y, wide, high in whole])
    assert is_bare(frame, faces, whole[1:])


def test_a_sighting_is_of_a_face_if_it_covers_half_of_it_and_not_half_the_picture() -> None:
    face = FILMS["close by"].truth()[0][0]
    assert is_found(face, (face.x, face.y, face.width, face.height))
    assert is_found(face, (face.x, face.y, face.width * 0.55, face.height))
    assert not is_found(face, (face.x, face.y, face.width * 0.45, face.height))
    assert not is_found(face, (0, 0, WIDTH, HEIGHT))
