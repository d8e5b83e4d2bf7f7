"""Cards as cameras and people fill them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Refused
from jebi.field.intake import Listed, take
from jebi.parcel.manifest import MOST_FILES
from jebi.parcel.safename import Names


def listed(*names: str) -> list[Listed]:
    return [Listed(path=f"/card/{n}", parts=tuple(n.split("/")), size=i, modified=i * 10) for i, n in enumerate(names)]


def taken(*names: str) -> list[str]:
    return [one.member.name.text for one in take(listed(*names))]


def test_everything_is_taken_in_the_order_of_the_card_with_its_size_and_time() -> None:
    found = take(listed("b.mp4", "DCIM/a.mp4", "notes.txt"))
    assert [one.path for one in found] == ["/card/b.mp4", "/card/DCIM/a.mp4", "/card/notes.txt"]
    assert [(one.member.name.text, one.member.size, one.member.modified) for one in found] == [
        ("b.mp4", 0, 0),
        ("DCIM/a.mp4", 1, 10),
        ("notes.txt", 2, 20),
    ]


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("a.mp4", "a.mp4"), ["a.mp4", "a-2.mp4"]),
        (("a.mp4", "A.MP4"), ["a.mp4", "A-2.MP4"]),
        (("a.mp4", "a-2.mp4", "a.mp4"), ["a.mp4", "a-2.mp4", "a-3.mp4"]),
        (("x/a.mp4", "y/a.mp4"), ["x/a.mp4", "y/a.mp4"]),
        (("film", "film"), ["film", "film-2"]),
        (("a:b.mp4", "a?b.mp4"), ["a_b.mp4", "a_b-2.mp4"]),
        (("영상.mp4", "영상.mp4"), ["영상.mp4", "영상-2.mp4"]),
        (("dcim", "DCIM/a.mp4", "DCIM/b.mp4"), ["dcim", "DCIM-2/a.mp4", "DCIM-2/b.mp4"]),
        (("DCIM/a.mp4", "dcim"), ["DCIM/a.mp4", "dcim-2"]),
        (("x/y", "x/y/z"), ["x/y", "x-2/y/z"]),
    ],
)
def test_names_that_one_folder_could_not_hold_are_told_apart_by_a_number(
    names: tuple[str, ...], wanted: list[str]
) -> None:
    assert taken(*names) == wanted


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=3).map("/".join), min_size=1, max_size=12))
def test_whatever_a_card_lists_every_file_gets_a_safe_name_of_its_own(names: list[str]) -> None:
    found, used = take(listed(*names)), Names()
    assert [one.path for one in found] == [f"/card/{name}" for name in names]
    for one in found:
        used.add(one.member.name)


def test_a_card_without_files_is_refused_with_what_to_name() -> None:
    with pytest.raises(Refused, match="no file to seal") as refused:
        take([])
    assert "camera card's folder" in refused.value.hint


def test_more_files_than_a_parcel_takes_are_refused_with_what_to_do() -> None:
    """Each in a folder of its own, so that telling names apart costs nothing."""
    with pytest.raises(Refused, match="200000 files") as refused:
        take(Listed(path="", parts=(str(i), "a"), size=0, modified=0) for i in range(MOST_FILES + 1))
    assert refused.value.hint == "seal folder by folder"
