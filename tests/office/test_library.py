"""Search and transcripts as pages show them: hits are found by page, cut around the match, and shown as they were written."""

import threading

import pytest

from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.kinds import ClipState, Found
from jebi.office.library import AROUND, HITS
from jebi.office.shown import Filter, Hit
from jebi.office.words import add_words
from looked_at import FILM
from office.rooms import KOREAN, Shown
from vault.rows import EVENT, NOW, add, clip, written


def note(shown: Shown, *texts: str) -> None:
    """Notes on one clip, a second apart."""
    add(shown.house.catalogue, clip())
    with shown.house.catalogue.writing(NOW) as change:
        add_words(change, [written(text, second * 1000, kind="note") for second, text in enumerate(texts)], EVENT)


def pieces(hit: Hit) -> list[tuple[str, bool]]:
    return [(one.text, one.is_match) for one in hit.pieces]


def test_a_transcript_that_people_bring_is_shown_found_and_written_out(shown: Shown) -> None:
    shown.house.add_transcript(shown.film, KOREAN.encode(), language="ko", is_translation=False, by="maria")

    (transcript,) = shown.house.clip(shown.film).transcripts
    assert (transcript.language, transcript.is_machine, transcript.cues[0].start) == ("ko", False, 0.5)
    assert "쌀값이" in shown.house.written_transcript(shown.film, transcript.id, "vtt")
    with pytest.raises(NothingFound):
        shown.house.written_transcript(shown.film, "0123456789abcdef", "vtt")
    for word in ("쌀값", "시장", "값"):
        (hit, *_) = shown.house.search(word, Filter()).items
        assert (hit.card.id, hit.where, hit.at) == (shown.film, Found.SPEECH, 0.5)
        assert [one.text for one in hit.pieces if one.is_match] == [word]


def test_search_finds_machines_words_names_and_nothing_that_a_filter_excludes(shown: Shown) -> None:
    found = shown.house.search("carphone", Filter()).items
    assert [(one.card.name, one.where, one.at) for one in found] == [(FILM, Found.NAME, None)]
    heard = shown.house.search("market", Filter()).items
    assert heard[0].card.name == "speech.wav"
    assert heard[0].is_machine
    assert shown.house.search("carphone", Filter(state=ClipState.FAILED)).items == ()


def test_pages_hold_every_hit_once_and_lead_back(empty: Shown) -> None:
    note(empty, *(f"시장 {number}" for number in range(2 * HITS + 1)))

    pages = [empty.house.search("시장", Filter())]
    while pages[-1].older:
        pages.append(empty.house.search("시장", Filter(), key=pages[-1].older))

    assert sorted(hit.at or 0 for page in pages for hit in page.items) == list(range(2 * HITS + 1))
    assert [len(page.items) for page in pages] == [HITS, HITS, 1]
    assert empty.house.search("시장", Filter(), key=pages[-1].newer) == pages[1]
    assert (pages[0].newer, pages[0].total) == ("", 2 * HITS + 1)


@pytest.mark.parametrize("key", ["rubbish", "o", "o-1", "o1_2", "n\u0661", "o" + "9" * 80])
def test_a_key_that_cannot_be_begins_with_the_first_hit(empty: Shown, key: str) -> None:
    note(empty, "시장")

    assert empty.house.search("시장", Filter(), key=key) == empty.house.search("시장", Filter())


def test_farther_than_anybody_pages_is_refused(empty: Shown) -> None:
    note(empty, "시장")

    with pytest.raises(Refused):
        empty.house.search("시장", Filter(), key="o999999999999999")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("시장", [("시장", True)]),
        ("저 시장에", [("저 ", False), ("시장", True), ("에", False)]),
        ("시장 시장", [("시장", True), (" ", False), ("시장", True)]),
        ("<b>시장</b>", [("<b>", False), ("시장", True), ("</b>", False)]),
        (
            "가" * AROUND + "나시장" + "다" * AROUND + "라",
            [("… ", False), ("가" * (AROUND - 1) + "나", False), ("시장", True), ("다" * AROUND, False), (" …", False)],
        ),
    ],
    ids=["nothing around it", "around it", "twice", "markup is text", "cut on both sides"],
)
def test_a_hit_is_its_text_in_pieces(empty: Shown, text: str, expected: list[tuple[str, bool]]) -> None:
    note(empty, text)

    (hit,) = empty.house.search("시장", Filter()).items

    assert pieces(hit) == expected


def test_a_file_that_is_no_transcript_is_damage_and_leaves_nothing(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    before = empty.kinds()

    with pytest.raises(Damaged):
        empty.house.add_transcript(clip().id, b"\x00\xff", language="ko", is_translation=False, by="maria")
    with pytest.raises(NothingFound):
        empty.house.add_transcript("0123456789abcdef", KOREAN.encode(), language="ko", is_translation=False, by="maria")

    assert empty.house.clip(clip().id).transcripts == ()
    assert empty.kinds()[-len(before) :] == before


def test_whoever_brought_a_transcript_is_named_without_their_rank(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    empty.house.add_transcript(clip().id, KOREAN.encode(), language="ko", is_translation=True, by="maria")

    (transcript,) = empty.house.clip(clip().id).transcripts

    assert (transcript.by, transcript.is_translation, transcript.cues[0].end) == ("maria", True, 2.0)
    assert {one.actor for one in empty.house.entries().items if one.subject == clip().id} >= {"member/maria"}


def test_many_may_ask_at_once(empty: Shown) -> None:
    note(empty, "시장")
    found: list[int] = []

    def ask() -> None:
        found.append(empty.house.search("시장", Filter()).total)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [1, 1, 1, 1]


def test_a_library_that_nobody_asked_is_closed_and_so_is_one_twice(empty: Shown) -> None:
    empty.house.close()
    note(empty, "시장")
    empty.house.search("시장", Filter())
    empty.house.close()
    empty.house.close()
