"""The grid finds exactly the clips that are wanted, page by page, and reads no table from end to end to do so."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from jebi.vault import clips, grid, segments, sorting
from jebi.vault.catalogue import Catalogue
from jebi.vault.grid import COUNTED, Mark, Wanted
from jebi.vault.schema import METADATA, collection, place, tag
from jebi.vault.sorting import Claim, Person, Place, Said, Time
from vault.rows import EVENT, NOW, add, clip, heard

MANY = 30
HOUR = 3_600_000
TABLES = "|".join(METADATA.tables)
TESTS: dict[str, tuple[Wanted, Callable[[int], bool]]] = {
    "all": (Wanted(), lambda n: True),
    "of one kind": (Wanted(kinds=("audio",)), lambda n: n % 3 == 0),
    "of two kinds": (Wanted(kinds=("audio", "video")), lambda n: True),
    "in one state": (Wanted(states=("refused",)), lambda n: n % 5 == 0),
    "of a parcel": (Wanted(parcel="ab" * 8), lambda n: n % 2 == 0),
    "of a trip": (Wanted(trip="swallow-7"), lambda n: n % 4 == 0),
    "at a place": (Wanted(place=1), lambda n: n % 2 == 1),
    "with a person": (Wanted(person=1), lambda n: n % 7 == 0),
    "with a tag": (Wanted(tag=1), lambda n: n < 9),
    "in a collection": (Wanted(collection=1), lambda n: n > 20),
    "filmed since": (Wanted(filmed_from_ms=10 * HOUR), lambda n: n % 2 == 0 and n + 1 >= 10),
    "filmed until": (Wanted(filmed_to_ms=10 * HOUR), lambda n: n % 2 == 0 and n <= 10),
    "filmed in a time": (
        Wanted(filmed_from_ms=5 * HOUR, filmed_to_ms=10 * HOUR),
        lambda n: n % 2 == 0 and 4 <= n <= 10,
    ),
    "arrived in a time": (Wanted(arrived_from_ms=NOW + 3, arrived_to_ms=NOW + 8), lambda n: 3 <= n <= 8),
    "with two faces": (Wanted(least_faces=2), lambda n: n % 4 >= 2),
    "with speech": (Wanted(has_speech=True), lambda n: n % 6 == 0),
    "without speech": (Wanted(has_speech=False), lambda n: n % 6 != 0),
    "with text": (Wanted(has_text=True), lambda n: n % 6 == 1),
    "with neither": (Wanted(has_speech=False, has_text=False), lambda n: n % 6 > 1),
    "among some": (Wanted(among=(clip(4).id, clip(7).id, "f" * 16)), lambda n: n in {4, 7}),
    "among none": (Wanted(among=()), lambda n: False),
    "all at once": (
        Wanted(kinds=("video",), states=("opened",), place=1, tag=1, least_faces=1, has_speech=False, has_text=True),
        lambda n: n in {1, 7},
    ),
}


def fill(catalogue: Catalogue) -> None:
    """Clips 1 to `MANY`, of which each is told apart by what divides its number."""
    for number in range(1, MANY + 1):
        one = clip(
            number,
            parcel=("ab" if number % 2 == 0 else "cd") * 8,
            kind="audio" if number % 3 == 0 else "video",
            state="refused" if number % 5 == 0 else "opened",
        )
        add(catalogue, one)
    with catalogue.writing(NOW) as change:
        sorting.add_trip(change, "swallow-7", EVENT)
        place = sorting.add_place(change, Place(name="혜산"), EVENT)
        person = sorting.add_person(change, Person(pseudonym="heron"), EVENT)
        collection = sorting.add_collection(change, "spring", EVENT)
        for number in range(1, MANY + 1):
            of = clip(number).id
            if number % 2:
                sorting.put_place(change, of, place, Said(certainty="probable", author="editor/1"), EVENT)
            else:
                when = Time(from_ms=number * HOUR, to_ms=(number + 1) * HOUR, certainty="probable", author="editor/1")
                sorting.put_time(change, of, when, EVENT)
            if number % 4 == 0:
                sorting.set_trip(change, of, "swallow-7", EVENT)
            if number % 7 == 0:
                sorting.put_person(change, of, person, None, EVENT)
            if number < 9:
                sorting.put_tag(change, of, "시장", EVENT)
            if number > 20:
                sorting.put_into(change, of, collection, EVENT)
            clips.put_faces(change, of, {0: 0, 1000: number % 4}, EVENT)
            kind = "speech" if number % 6 == 0 else "screen_text" if number % 6 == 1 else "shot"
            segments.put_machine(change, of, kind, [heard(clip=of, kind=kind)], EVENT)  # type: ignore[arg-type]
    catalogue.tend()


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    """A catalogue with clips of every sort."""
    fill(catalogue)
    return catalogue


def numbers(connection: Connection, wanted: Wanted, size: int) -> Iterator[int]:
    """What all pages show, one after the other."""
    mark: Mark | None = None
    while True:
        page = grid.page(connection, wanted, mark, size)
        assert len(page.clips) <= size
        yield from (one.number for one in page.clips)
        if not page.end:
            return
        mark = page.end


def test_every_filter_finds_what_it_says_newest_first_and_counts_it(filled: Catalogue) -> None:
    with filled.reading() as connection:
        for name, (wanted, is_wanted) in TESTS.items():
            expected = [number for number in range(MANY, 0, -1) if is_wanted(number)]

            assert list(numbers(connection, wanted, 4)) == expected, name
            assert grid.count(connection, wanted) == (len(expected), True), name


def test_a_filter_counts_so_far_and_says_that_there_are_more(catalogue: Catalogue) -> None:
    add(catalogue, *(clip(number) for number in range(1, COUNTED + 2)))
    with catalogue.writing(NOW) as change:
        for number in range(1, COUNTED + 2):
            tag = sorting.put_tag(change, clip(number).id, "시장", EVENT)

    with catalogue.reading() as connection:
        assert grid.count(connection, Wanted(tag=tag)) == (COUNTED, False)
        assert grid.count(connection, Wanted()) == (COUNTED + 1, True), "of all it counts every one"
        assert [(one.clips, one.is_exact) for one in grid.tags(connection)] == [(COUNTED, False)]
    with catalogue.writing(NOW) as change:
        sorting.remove_tag(change, clip(1).id, tag, EVENT)
    with catalogue.reading() as connection:
        assert grid.count(connection, Wanted(tag=tag)) == (COUNTED, True)
        assert [(one.clips, one.is_exact) for one in grid.tags(connection)] == [(COUNTED, True)]


def test_a_label_is_found_by_its_name(filled: Catalogue) -> None:
    with filled.reading() as connection:
        known = {(one.name, one.id) for one in (*grid.tags(connection), *grid.collections(connection))}

        assert {
            ("시장", grid.numbered(connection, tag, "시장")),
            ("spring", grid.numbered(connection, collection, "spring")),
        } == known
        assert grid.numbered(connection, place, "nowhere") == 0


def test_a_clip_that_arrives_meanwhile_moves_no_page(catalogue: Catalogue) -> None:
    add(catalogue, *(clip(number) for number in range(1, 7)))
    with catalogue.reading() as connection:
        first = grid.page(connection, Wanted(), None, 3)
    add(catalogue, clip(9))

    with catalogue.reading() as connection:
        second = grid.page(connection, Wanted(), first.end, 3)

    assert [one.number for one in (*first.clips, *second.clips)] == [6, 5, 4, 3, 2, 1]
    assert second.end is None


@given(arrived=st.lists(st.integers(0, 3), max_size=12), size=st.integers(1, 5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_clips_that_arrived_together_are_shown_once_each(catalogue: Catalogue, arrived: list[int], size: int) -> None:
    with catalogue.writing(NOW) as change:
        for table in ("glance", "clip"):
            change.connection.exec_driver_sql(f"DELETE FROM {table}")
        for number, late in enumerate(arrived):
            clips.add(change, replace(clip(number), arrived_ms=NOW + late), EVENT)

    with catalogue.reading() as connection:
        shown = list(numbers(connection, Wanted(), size))

    assert shown == sorted(range(len(arrived)), key=lambda number: (arrived[number], number), reverse=True)


@pytest.mark.parametrize("after", [None, Mark(arrived_ms=NOW + 15, id="8" * 16)], ids=["first page", "later page"])
def test_no_question_of_the_grid_reads_a_table_from_end_to_end(filled: Catalogue, after: Mark | None) -> None:
    with filled.reading() as connection:
        for name, (wanted, _) in TESTS.items():
            plan = explained(connection, grid.query(wanted, after, 60))

            # To walk the index of arrivals from its newest end, and stop when the page is full, is what is meant.
            walked = [step for step in plan if not re.search("ix_clip_(state_|kind_|trip_)?arrived_ms_id", step)]
            assert not any(re.search(f"^SCAN ({TABLES})\\b|Seq Scan", step) for step in walked), (name, plan)


def explained(connection: Connection, query: Any) -> list[str]:
    """The steps that the database would take."""
    statement = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "sqlite":
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    # It reads small tables from end to end, whatever indexes there are; here the question is whether it must.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement.replace('%', '%%')}")]


def test_everything_that_a_filter_can_name_is_listed_with_its_clips(filled: Catalogue) -> None:
    with filled.reading() as connection:
        listed = {
            "시장": grid.tags(connection),
            "spring": grid.collections(connection),
            "혜산": grid.places(connection),
            "heron": grid.persons(connection),
            "swallow-7": grid.trips(connection),
        }

        assert {name: [(one.name, one.clips) for one in found] for name, found in listed.items()} == {
            "시장": [("시장", 8)],
            "spring": [("spring", 10)],
            "혜산": [("혜산", 15)],
            "heron": [("heron", 4)],
            "swallow-7": [("swallow-7", 7)],
        }
        assert grid.clips_of_trips(connection) == {"swallow-7": 7}
        assert grid.states(connection) == {"opened": 24, "refused": 6}
        assert grid.all_places(connection) == [Place(name="혜산", id=1)]
        assert grid.all_persons(connection) == [Person(pseudonym="heron", id=1)]


def test_claims_are_listed_with_what_speaks_for_and_against(catalogue: Catalogue) -> None:
    add(catalogue, clip(1), clip(2))
    with catalogue.writing(NOW) as change:
        old, new = (
            sorting.add_claim(change, Claim(text=text, author="editor/1", certainty="possible"), EVENT)
            for text in ("old", "new")
        )
        sorting.weigh(change, clip(2).id, old, "contradicts", EVENT)
        sorting.weigh(change, clip(1).id, old, "supports", EVENT)

    with catalogue.reading() as connection:
        assert [(one.id, one.text) for one in grid.claims(connection)] == [(new, "new"), (old, "old")]
        assert grid.evidence(connection, old) == [(clip(1).id, "supports"), (clip(2).id, "contradicts")]
        assert grid.evidence(connection, new) == []
