from typing import Any

import pytest

from jebi.errors import Refused
from jebi.release.programme import MOST_PARTS, Cue, Part, Stem
from programmes import NTSC, programme


def test_a_programme_knows_its_length_in_frames_and_in_ms() -> None:
    assert (programme().frames, programme().duration) == (411, 16_440)
    assert programme(rate=NTSC).duration == 13_713


def test_parts_follow_each_other_without_a_gap() -> None:
    assert [(first, end) for first, end, _ in programme().spans] == [(0, 100), (100, 237), (237, 411)]


def test_its_files_are_named_by_its_number_and_what_they_are() -> None:
    assert programme().film == "rimjin-0017_film.mp4"
    assert programme().stem(Stem.SPEECH) == "rimjin-0017_sound-speech.wav"
    assert programme().file("subtitles", "srt", "ko") == "rimjin-0017_subtitles_ko.srt"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "../x"}, {"name": "A"}, {"name": "x" * 33}, {"name": "x-"}, {"name": "x\n"},
        {"title": ""}, {"title": "a\nb"}, {"title": "x" * 501}, {"title": "\N{RIGHT-TO-LEFT OVERRIDE}x"},
        {"parts": ()}, {"parts": (Part(frames=1),) * (MOST_PARTS + 1)}, {"parts": (Part(frames=25 * 3600 * 23),), "subtitles": {}},
        {"channels": 3}, {"channels": 0},
        {"subtitles": {"Korean!": ()}}, {"subtitles": {"ko": (Cue(start=0, stop=16_500, text="late"),)}},
        {"subtitles": {"ko": (Cue(start=5, stop=9, text="b"), Cue(start=0, stop=5, text="a"))}},
    ],
)  # fmt: skip
def test_what_an_editing_suite_could_not_read_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        programme(**wrong)


@pytest.mark.parametrize(
    ("start", "stop", "text"), [(5, 5, "x"), (-1, 5, "x"), (0, 5, ""), (0, 5, "a\n\nb"), (0, 5, "\0")]
)
def test_a_cue_has_a_length_and_words(start: int, stop: int, text: str) -> None:
    with pytest.raises(Refused):
        Cue(start=start, stop=stop, text=text)


def test_a_part_has_a_frame() -> None:
    with pytest.raises(Refused):
        Part(frames=0)
