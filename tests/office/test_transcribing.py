"""Transcripts come in and go out, in both databases: whose they are, what a machine wrote, and what was corrected."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from database import database, postgresql, postgresql_url
from jebi.archive.transcript import MACHINE, Cue, clean, parse_transcript, write_srt, write_webvtt
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.kinds import Found
from jebi.office.seeking import search
from jebi.office.transcribing import Brought, bring_in, listed, written
from jebi.office.words import correct_words, put_words
from jebi.vault import jobs, outbox, segments
from jebi.vault.catalogue import Catalogue
from jebi.vault.limits import LONGEST_TEXT
from vault.rows import EVENT, NOW, add, clip, heard
from vault.rows import written as said

__all__ = ["database", "postgresql", "postgresql_url"]

OF = clip().id
SRT = "1\n00:00:01,000 --> 00:00:02,500\n시장에서 쌀값이 올랐다\n\n2\n00:01:00,000 --> 00:01:02,000\n- 네\n".encode()
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.500\n<v Mina>The price of rice</v>\n"
CUES = st.lists(
    st.builds(
        lambda start, length, text, marked: Cue(start_ms=start, end_ms=start + length, text=text, is_machine=marked),
        st.integers(0, 10**7),
        st.integers(1, 10**5),
        st.text("쌀값 market.?!-0", min_size=1, max_size=30).map(clean).filter(bool),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def catalogue(database: str) -> Iterator[Catalogue]:
    """One clip, in which nobody said anything yet."""
    with Catalogue.open(database) as catalogue:
        add(catalogue, clip())
        yield catalogue


def brought(
    catalogue: Catalogue, file: bytes = SRT, now_ms: int = NOW, *, language: str = "ko", is_translation: bool = False
) -> Brought:
    with catalogue.writing(now_ms) as change:
        return bring_in(change, OF, file, language=language, is_translation=is_translation, by="editor/1")


def file_of(catalogue: Catalogue, key: str, form: str = "vtt") -> bytes:
    with catalogue.reading() as connection:
        return written(connection, OF, key, form)


@pytest.mark.parametrize(
    ("file", "cues"),
    [
        (SRT, [(1_000, 2_500, "시장에서 쌀값이 올랐다"), (60_000, 62_000, "- 네")]),
        (VTT, [(1_000, 2_500, "Mina: The price of rice")]),
    ],
)
def test_what_is_brought_in_is_told_by_its_content_and_written_out_again(
    catalogue: Catalogue, file: bytes, cues: list[tuple[int, int, str]]
) -> None:
    key = brought(catalogue, file).key

    for form in ("vtt", "srt"):
        read = parse_transcript(file_of(catalogue, key, form))
        assert [(cue.start_ms, cue.end_ms, cue.text) for cue in read.cues] == cues, form
    assert file_of(catalogue, key).startswith(b"WEBVTT\n")
    assert file_of(catalogue, key, "srt").startswith(b"1\n")


def test_it_is_its_authors_and_found_and_its_meaning_is_wanted_and_the_log_will_say_so(catalogue: Catalogue) -> None:
    key = brought(catalogue, is_translation=True).key

    with catalogue.reading() as connection:
        (one,) = listed(connection, OF)
        (event,) = (told for told in outbox.about(connection, OF) if told.kind == "transcript-brought-in")
        wanted = [job.task for job in jobs.of(connection, OF)]
    assert (one.key, one.kind, one.language, one.origin, one.author) == (key, "translation", "ko", "person", "editor/1")
    assert (one.made_ms, [line.is_machine for line in one.lines]) == (NOW, [False, False])
    assert (event.actor, wanted) == ("editor/1", ["meaning"])
    assert "2 lines" in event.detail
    (hit,) = search(catalogue, "쌀값", limit=5).hits
    assert (hit.kind, hit.start_ms, hit.is_machine) == (Found.TRANSLATION, 1_000, False)


def test_what_a_machine_wrote_stays_marked_whoever_brings_it_in(catalogue: Catalogue) -> None:
    key = brought(catalogue, SRT.replace("시장".encode(), f"{MACHINE} 시장".encode())).key

    again = parse_transcript(file_of(catalogue, key, "srt"))

    assert [(cue.is_machine, cue.text) for cue in again.cues] == [(True, "시장에서 쌀값이 올랐다"), (False, "- 네")]
    with catalogue.reading() as connection:
        assert [line.is_machine for line in listed(connection, OF)[0].lines] == [True, False]
    assert search(catalogue, "쌀값", limit=1).hits[0].is_machine
    assert search(catalogue, "machine", limit=1).hits == ()


def test_every_file_is_a_transcript_of_its_own(catalogue: Catalogue) -> None:
    first, second = brought(catalogue), brought(catalogue, VTT, NOW + 1, language="en")
    third = brought(catalogue, SRT, NOW + 2)

    with catalogue.reading() as connection:
        assert [one.key for one in listed(connection, OF)] == [third.key, second.key, first.key]
    with pytest.raises(Refused, match="already"):
        brought(catalogue, SRT, NOW + 2)


def test_only_that_is_checked_for_which_a_person_stands(catalogue: Catalogue) -> None:
    brought(catalogue, SRT.replace("시장".encode(), f"{MACHINE} 시장".encode()))
    with catalogue.writing(NOW) as change:
        put_words(change, OF, "transcript", [heard(text, n, language="ja") for n, text in enumerate("abc")], EVENT)
        numbers = [one.id for one in segments.of(change.connection, OF) if one.language == "ja"]
        segments.check(change, numbers[0], "editor/2", EVENT)
        correct_words(change, said("B", 1, language="ja", supersedes=numbers[1]), EVENT)

    with catalogue.reading() as connection:
        found = {one.language: one.checked().lines for one in listed(connection, OF)}
    assert [(line.text, line.stands_for_it) for line in found["ko"]] == [("- 네", "editor/1")]
    assert [(line.text, line.stands_for_it) for line in found["ja"]] == [("a", "editor/2"), ("B", "editor/1")]


def test_a_correction_takes_its_place_in_the_transcript_that_it_corrects(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        put_words(change, OF, "transcript", [heard("쌀값", language="ko"), heard("시장", 2_000, language="ko")], EVENT)
    with catalogue.reading() as connection:
        (before,) = listed(connection, OF)
    for text in ("쌀겨", "쌀떡"):
        with catalogue.reading() as connection:
            number = listed(connection, OF)[0].lines[0].segment
        with catalogue.writing(NOW + 5) as change:
            correct_words(change, said(text, language="ko", supersedes=number), EVENT)

    with catalogue.reading() as connection:
        (after,) = listed(connection, OF)
        ever = segments.of(connection, OF, with_superseded=True)
    assert (after.key, after.origin, after.model, after.made_ms) == (before.key, "machine", "ears 1", NOW)
    assert [(line.text, line.is_machine, line.author) for line in after.lines] == [
        ("쌀떡", False, "editor/1"),
        ("시장", True, ""),
    ]
    assert {one.text for one in ever} == {"쌀값", "쌀겨", "쌀떡", "시장"}
    assert [cue.is_machine for cue in parse_transcript(file_of(catalogue, after.key)).cues] == [False, True]


def test_a_machine_that_listens_again_writes_the_same_transcript_anew(catalogue: Catalogue) -> None:
    keys = []
    for now_ms in (NOW, NOW + 9):
        with catalogue.writing(now_ms) as change:
            put_words(change, OF, "transcript", [heard("쌀값", language="ko")], EVENT)
        with catalogue.reading() as connection:
            keys += [one.key for one in listed(connection, OF)]

    assert keys[0] == keys[1]


def test_people_come_before_machines_and_kinds_languages_and_models_are_apart(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW + 7) as change:
        found = [heard(language="ko"), heard(language="en"), heard(language="ko", model="ears 2")]
        put_words(change, OF, "transcript", found, EVENT)
        put_words(change, OF, "translation", [heard(kind="translation", language="en")], EVENT)
    brought(catalogue)

    with catalogue.reading() as connection:
        transcripts = listed(connection, OF)
    assert [one.origin for one in transcripts] == ["person", *["machine"] * 4]
    assert len({one.key for one in transcripts}) == 5


def test_words_that_no_file_can_hold_are_cut_or_left_out_of_it(catalogue: Catalogue) -> None:
    kept = [
        heard("가" * (LONGEST_TEXT // 3), 1_000),
        heard("<b></b>", 2_000),
        heard("a --> b", (1 << 53) - 2_000),
        heard("길이가 없다", 3_000, end_ms=3_000),
    ]
    with catalogue.writing(NOW) as change:
        put_words(change, OF, "transcript", kept, EVENT)
    with catalogue.reading() as connection:
        (one,) = listed(connection, OF)

    for form in ("vtt", "srt"):
        read = parse_transcript(file_of(catalogue, one.key, form))
        assert "".join(cue.text for cue in read.cues) == "가" * (LONGEST_TEXT // 3) + "길이가 없다" + "a → b"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "neither"),
        (b"no times at all", "neither"),
        (b"WEBVTT\n", "no words"),
        (SRT.replace(b"00:00:02,500", b"soon"), "line 2 "),
        (SRT.replace(b"00:00:02,500", b"00:00:00,500"), "line 2"),
        ("1\n00:00:01,000 --> 00:00:02,000\n시장".encode("cp949"), "line 3 is not UTF-8"),
        (b"a" * ((16 << 20) + 1), "larger"),
    ],
)
def test_a_file_that_is_none_is_refused_by_its_line_and_leaves_nothing(
    catalogue: Catalogue, file: bytes, why: str
) -> None:
    with pytest.raises(Damaged, match=why):
        brought(catalogue, file)

    with catalogue.reading() as connection:
        assert listed(connection, OF) == []
        assert jobs.of(connection, OF) == []


@pytest.mark.parametrize("language", ["", "korean language", "KO", "k", "ko\n", "../ko", "ko-" + "a" * 40, "한국어"])
def test_what_is_no_language_is_refused(catalogue: Catalogue, language: str) -> None:
    with pytest.raises(Refused, match="language"):
        brought(catalogue, language=language)


def test_what_is_not_there_is_said(catalogue: Catalogue) -> None:
    key = brought(catalogue).key

    with catalogue.writing(NOW) as change, pytest.raises(NothingFound, match="no such clip"):
        bring_in(change, "0" * 16, SRT, language="ko", is_translation=False, by="editor/1")
    with pytest.raises(NothingFound, match="no such transcript"):
        file_of(catalogue, "0" * 16)
    with pytest.raises(Refused, match="vtt or srt"):
        file_of(catalogue, key, "docx")


@given(file=st.binary(max_size=200) | st.text("0123:,.->\n WEBVT쌀<>[machine]", max_size=200).map(str.encode))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_brought_in_or_damaged(catalogue: Catalogue, file: bytes) -> None:
    change_ms = iter(range(NOW, NOW + 10**6))
    try:
        with catalogue.writing(next(change_ms)) as change:
            found = bring_in(change, OF, file, language="ko", is_translation=False, by="editor/1")
            assert written(change.connection, OF, found.key, "vtt")
            raise KeyboardInterrupt  # nothing is kept for the next
    except (Damaged, KeyboardInterrupt):
        return


@given(cues=CUES, is_webvtt=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cues_come_out_as_they_went_in(catalogue: Catalogue, cues: list[Cue], *, is_webvtt: bool) -> None:
    write = write_webvtt if is_webvtt else write_srt
    expected = parse_transcript(write(cues)).cues
    try:
        with catalogue.writing(NOW) as change:
            key = bring_in(change, OF, write(cues), language="ko", is_translation=False, by="editor/1").key
            came = parse_transcript(written(change.connection, OF, key, "vtt")).cues
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert came == expected
