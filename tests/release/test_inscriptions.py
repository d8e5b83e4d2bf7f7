"""Inscriptions: rows of marks followed from look to look, read once, and where they were."""

from hypothesis import given
from hypothesis import strategies as st

from jebi.release.inscriptions import LOST_MS, Followed, Row

SIGN = (1000, 2000, 800, 300)


def _row(box: tuple[int, int, int, int], picture: str = "", *, strength: float = 1.0) -> Row[str]:
    x, y, width, height = box
    return Row(x=x, y=y, width=width, height=height, strength=strength, picture=picture)


def _moved(x: int, y: int = 0) -> tuple[int, int, int, int]:
    return SIGN[0] + x, SIGN[1] + y, SIGN[2], SIGN[3]


def _read(followed: Followed[str], now_ms: int, texts: set[str]) -> list[str]:
    asked = followed.unread()
    pictures = [one.clearest.picture for one in asked if one.clearest]
    followed.read(now_ms, asked, [0.9 * (picture in texts) for picture in pictures])
    return pictures


def test_what_is_read_once_was_text_before_and_is_afterwards() -> None:
    followed: Followed[str] = Followed()
    followed.see(0, [_row(SIGN, "blurred")])
    assert _read(followed, 0, {"price"}) == ["blurred"]
    followed.see(200, [_row(_moved(60), "price")])
    assert _read(followed, 200, {"price"}) == ["price"]
    followed.see(400, [_row(_moved(120), "blurred")])
    assert _read(followed, 400, {"price"}) == []
    assert [(one.time_ms, one.x, one.score) for one in followed.sightings()] == [
        (0, 1000, 900),
        (200, 1060, 900),
        (400, 1120, 900),
    ]


def test_the_clearest_picture_is_read() -> None:
    followed: Followed[str] = Followed()
    for time_ms, (picture, strength) in enumerate([("a", 1.0), ("b", 3.0), ("c", 2.0)]):
        followed.see(200 * time_ms, [_row(SIGN, picture, strength=strength)])
    assert _read(followed, 400, set()) == ["b"]


def test_what_nobody_reads_is_no_text() -> None:
    followed: Followed[str] = Followed()
    followed.see(0, [_row(SIGN, "fence")])
    _read(followed, 0, {"price"})
    assert list(followed.sightings()) == []


def test_what_is_gone_and_comes_back_is_read_anew() -> None:
    followed: Followed[str] = Followed()
    followed.see(0, [_row(SIGN, "price")])
    _read(followed, 0, {"price"})
    followed.see(LOST_MS + 1, [_row(SIGN, "twig")])
    assert _read(followed, LOST_MS + 1, {"price"}) == ["twig"]
    assert [one.time_ms for one in followed.sightings()] == [0]


def test_two_signs_beside_each_other_stay_two() -> None:
    followed: Followed[str] = Followed()
    for time_ms in (0, 200):
        followed.see(time_ms, [_row(SIGN, "price"), _row(_moved(0, 400), "twig")])
    _read(followed, 200, {"price"})
    assert [(one.time_ms, one.y) for one in followed.sightings()] == [(0, 2000), (200, 2000)]


def test_of_a_sign_that_is_found_as_a_whole_and_in_part_the_whole_stands() -> None:
    followed: Followed[str] = Followed()
    followed.see(0, [_row(SIGN, "whole"), _row((1000, 2000, 300, 140), "part")])
    _read(followed, 0, {"whole", "part"})
    assert [(one.width, one.height) for one in followed.sightings()] == [(800, 300)]


def test_a_heading_is_not_the_line_in_it() -> None:
    followed: Followed[str] = Followed()
    followed.see(0, [_row(SIGN, "heading")])
    followed.see(200, [_row((1000, 2000, 800, 100), "line")])
    assert sorted(_read(followed, 200, set())) == ["heading", "line"]


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 9000), st.integers(0, 9000), st.integers(1, 1000), st.integers(1, 1000)),
            max_size=4,
        ),
        max_size=8,
    )
)
def test_every_row_that_is_text_is_covered_at_its_look(looks: list[list[tuple[int, int, int, int]]]) -> None:
    followed: Followed[str] = Followed()
    for number, boxes in enumerate(looks):
        followed.see(200 * number, [_row(box, "text") for box in boxes])
        _read(followed, 200 * number, {"text"})
    seen = list(followed.sightings())
    for number, boxes in enumerate(looks):
        there = [one for one in seen if one.time_ms == 200 * number]
        for x, y, width, height in boxes:
            shares = [
                max(0, min(x + width, one.x + one.width) - max(x, one.x))
                * max(0, min(y + height, one.y + one.height) - max(y, one.y))
                for one in there
            ]
            assert max(shares) >= 0.7 * width * height
