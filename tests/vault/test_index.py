"""The index against the plain meaning of a search: a substring, in each row, one after the other."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, inspect

from jebi.errors import Refused
from jebi.vault import index
from jebi.vault.index import FARTHEST, SCANNED, WINDOW, Hit
from jebi.vault.index_sqlite import AT_ONCE

ROWS = {1: " ~혜산~시장에서는 ", 2: " ~대학생~선교회 led ~전광판 ", 3: " ~쌀값~이 5000 ~원 rice prices "}
FOUND = [
    ("시", [1]),
    ("시장", [1]),
    ("시장에서", [1]),
    ("판", [2]),
    ("이", [3]),
    ("생선", [2]),  # only if the space is left out; see below
    ("혜산~시장", [1]),
    (" led ~전", [2]),
    (" led ", [2]),
    (" le", [2]),
    (" le ", []),
    (" price", [3]),
    (" price ", []),
    (" 5000 ~원 rice ", [3]),
    ("전광판 ", [2]),
    ("전광 ", []),
    ("없는", []),
]
NAMES = "쌀값시이"
RUNS = st.lists(st.text(NAMES, min_size=1, max_size=3), min_size=1, max_size=3).map(lambda words: "~" + "~".join(words))
SHADOWS = st.lists(RUNS | st.text("ab1", min_size=1, max_size=3), max_size=4).map(lambda terms: f" {' '.join(terms)} ")


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database)
    with engine.connect() as connection:
        index.create(connection)
        yield connection
    engine.dispose()


def keys(connection: Connection, *every: str, scanned: int = 0) -> list[int]:
    """What the engine finds; it is asked from the first row on, since tests have too few for that else."""
    return [hit.key for hit in index.find(connection, every, limit=1000, scanned=scanned)]


def test_a_fragment_is_found_wherever_it_stands(connection: Connection) -> None:
    index.add(connection, ROWS.items())
    assert [(fragment, keys(connection, fragment)) for fragment, _ in FOUND] == FOUND


def test_looking_at_every_row_finds_the_same(connection: Connection) -> None:
    index.add(connection, ROWS.items())
    assert [(fragment, keys(connection, fragment, scanned=SCANNED)) for fragment, _ in FOUND] == FOUND


def test_other_spaces_in_a_run_are_found_too_but_behind(connection: Connection) -> None:
    rows = [(1, " ~북한주민 "), (2, " ~북한~주민 "), (3, " ~북 ~한주민 "), (4, " ~동북한주민 "), (5, " ~한주민 ")]
    index.add(connection, rows)
    assert keys(connection, "북한주민") == [1, 4, 2]
    assert keys(connection, "북한~주민") == [2, 4, 1]
    assert keys(connection, "북한", "주민") == [2, 1, 4]
    assert index.find(connection, ["북한주민"], limit=1, offset=2, scanned=0) == [Hit(key=2, rank=0.0)]
    assert index.find(connection, ["북한주민"], limit=9, offset=3, scanned=0) == []


@given(
    rows=st.lists(SHADOWS, max_size=12),
    data=st.data(),
    scanned=st.sampled_from([0, 4, 12, SCANNED]),
    among=st.none() | st.sets(st.integers(0, 13)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_found_is_what_a_look_at_every_row_finds(
    connection: Connection, rows: list[str], data: st.DataObject, scanned: int, among: set[int] | None
) -> None:
    def fragment() -> str:
        whole = data.draw(st.sampled_from(rows) if rows else SHADOWS)
        start = data.draw(st.integers(0, max(0, len(whole) - 2)))
        cut = whole[start : data.draw(st.integers(start + 1, len(whole)))].rstrip("~")
        return cut if cut.strip(" ~") and cut[0] in " ~" + NAMES else "쌀"

    def is_in(fragment: str, shadow: str) -> bool:
        return fragment.replace("~", "") in shadow.replace("~", "")

    every, without = [fragment() for _ in range(data.draw(st.integers(1, 2)))], [fragment()]
    loose = {
        key
        for key, shadow in enumerate(rows)
        if all(is_in(each, shadow) for each in every)
        and not any(is_in(each, shadow) for each in without)
        and (among is None or key in among)
    }
    exact = {key for key in loose if all(each in rows[key] for each in every)}
    index.replace(connection, enumerate(rows))
    allowed = None if among is None else np.array(sorted(among), np.int64)
    found = index.find(connection, every, without, limit=100, among=allowed, scanned=scanned)
    index.remove(connection, range(len(rows)))
    assert {hit.key for hit in found if hit.rank} == exact
    assert [hit.key for hit in found if not hit.rank] == sorted(loose - exact, reverse=True)


def test_pages_hold_every_hit_once(connection: Connection) -> None:
    rows = {key: " ~시장 " if key % 3 else " ~시~장 " for key in range(1, 2 * WINDOW)}
    index.add(connection, rows.items())
    whole = index.find(connection, ["시장"], limit=1000, scanned=0)
    pages = [index.find(connection, ["시장"], limit=37, offset=start, scanned=0) for start in range(0, 2 * WINDOW, 37)]
    assert [hit for page in pages for hit in page] == whole
    assert sorted(hit.key for hit in whole) == sorted(rows)
    assert [hit.key for hit in whole[-3:]] == [9, 6, 3]


def test_a_word_that_begins_with_it_comes_before_one_that_has_it_inside(connection: Connection) -> None:
    index.add(connection, [(1, " ~시장에서 "), (2, " ~도시장에서 "), (3, f" ~시장에서{'아' * 90} ")])
    assert keys(connection, "시장") == [1, 2, 3]
    index.replace(connection, [(1, " markets "), (2, " market ")])
    assert keys(connection, " market") == [2, 1]


@pytest.mark.parametrize("scanned", [0, 3, SCANNED])
@pytest.mark.parametrize("fragment", ["시장", "시"])
def test_hits_are_confined_to_the_keys_that_are_given(connection: Connection, fragment: str, scanned: int) -> None:
    index.add(connection, [(key, " ~시장 ") for key in (-1, *range(1, 7), 50_000)])

    def confined(*among: int, limit: int = 9, offset: int = 0) -> list[int]:
        allowed = np.array(among, np.int64)
        hits = index.find(connection, [fragment], limit=limit, offset=offset, among=allowed, scanned=scanned)
        return [hit.key for hit in hits]

    assert confined(1, 3, 4, 9) == [4, 3, 1]
    assert confined(1, 3, 4, 9, limit=1, offset=1) == [3]
    assert confined(-1, 2, 50_000, 60_000) == [50_000, 2, -1]
    assert confined(7, 8) == confined() == []


def test_of_many_rows_that_are_not_wanted_none_hides_one_that_is(connection: Connection) -> None:
    unwanted = range(100_000, 100_000 + 3 * AT_ONCE)
    index.add(connection, [(key, " ~시장 ~쌀값 ") for key in (5, 6, *unwanted, 10**6)])
    among = np.array([2, 5, 6, unwanted[AT_ONCE], 10**6], np.int64)
    for fragment in ("시장", "시", "시장 ~쌀"):
        hits = index.find(connection, [fragment], limit=9, among=among, scanned=0)
        assert [hit.key for hit in hits] == [10**6, unwanted[AT_ONCE], 6, 5]


@pytest.mark.parametrize("every", [1, 3, 40])
def test_where_some_of_the_newest_have_it_enough_more_are_compared(connection: Connection, every: int) -> None:
    index.add(connection, [(key, " ~시 " if key % every == 0 else " ~장 ") for key in range(2_000)])
    among = np.arange(0, 2_000, dtype=np.int64)
    wanted = [key for key in range(1_999, -1, -1) if key % every == 0][:WINDOW]
    found = index.find(connection, ["시"], limit=WINDOW, among=among, scanned=400)
    assert [hit.key for hit in found] == wanted


def test_rows_come_and_go(connection: Connection) -> None:
    index.add(connection, ROWS.items())
    index.remove(connection, [2, 7])
    index.replace(connection, [(1, " ~광장 "), (5, " ~시장 "), (5, " ~역 ")])
    assert index.count(connection) == 3
    assert (keys(connection, "시장"), keys(connection, "광장"), keys(connection, "역")) == ([], [1], [5])
    with pytest.raises(ValueError, match="one row"):
        index.add(connection, [(5, " ~시장 ")])
    with pytest.raises(ValueError, match="one row"):
        index.add(connection, [(8, " ~시장 "), (8, " ~시장 ")])


def test_what_is_made_anew_finds_the_same(connection: Connection) -> None:
    index.add(connection, [(4, " ~옛날 ")])
    index.rebuild(connection, ((key, shadow) for key, shadow in ROWS.items()))
    assert [(fragment, keys(connection, fragment)) for fragment, _ in FOUND] == FOUND
    assert keys(connection, "옛날") == []
    index.remove(connection, [1, 2])
    assert (keys(connection, "시"), keys(connection, "쌀")) == ([], [3])


def test_a_change_that_is_rolled_back_never_was(database: str) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        index.create(connection)
        index.add(connection, [(1, " ~시장 ")])
    with engine.connect() as connection:
        index.replace(connection, [(1, " ~광장 "), (2, " ~광장 ")])
        assert keys(connection, "광장") == [2, 1]
        connection.rollback()
        assert (keys(connection, "광장"), keys(connection, "시장")) == ([], [1])
    engine.dispose()


def test_nothing_is_left_of_what_is_dropped(connection: Connection) -> None:
    index.add(connection, ROWS.items())
    index.drop(connection)
    index.drop(connection)
    assert not [name for name in inspect(connection).get_table_names() if name.startswith("search")]
    index.create(connection)
    assert index.count(connection) == 0


def test_texts_of_every_length_are_found(connection: Connection) -> None:
    long = " ~" + "".join(chr(0xAC00 + 7 * number % 11172) for number in range(60_000)) + "끝 "
    index.add(connection, [(1, long), (2, "  "), (3, f" {'a' * 64} 𠮷 ~𠮷野家 "), (1 << 40, " ~쌀 ")])
    assert keys(connection, "끝") == [1]
    assert keys(connection, " " + "a" * 64 + " ") == [3]
    assert keys(connection, "𠮷野") == [3]
    assert keys(connection, "쌀") == [1 << 40]
    assert keys(connection, long.strip(" ~")[777:1500]) == [1]


@pytest.mark.parametrize(
    "wrong", ["", " ", "~", "시~", '시"', "a OR b*", "A", "시\0", "시\n장", "'", "\ud800", "가" * 1001]
)
def test_what_is_no_fragment_is_a_mistake_of_the_caller(connection: Connection, wrong: str) -> None:
    with pytest.raises(ValueError, match="a "):
        index.find(connection, [wrong], limit=1)
    if wrong.strip(" ~시") and len(wrong) < 1000:
        with pytest.raises(ValueError, match="a shadow"):
            index.add(connection, [(1, wrong)])


def test_more_than_can_be_shown_is_refused(connection: Connection) -> None:
    with pytest.raises(Refused, match="10000"):
        index.find(connection, ["시"], limit=1, offset=FARTHEST)
    with pytest.raises(ValueError, match="few"):
        index.find(connection, ["시"] * 17, limit=1)
    assert index.find(connection, [], limit=5) == []
    assert index.find(connection, ["시"], limit=0) == []
