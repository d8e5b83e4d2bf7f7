"""The grid and the search say how much there is, and where they stopped counting."""

from dataclasses import replace

import pytest

from jebi.office.kinds import Role
from jebi.office.shown import Card, Choice, Choices, Filter, Hit, Page
from web.archive import SampleArchive, sample
from web.served import Served


class Vast(SampleArchive):
    """An archive that counts up to a thousand."""

    def clips(self, filter_: Filter, /, *, key: str = "") -> Page[Card]:
        return replace(super().clips(filter_, key=key), total=1000, is_exact=False)

    def choices(self) -> Choices:
        return Choices(tags=(Choice(name="시장", clips=1000, is_exact=False), Choice(name="역", clips=1000)))

    def search(self, query: str, filter_: Filter, /, *, key: str = "") -> Page[Hit]:
        return replace(super().search(query, filter_, key=key), total=101, is_exact=False)


@pytest.mark.parametrize(
    ("language", "clips", "hits"),
    [
        ("en", "more than 1,000 clips", "at least 101 hits"),
        ("ko", "클립 1,000개 이상", "101건 이상"),
        ("ja", "クリップ 1,000本以上", "101件以上"),
    ],
)
def test_a_page_says_where_the_counting_stopped(language: str, clips: str, hits: str) -> None:
    served = Served(archive=Vast(clips_by_id=sample().clips_by_id))
    editor = served.signed_in(Role.EDITOR, language=language)

    grid, search = (editor.client.get(path).text for path in ("/archive?tag=시장", "/search?q=rice"))

    assert clips in grid
    assert hits in search
    assert "시장 (1,000+)" in grid
    assert "역 (1,000)" in grid


def test_a_page_says_how_many_there_are(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)

    assert '<p class="count">24 clips</p>' in editor.client.get("/archive").text
