"""What only PostgreSQL does: packs, a function that makes tokens, and writers beside each other."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, make_url, text

from jebi.errors import Unable
from jebi.vault import index
from jebi.vault.fragments import tokens
from jebi.vault.index_postgresql import NAMED_AT_ONCE, PACKED, PACKED_CHARACTERS, SPAN

TERMS = st.from_regex(r"(~[쌀값𠮷か゚가]{1,3}){1,3}|[ab1é]{1,3}", fullmatch=True)
SHADOWS = st.lists(TERMS, max_size=4).map(lambda terms: f" {' '.join(terms)} ")


@pytest.fixture
def connection(postgresql: str) -> Iterator[Connection]:
    engine = create_engine(postgresql)
    with engine.connect() as connection:
        index.create(connection)
        yield connection
    engine.dispose()


@given(shadows=st.lists(SHADOWS, min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_makes_the_same_tokens(connection: Connection, shadows: list[str]) -> None:
    made = text("SELECT tsvector_to_array(search_terms(:shadows))")
    found = connection.execute(made, {"shadows": "\n".join(shadows)}).scalar_one()
    assert set(found or ()) == set().union(*map(tokens, shadows))


def test_rows_are_packed_by_number_length_and_key(connection: Connection) -> None:
    def packs() -> list[int]:
        return [len(pack) for pack in connection.scalars(text("SELECT members FROM search_pack ORDER BY last"))]

    index.add(connection, [(key, " ~쌀 ") for key in range(PACKED + 1)])
    index.add(connection, [(key, f" ~{'쌀' * (PACKED_CHARACTERS // 2)} ") for key in (100, 101, 102)])
    index.add(connection, [(key, " ~쌀 ") for key in (5000, 5000 + SPAN, 5001 + SPAN)])
    assert packs() == [PACKED, 1, 1, 1, 1, 2, 1]
    index.remove(connection, [0, PACKED, 5000 + SPAN])
    assert packs() == [PACKED - 1, 1, 1, 1, 1, 1]


def test_a_hit_behind_thousands_of_false_candidates_is_found(connection: Connection) -> None:
    false = [(key * (SPAN + 1), " ~시장 ~장에 ") for key in range(1, NAMED_AT_ONCE + 100)]
    index.add(connection, [(0, " ~시장에 "), *false])
    assert [hit.key for hit in index.find(connection, ["시장에"], limit=9, scanned=0)] == [0]
    assert len(index.find(connection, ["시장", "장에"], limit=NAMED_AT_ONCE + 50, scanned=0)) == NAMED_AT_ONCE + 50


def test_two_who_remove_rows_of_one_pack_both_do(postgresql: str) -> None:
    engine = create_engine(postgresql)
    with engine.begin() as connection:
        index.create(connection)
        index.add(connection, [(key, " ~쌀 ") for key in range(3)])

    def remove() -> None:
        with engine.begin() as second:
            index.remove(second, [1])

    other = threading.Thread(target=remove)
    with engine.begin() as first:
        index.remove(first, [2])
        other.start()
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            while not watcher.execute(waiting).scalar_one():
                assert other.is_alive()
    other.join()
    with engine.connect() as connection:
        assert [hit.key for hit in index.find(connection, ["쌀"], limit=9)] == [0]
    engine.dispose()


def test_a_database_that_counts_bytes_is_no_place_for_it(postgresql: str) -> None:
    engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bytes ENCODING 'LATIN1' TEMPLATE template0"))
    other = create_engine(make_url(postgresql).set(database="bytes"))
    with other.connect() as connection, pytest.raises(Unable, match="UTF-8"):
        index.create(connection)
    other.dispose()
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE bytes WITH (FORCE)"))
    engine.dispose()


def test_packs_are_compressed_by_what_is_soon_undone(connection: Connection) -> None:
    index.add(connection, [(number, " ~시장~에서 쌀값~이 " * 5 + f"{number} ") for number in range(6 * PACKED)])

    kinds = connection.scalars(text("SELECT DISTINCT pg_column_compression(shadows) FROM search_pack"))

    assert set(kinds) == {"lz4"}
