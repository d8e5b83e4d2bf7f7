"""Words and the index change together, in both databases: what is in the catalogue is found, and nothing else is."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from database import database, postgresql, postgresql_url
from jebi.archive.terms import parse_query
from jebi.archive.transcript import MACHINE
from jebi.errors import JebiError, Refused
from jebi.office.words import LONGEST_NAME, NAMED_AT_ONCE, add_words, correct_words, name_clips, put_words
from jebi.vault import clips, index, jobs, schema, segments
from jebi.vault.catalogue import Catalogue
from jebi.vault.clips import Fact
from jebi.vault.segments import Segment
from vault.rows import EVENT, NOW, add, clip, heard, written

__all__ = ["database", "postgresql", "postgresql_url"]

OF = clip().id


@pytest.fixture
def catalogue(database: str) -> Iterator[Catalogue]:
    """One clip, in which nobody said anything yet."""
    with Catalogue.open(database) as catalogue:
        add(catalogue, clip())
        yield catalogue


def put(catalogue: Catalogue, *found: Segment) -> None:
    with catalogue.writing(NOW) as change:
        put_words(change, OF, "transcript", found, EVENT)


def say(catalogue: Catalogue, *texts: Segment) -> tuple[int, ...]:
    with catalogue.writing(NOW) as change:
        return add_words(change, texts, EVENT)


def found(catalogue: Catalogue, query: str) -> list[int]:
    with catalogue.reading() as connection:
        return sorted(hit.key for hit in index.find(connection, parse_query(query).every, limit=50))


def held(catalogue: Catalogue) -> tuple[int, list[str]]:
    """How many texts can be found, and which the clip has."""
    with catalogue.reading() as connection:
        return index.count(connection), [one.text for one in segments.of(connection, OF)]


def name(catalogue: Catalogue, number: int, value: str) -> str:
    """A clip whose file claims to have that name."""
    add(catalogue, clip(number))
    with catalogue.writing(NOW) as change:
        fact = Fact(name="name", source="claimed", value=value, tool="manifest")
        clips.put_facts(change, clip(number).id, [fact], EVENT)
    return clip(number).id


def test_what_a_machine_writes_anew_is_found_in_place_of_what_it_wrote_before(catalogue: Catalogue) -> None:
    put(catalogue, heard("쌀값"), heard("다리", 1000))
    put(catalogue, heard("시장"))

    assert (found(catalogue, "쌀값"), found(catalogue, "다리"), len(found(catalogue, "시장"))) == ([], [], 1)
    assert held(catalogue) == (1, ["시장"])


def test_a_machine_that_finds_nothing_leaves_nothing_to_be_found(catalogue: Catalogue) -> None:
    put(catalogue, heard("쌀값"))
    put(catalogue)

    assert held(catalogue) == (0, [])


def test_a_segment_without_words_is_kept_and_cannot_be_found(catalogue: Catalogue) -> None:
    put(catalogue, heard(""), heard("쌀값", 1000))

    assert held(catalogue) == (1, ["", "쌀값"])


def test_a_correction_is_found_and_what_it_corrects_is_not_and_stays(catalogue: Catalogue) -> None:
    put(catalogue, heard("살값이 올랐다"))
    (wrong,) = found(catalogue, "살값")
    with catalogue.writing(NOW) as change:
        right = correct_words(change, written("쌀값이 올랐다", supersedes=wrong), EVENT)

    assert (found(catalogue, "쌀값"), found(catalogue, "살값"), found(catalogue, "올랐다")) == ([right], [], [right])
    put(catalogue, heard("another day"))
    assert found(catalogue, "쌀값") == [right]


def test_a_mark_of_a_machine_is_kept_and_is_no_word(catalogue: Catalogue) -> None:
    (number,) = say(catalogue, written(f"{MACHINE}쌀값"))

    assert found(catalogue, "쌀값") == [number]
    assert found(catalogue, MACHINE.strip("[] ")) == []
    assert held(catalogue) == (1, [f"{MACHINE}쌀값"])


def test_what_fails_half_way_is_neither_kept_nor_found(catalogue: Catalogue) -> None:
    put(catalogue, heard("쌀값"))

    with pytest.raises(Refused):
        say(catalogue, written("시장"), written("시장", clip="f" * 16))

    assert held(catalogue) == (1, ["쌀값"])
    assert (len(found(catalogue, "쌀값")), found(catalogue, "시장")) == (1, [])


def test_words_that_a_later_part_of_the_change_refuses_are_not_found(catalogue: Catalogue) -> None:
    def change_twice() -> None:
        with catalogue.writing(NOW) as change:
            add_words(change, [written("시장")], EVENT)
            correct_words(change, written("쌀값", supersedes=1 << 40), EVENT)

    with pytest.raises(Refused):
        change_twice()

    assert held(catalogue) == (0, [])


def test_whatever_changes_a_clip_s_words_wants_their_meaning_once(catalogue: Catalogue) -> None:
    put(catalogue, heard("쌀값"), heard("시장", 1000))
    say(catalogue, written("다리"))

    with catalogue.reading() as connection:
        assert [(job.task, job.state) for job in jobs.of(connection, OF)] == [("meaning", "waiting")]


def test_a_name_is_made_findable_once_in_whatever_form_it_came(catalogue: Catalogue) -> None:
    of = name(catalogue, 2, "\u1109\u1175\u110c\u1161\u11bc market.MP4")  # as Macs write 시장

    assert [name_clips(catalogue) for _ in range(3)] == [1, 0, 0]

    (key,) = found(catalogue, "시장")
    with catalogue.reading() as connection:
        assert index.count(connection) == 1
        assert clips.facts_of(connection, [of], ["name"])[of][0].value.startswith("\u1109")
    assert key < 0  # texts have all others


def test_a_name_that_no_file_can_have_is_found_by_its_beginning(catalogue: Catalogue) -> None:
    name(catalogue, 2, "시장 " + "x" * LONGEST_NAME + " 쌀값")

    assert name_clips(catalogue) == 1
    assert (len(found(catalogue, "시장")), found(catalogue, "쌀값")) == (1, [])


@pytest.mark.parametrize("hostile", ["'); DROP TABLE clip; --", "a\x00b", "\udcff", "\u202e4pm.시장", '%_*"', " "])
def test_no_name_breaks_the_index(catalogue: Catalogue, hostile: str) -> None:
    try:
        name(catalogue, 2, hostile)
    except JebiError:  # the catalogue keeps no such name
        return

    assert name_clips(catalogue) == 1
    name(catalogue, 3, "다리")
    assert (name_clips(catalogue), len(found(catalogue, "다리"))) == (1, 1)


def test_more_names_than_one_transaction_takes_are_all_found(tmp_path: Path) -> None:
    of = [clip(number) for number in range(NAMED_AT_ONCE + 1)]
    said = {"name": "name", "source": "claimed", "tool": "manifest", "actor": "", "made_ms": NOW}
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
        with catalogue.writing(NOW) as change:
            change.put(schema.clip, [asdict(one) for one in of])
            change.put(schema.fact, [{**said, "clip": one.id, "value": f"{one.number}.mp4"} for one in of])

        assert (name_clips(catalogue), name_clips(catalogue)) == (len(of), 0)
        with catalogue.reading() as connection:
            assert index.count(connection) == len(of)
