import csv
import io
import re
from html.parser import HTMLParser

import pytest

from jebi.release.programme import Cue, Part
from jebi.release.shot_list import page, table
from programmes import programme


class _Tags(HTMLParser):
    """Which tags a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def _tags(written: str) -> set[str]:
    reader = _Tags()
    reader.feed(written)
    return reader.seen


def rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(table(programme()).decode("utf-8-sig"), newline="")))


def test_each_part_has_its_line_with_codes_and_what_is_said_in_it() -> None:
    assert rows() == [
        ["part", "in", "out", "frames", "title", "en", "ko"],
        ["001", "01:00:00:00", "01:00:04:00", "100", "", '\'=1+1, "they" say', "쌀값이 올랐다"],
        ["002", "01:00:04:00", "01:00:09:12", "137", "Stalls", "", "<b>둘째</b> 줄 그리고 & 셋째"],
        ["003", "01:00:09:12", "01:00:16:11", "174", "역 앞", "", ""],
    ]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_spreadsheet_computes_nothing_that_a_title_says(formula: str) -> None:
    written = table(programme(parts=(Part(frames=500, title=formula),), subtitles={})).decode()
    assert f",'{formula}" in written


def test_a_browser_shows_it_and_runs_nothing() -> None:
    said = {"ko": (Cue(start=0, stop=9, text='<script src="//x">&</script>'),)}
    written = page(programme(subtitles=said)).decode()
    seen = _tags(written)
    assert seen <= {"html", "head", "meta", "title", "style", "body", "h1", "table", "thead", "tr", "th", "tbody", "td"}
    assert "&lt;script src=&quot;//x&quot;&gt;" in written
    assert not re.search(r"https?:|src=\"|href=", written)


def test_what_is_said_is_marked_with_its_language() -> None:
    assert '<td lang="ko">쌀값이 올랐다</td>' in page(programme()).decode()
