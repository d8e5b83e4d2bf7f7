"""What a query finds, in both databases: words to the second, labels, names of files, and meanings; in wanted clips only."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from database import database, postgresql, postgresql_url
from jebi.errors import Refused
from jebi.office.kinds import Found
from jebi.office.labour import Report
from jebi.office.meaning import Meanings
from jebi.office.seeking import COUNTED, MOST_KEPT, Hit, search
from jebi.office.words import add_words, correct_words, name_clips, put_words
from jebi.vault import clips, sorting
from jebi.vault.catalogue import Catalogue
from jebi.vault.clips import Fact
from jebi.vault.grid import Wanted
from jebi.vault.meaning import Embedder
from jebi.vault.sorting import Claim, Person, Place, Said
from vault.rows import EVENT, NOW, add, clip, heard, written

__all__ = ["database", "postgresql", "postgresql_url"]

FIRST, SECOND, THIRD = (clip(number).id for number in (1, 2, 3))
SEGMENTS = (
    heard("요즘 시장에서 쌀값이 올랐다", 1_000, language="ko"),
    heard("다리를 건넜다", 5_000, language="ko"),
    heard("市場で米を売っている", 2_000, clip=SECOND, language="ja"),
    heard("The price of rice at the market has doubled", 61_000, clip=THIRD, language="en"),
)


@pytest.fixture
def catalogue(database: str) -> Iterator[Catalogue]:
    """Three clips in which somebody speaks, one of them in each language."""
    with Catalogue.open(database) as catalogue:
        add(catalogue, clip(1), clip(2), clip(3))
        with catalogue.writing(NOW) as change:
            for number, said in ((FIRST, SEGMENTS[:2]), (SECOND, SEGMENTS[2:3]), (THIRD, SEGMENTS[3:])):
                put_words(change, number, "transcript", said, EVENT)
        yield catalogue


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    with Embedder() as embedder:
        yield embedder


@pytest.fixture
def meanings(catalogue: Catalogue, tmp_path: Path, embedder: Embedder) -> Meanings:
    """What was said in them means something."""
    meanings = Meanings(tmp_path / "vectors", embedder)
    for number in (FIRST, SECOND, THIRD):
        meanings.learn(catalogue, number, Report())
    return meanings


def found(catalogue: Catalogue, query: str, wanted: Wanted | None = None) -> list[tuple[str, str]]:
    """Where a query is found, and the text with brackets around what matches."""
    hits = search(catalogue, query, wanted or Wanted(), limit=50).hits
    return [(hit.clip, marked(hit)) for hit in hits]


def marked(hit: Hit) -> str:
    text = hit.text
    for start, end in reversed(hit.spans):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("쌀", [(FIRST, "요즘 시장에서 [쌀]값이 올랐다")]),
        ("쌀값", [(FIRST, "요즘 시장에서 [쌀값]이 올랐다")]),
        ("시장", [(FIRST, "요즘 [시장]에서 쌀값이 올랐다")]),
        ("市場", [(SECOND, "[市場]で米を売っている")]),
        ("米", [(SECOND, "市場で[米]を売っている")]),
        ("ｍａｒｋｅｔ", [(THIRD, "The price of rice at the [market] has doubled")]),
        ('"price of rice"', [(THIRD, "The [price of rice] at the market has doubled")]),
        ('"rice price"', []),
        ("rice -market", []),
        ("다리 -시장", [(FIRST, "[다리]를 건넜다")]),
        ("", []),
        ("-시장", []),
    ],
)
def test_words_of_one_syllable_or_more_are_found_to_the_letter(
    catalogue: Catalogue, query: str, expected: list[tuple[str, str]]
) -> None:
    assert found(catalogue, query) == expected


def test_a_hit_says_when_in_which_language_and_who_wrote_it(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        (number,) = add_words(
            change, [written("여기 시장이 보인다", 9_000, kind="note", language="ko", clip=THIRD)], EVENT
        )

    noted, spoken = search(catalogue, "시장", limit=5).hits

    assert (noted.kind, noted.segment, noted.start_ms, noted.is_machine) == (Found.NOTE, number, 9_000, False)
    assert (spoken.kind, spoken.start_ms, spoken.language, spoken.is_machine) == (Found.SPEECH, 1_000, "ko", True)


def test_a_correction_is_found_instead_of_what_it_corrects(catalogue: Catalogue) -> None:
    wrong = search(catalogue, "다리", limit=1).hits[0].segment
    with catalogue.writing(NOW) as change:
        correct_words(change, written("두만강을 건넜다", 5_000, supersedes=wrong), EVENT)

    assert found(catalogue, "다리") == []
    assert found(catalogue, "두만강") == [(FIRST, "[두만강]을 건넜다")]


def label(catalogue: Catalogue) -> None:
    """The second clip has one label of each kind, and the third some of them."""
    with catalogue.writing(NOW) as change:
        sorting.put_tag(change, SECOND, "혜산 장마당", EVENT)
        sorting.put_tag(change, THIRD, "혜산 장마당", EVENT)
        sorting.put_into(change, SECOND, sorting.add_collection(change, "혜산 2026", EVENT), EVENT)
        place = sorting.add_place(change, Place(name="혜산시 련봉동"), EVENT)
        sorting.put_place(change, SECOND, place, Said(certainty="probable", author="editor/1"), EVENT)
        person = sorting.add_person(change, Person(pseudonym="혜산 아저씨"), EVENT)
        sorting.put_person(change, SECOND, person, 7_000, EVENT)
        claim = sorting.add_claim(
            change, Claim(text="쌀은 혜산에서 비싸다", author="editor/1", certainty="possible"), EVENT
        )
        sorting.weigh(change, SECOND, claim, "supports", EVENT)


def test_labels_are_found_and_have_no_second_but_where_somebody_said_so(catalogue: Catalogue) -> None:
    label(catalogue)

    hits = search(catalogue, "혜산", limit=50).hits

    assert sorted((hit.clip, hit.kind, marked(hit), hit.start_ms) for hit in hits) == [
        (SECOND, Found.CLAIM, "쌀은 [혜산]에서 비싸다", None),
        (SECOND, Found.NAME, "[혜산] 아저씨", 7_000),
        (SECOND, Found.NAME, "[혜산]시 련봉동", None),
        (SECOND, Found.TAG, "[혜산] 2026", None),
        (SECOND, Found.TAG, "[혜산] 장마당", None),
        (THIRD, Found.TAG, "[혜산] 장마당", None),
    ]
    assert [hit.segment for hit in hits] == [None] * 6
    assert found(catalogue, "혜산 -장마당 -2026 -쌀", Wanted()) == [
        (SECOND, "[혜산]시 련봉동"),
        (SECOND, "[혜산] 아저씨"),
    ]


def test_what_was_said_comes_before_labels(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        sorting.put_tag(change, SECOND, "쌀값", EVENT)

    assert [hit.kind for hit in search(catalogue, "쌀값", limit=5).hits] == [Found.SPEECH, Found.TAG]


def test_names_of_files_are_found_in_whatever_form_they_came(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        for number, name in ((FIRST, "시장_01.MP4"), (SECOND, "a\u202eb\n.mov"), (THIRD, "x" * 70_000)):
            fact = Fact(name="name", source="claimed", value=name[: 1 << 16], tool="manifest")
            clips.put_facts(change, number, [fact], EVENT)

    counts = [name_clips(catalogue), name_clips(catalogue)]

    assert counts == [3, 0]
    assert (FIRST, "[시장]_01.MP4") in found(catalogue, "시장")
    assert found(catalogue, "mp4 -쌀") == [(FIRST, "시장_01.[MP4]")]
    assert [hit.kind for hit in search(catalogue, "mov", limit=5).hits] == [Found.NAME]
    assert found(catalogue, "mp4", Wanted(among=(SECOND,))) == []
    assert found(catalogue, "mp4", Wanted(among=(FIRST,))) == [(FIRST, "시장_01.[MP4]")]


def test_hits_are_confined_to_the_clips_that_are_wanted(catalogue: Catalogue, meanings: Meanings) -> None:
    label(catalogue)
    tagged = Wanted(tag=1)

    assert found(catalogue, "시장", tagged) == []
    assert [one for one, _ in found(catalogue, "market", tagged)] == [THIRD]
    assert {one for one, _ in found(catalogue, "혜산", Wanted(among=(THIRD,)))} == {THIRD}
    meant = search(catalogue, "米の値段", tagged, limit=9, meanings=meanings)
    assert {hit.clip for hit in meant.hits} <= {SECOND, THIRD}
    assert THIRD in {hit.clip for hit in meant.hits}


def test_who_searches_some_clips_again_meets_what_changed_meanwhile(catalogue: Catalogue) -> None:
    label(catalogue)
    tagged = Wanted(tag=1)
    before = found(catalogue, "쌀값", tagged), found(catalogue, "쌀값", tagged)
    with catalogue.writing(NOW) as change:
        add_words(change, [written("쌀값", 1_000, clip=THIRD)], EVENT)
        sorting.put_tag(change, FIRST, "혜산 장마당", EVENT)
        clips.put_facts(change, THIRD, [Fact(name="name", source="claimed", value="쌀값.mp4", tool="manifest")], EVENT)
    worded = found(catalogue, "쌀값", tagged)
    name_clips(catalogue)  # which no event tells of

    assert before == ([], [])
    assert worded == [(THIRD, "[쌀값]"), (FIRST, "요즘 시장에서 [쌀값]이 올랐다")]
    assert (THIRD, "[쌀값].mp4") in found(catalogue, "쌀값", tagged)


def test_many_filters_are_searched_one_after_the_other(catalogue: Catalogue) -> None:
    for _ in range(2):
        for arrived in range(2 * MOST_KEPT):
            assert len(found(catalogue, "시장", Wanted(arrived_from_ms=arrived))) == 1
            assert found(catalogue, "시장", Wanted(arrived_to_ms=arrived)) == []


def test_meanings_are_not_looked_for_where_words_find_many(catalogue: Catalogue, meanings: Meanings) -> None:
    many(catalogue, COUNTED + 1)
    page = search(catalogue, "광장", limit=2 * COUNTED, meanings=meanings)

    assert Found.MEANING not in {hit.kind for hit in page.hits}
    assert (page.total, page.has_meanings) == (COUNTED + 1, True)


@pytest.mark.parametrize("query", ["米の値段", "rice prices", "쌀 가격"])
def test_what_means_the_same_is_found_in_other_languages_behind_the_words(
    catalogue: Catalogue, meanings: Meanings, query: str
) -> None:
    page = search(catalogue, query, limit=9, meanings=meanings)

    assert {FIRST, THIRD} <= {hit.clip for hit in page.hits}
    assert page.has_meanings
    assert "다리를 건넜다" not in [hit.text for hit in page.hits]


def test_a_meaning_that_was_found_by_its_words_too_is_one_hit(catalogue: Catalogue, meanings: Meanings) -> None:
    hits = search(catalogue, "쌀값", limit=9, meanings=meanings).hits

    assert [hit.clip for hit in hits].count(FIRST) == 1
    assert (hits[0].kind, hits[0].spans) == (Found.SPEECH, ((8, 10),))
    assert {hit.kind for hit in hits[1:]} == {Found.MEANING}


def test_nothing_like_it_is_nothing(catalogue: Catalogue, meanings: Meanings) -> None:
    assert search(catalogue, "pancake recipe", limit=9, meanings=meanings).hits == ()


def test_what_is_excluded_is_not_brought_back_by_its_meaning(catalogue: Catalogue, meanings: Meanings) -> None:
    assert THIRD not in {hit.clip for hit in search(catalogue, "쌀값 -market", limit=9, meanings=meanings).hits}


def test_without_the_model_words_are_found(catalogue: Catalogue, meanings: Meanings, tmp_path: Path) -> None:
    assert meanings.ask("쌀값").near()
    with Meanings(tmp_path / "vectors", Embedder(patience=0)) as hasty:  # it is killed before it can answer
        page = search(catalogue, "쌀값", limit=9, meanings=hasty)

    assert ([hit.clip for hit in page.hits], page.has_meanings) == ([FIRST], False)


def many(catalogue: Catalogue, count: int) -> None:
    with catalogue.writing(NOW) as change:
        add_words(change, [written(f"광장 {number}", number) for number in range(count)], EVENT)


def test_the_total_is_exact_or_at_least(catalogue: Catalogue) -> None:
    many(catalogue, COUNTED)
    exact = search(catalogue, "광장", limit=2)
    many(catalogue, 5)
    least = search(catalogue, "광장", limit=2)

    assert (exact.total, exact.is_exact, len(exact.hits)) == (COUNTED, True, 2)
    assert (least.total, least.is_exact) == (COUNTED + 1, False)


def test_pages_hold_every_hit_once(catalogue: Catalogue) -> None:
    many(catalogue, COUNTED + 50)
    pages = [search(catalogue, "광장", limit=70, offset=start).hits for start in range(0, COUNTED + 50, 70)]

    numbers = [hit.segment for page in pages for hit in page]
    assert (len(numbers), len(set(numbers))) == (COUNTED + 50, COUNTED + 50)


@pytest.mark.parametrize("query", ["가" * 201, " ".join("가나다라마바사아자차카타파하")])
def test_a_query_that_is_too_much_is_refused(catalogue: Catalogue, query: str) -> None:
    with pytest.raises(Refused):
        search(catalogue, query, limit=5)


def test_farther_than_can_be_paged_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(Refused, match="only the first"):
        search(catalogue, "광장", limit=50, offset=10_000)


@pytest.mark.parametrize("query", ["'; DROP TABLE segment --", "* OR NEAR(", "%_", "\0", "\ud800", "~", "시장~", '"'])
def test_no_query_means_anything_to_a_database(catalogue: Catalogue, query: Sequence[str]) -> None:
    search(catalogue, str(query), limit=5)

    assert found(catalogue, "쌀값")
