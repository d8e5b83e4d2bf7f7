"""Which pages there are, and what one more film changes."""

from collections.abc import Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from jebi.release.publish import Film, Retraction, words
from jebi.web.site.layout import FULL, Page, is_long, pages, shelves, topics, words_of, years
from published import cues, film, signed_site

FILMS = [film(number, {}) for number in range(1, 101)]
WITHDRAWN = Retraction(number=50, day=date(2026, 11, 23), words=words({"en": "Sorry."}))


def by_path(entries: Sequence[Film | Retraction], look: str = "look") -> dict[str, Page]:
    found = list(pages(signed_site(entries), look))
    assert len({page.path for page in found}) == len(found)
    return {page.path: page for page in found}


@given(st.integers(0, 200))
def test_every_film_is_on_one_page_of_a_list_and_full_pages_stay(count: int) -> None:
    entries = [FILMS[at % 100] for at in range(count)]
    made = shelves("archive", entries)
    shown = [entry for shelf in made for entry in reversed(shelf.entries)]
    assert shown == entries
    assert all(len(shelf.entries) == FULL for shelf in made[:-1])
    assert made[-1].path == "archive.html"
    assert [shelf.newer for shelf in made[:-1]] == [shelf.path for shelf in made[1:]]
    assert [shelf.older for shelf in made[1:]] == [shelf.path for shelf in made[:-1]]
    assert (made[0].older, made[-1].newer) == ("", "")
    assert len(made[-1].entries) < 2 * FULL


def test_one_more_film_changes_little() -> None:
    before, after = by_path(FILMS[:-1]), by_path(list(FILMS))
    changed = {path for path, page in after.items() if path not in before or before[path].inputs != page.inputs}
    ours = {path for path in changed if path.startswith("en/")}
    assert len(changed) < 0.2 * len(after)
    assert {"en/index.html", "en/archive.html", "en/films/0100.html", "en/films/0099.html", "en/feed.xml"} <= ours
    assert "en/films/0098.html" not in ours
    assert "en/archive-1.html" not in ours
    assert "en/check.html" not in ours


def test_what_draws_changes_every_page() -> None:
    before, after = by_path(FILMS[:3], "one"), by_path(FILMS[:3], "two")
    assert before.keys() == after.keys()
    assert not {page.inputs for page in before.values()} & {page.inputs for page in after.values()}


def test_a_withdrawn_film_has_its_notice_and_nothing_else() -> None:
    before, after = by_path(list(FILMS)), by_path([WITHDRAWN if one.number == 50 else one for one in FILMS])
    assert after["en/films/0050.html"].template == "withdrawn.html"
    assert before.keys() - after.keys() == {f"films/0050/{language}.vtt" for language in ("en", "ko", "ja")}
    for path, page in after.items():
        assert FILMS[49] not in page.values.values(), path
    shelf = after["en/archive-3.html" if "en/archive-3.html" in after else "en/archive-2.html"]
    assert any(WITHDRAWN in getattr(page.values.get("shelf"), "entries", ()) for page in after.values())
    assert shelf.template == "shelf.html"


def test_a_long_transcript_has_a_page_of_its_own() -> None:
    long = film(1, {}, subtitles=(cues("en", 600),))
    assert (is_long(long), is_long(FILMS[0])) == (True, False)
    assert words_of(FILMS[0]) == "films/0001.html"
    found = by_path([long])
    assert not found["en/films/0001.html"].values["has_words"]
    assert found[f"en/{words_of(long)}"].values["has_words"]


def test_a_place_and_a_theme_of_one_name_have_pages_of_their_own() -> None:
    one = film(1, {}, places=("장마당",), themes=("장마당",))
    stems = [topics(kind, [one], lambda _: ("장마당",))[0].stem for kind in ("places", "themes")]
    assert len(set(stems)) == 2
    assert {f"ko/{stem}.html" for stem in stems} <= by_path([one]).keys()


def test_films_are_in_the_year_that_they_tell_newest_first() -> None:
    told = [
        film(1, {}, filmed="2025"),
        film(2, {}, filmed="2026-09"),
        film(3, {}, filmed="2026-10-03"),
        film(4, {}, filmed=""),
    ]
    found = years(told)
    assert [(year.name, year.count, [month for month, _ in year.months]) for year in found] == [
        ("2026", 2, ["10", "09"]),
        ("2025", 1, [""]),
        ("", 1, [""]),
    ]


def test_a_site_without_films_has_its_pages() -> None:
    assert {"index.html", "en/index.html", "ko/archive.html", "ja/time.html"} <= by_path([]).keys()
