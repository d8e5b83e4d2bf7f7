"""Names from outside."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.safename import DEEPEST, LONGEST_NAME, LONGEST_PART, SafeName, make_safe

ANY = st.characters(exclude_categories=[])
PARTS = st.lists(
    st.text(ANY, max_size=40)
    | st.text(" .-_aé\u0301\u202e/\\:", max_size=8)
    | st.sampled_from(
        [
            "con",
            "NUL.txt",
            "com1.",
            ".",
            "..",
            "",
            "a" * 300,
            "ä" * 254 + " b",
            "x" * 253 + ". y",
            "LPT9." + "b" * 57 + ".c",
        ]
    ),
    max_size=20,
).map(tuple)


@pytest.mark.parametrize(
    "text",
    [
        "C0001.MP4",
        "DCIM/100MEDIA/DJI_0001.MOV",
        "영상 1 (최종).mp4",
        "Größe – 50%.avi",
        "a.b.c",
        "console.txt",
        "x" * LONGEST_PART,
        "/".join("abcdefghijklmnop"),
    ],
)
def test_a_name_that_harms_nobody_stays_as_it_is(text: str) -> None:
    assert str(SafeName(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/etc/passwd",
        "..",
        "a/../b",
        "./a",
        "a//b",
        "a/",
        ".bashrc",
        "clips/.hidden",
        "-rf",
        "a/-o",
        " a",
        "a ",
        "a.",
        "a\\b",
        "C:x",
        "a*",
        "a\x00b",
        "a\nb",
        "a\x1b[31m",
        "a\x7f",
        "gpj\u202e.exe",
        "a\u200bb",
        "a\u2028b",
        "\ud800",
        "a\u0301",
        "\U000e0fff",
        "CON",
        "nul.txt",
        "a/LPT1.log",
        "x" * (LONGEST_PART + 1),
        "é" * 128,
        "/".join("abcdefghijklmnopq"),
        "/".join(["x" * 200] * 6),
    ],
    ids=ascii,
)
def test_a_name_that_climbs_hides_deceives_or_does_not_fit_is_damaged(text: str) -> None:
    with pytest.raises(Damaged):
        SafeName(text)


@given(st.text(ANY) | st.text("./-a ", max_size=6))
def test_garbage_is_damaged_or_safe(text: str) -> None:
    try:
        name = SafeName(text)
    except Damaged:
        return
    assert len(name.parts) <= DEEPEST
    assert len(text.encode()) <= LONGEST_NAME
    assert not any(part[0] in ".- " or part[-1] in " ." or len(part.encode()) > LONGEST_PART for part in name.parts)
    assert unicodedata.normalize("NFC", text) == text
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Cn"} for letter in text)


@given(PARTS)
def test_every_name_can_be_made_safe(parts: tuple[str, ...]) -> None:
    make_safe(parts)


@given(PARTS)
def test_a_name_that_was_made_safe_is_made_no_safer(parts: tuple[str, ...]) -> None:
    name = make_safe(parts)
    assert make_safe(name.parts) == name


@given(PARTS)
def test_a_name_that_was_made_safe_can_lie_in_a_folder(parts: tuple[str, ...]) -> None:
    name = make_safe(parts)
    assert SafeName(f"clips/{name}").parts[1:] == name.parts


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("DCIM", "a.mp4"), "DCIM/a.mp4"),
        ((), "_"),
        (("", "a"), "a"),
        (("..", "a"), "_/a"),
        ((".Trashes", "._a.mp4"), "_Trashes/__a.mp4"),
        (("-rf",), "_rf"),
        (("con.mp4",), "_con.mp4"),
        (("a:b?.mp4",), "a_b_.mp4"),
        (("a\nb",), "a_b"),
        (("gpj\u202eexe",), "gpj_exe"),
        (("e\u0301.mp4",), "é.mp4"),
        (("a. ",), "a"),
        (("...",), "_"),
        (("x" * 300 + ".mp4",), "x" * 251 + ".mp4"),
        (("a" * 254 + " b",), "a" * 254),
        (("a/b",), "a_b"),
        (tuple("abcdefghijklmnopqrst"), "/".join("fghijklmnopqrst")),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_only_what_is_unsafe_is_replaced(parts: tuple[str, ...], text: str) -> None:
    assert make_safe(parts).text == text


def test_of_a_path_that_is_too_long_the_end_stays() -> None:
    made = make_safe((*(f"{i:02}" + "x" * 198 for i in range(10)), "clip.mp4"))
    assert made.text.endswith("x/clip.mp4")
    assert len(made.parts) == 5
