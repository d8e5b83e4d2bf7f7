"""Names of clips in the index: keys below zero, each clip's once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import IntegrityError

from jebi.vault import index
from jebi.vault.index_names import add, clips_of


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database)
    with engine.connect() as connection:
        index.create(connection)
        yield connection
    engine.dispose()


def test_names_have_keys_below_zero_that_lead_back_to_their_clips(connection: Connection) -> None:
    keys = add(connection, ["b", "a"]) + add(connection, []) + add(connection, ["c"])

    assert keys == [-1, -2, -3]
    assert clips_of(connection, [-3, -1, 7, -9]) == {-3: "c", -1: "b"}


def test_a_clip_has_one_name(connection: Connection) -> None:
    add(connection, ["a"])
    with pytest.raises(IntegrityError):
        add(connection, ["a"])


@pytest.mark.parametrize("scanned", [0, 100])
def test_names_are_found_beside_texts_and_behind_them(connection: Connection, scanned: int) -> None:
    index.add(connection, [(number, " ~시장~에서 ") for number in range(1, 4)])
    index.add_names(connection, [(f"clip {number}", " ~시장~에서 ") for number in range(70)])

    found = [hit.key for hit in index.find(connection, ["시장"], limit=100, scanned=scanned)]

    assert found == [3, 2, 1, *range(-1, -71, -1)]
    index.remove(connection, [-5])
    assert -5 not in [hit.key for hit in index.find(connection, ["시장"], limit=100, scanned=scanned)]
