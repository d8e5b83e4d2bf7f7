"""A catalogue is opened, read and changed, in SQLite and in PostgreSQL; a change and its event are one."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from jebi.archive import record
from jebi.errors import Damaged, Refused, Unable
from jebi.vault import clips, schema, sorting
from jebi.vault.catalogue import LONGEST_DETAIL, NUMBERED, Catalogue, Event
from vault.rows import EVENT, NOW, clip


def events(catalogue: Catalogue) -> list[int]:
    with catalogue.reading() as connection:
        return list(connection.execute(select(schema.outbox.c.id).order_by(schema.outbox.c.id)).scalars())


def test_what_was_written_is_there_when_it_is_opened_again(database: str) -> None:
    with Catalogue.open(database) as catalogue, catalogue.writing(NOW) as change:
        clips.add(change, clip(), EVENT)

    with Catalogue.open(database) as catalogue, catalogue.reading() as connection:
        assert clips.get(connection, clip().id) == clip()
        assert connection.execute(select(schema.outbox.c.id)).scalars().all() == [1]


def test_a_change_that_fails_leaves_neither_row_nor_event(catalogue: Catalogue) -> None:
    def fail() -> None:
        with catalogue.writing(NOW) as change:
            clips.add(change, clip(), EVENT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with catalogue.reading() as connection:
        assert clips.get(connection, clip().id) is None
    assert events(catalogue) == []


def test_an_event_that_the_log_would_refuse_cannot_be_made() -> None:
    for changed in ({"kind": "Tried"}, {"subject": ""}, {"detail": "a\nb"}, {"actor": "x" * 129}, {"detail": "\u202e"}):
        with pytest.raises(Damaged):
            Event(**{"kind": "tried", "subject": "s", "detail": "", "actor": "a", **changed})


@given(
    kind=st.text(max_size=70),
    subject=st.text(max_size=300),
    detail=st.text(max_size=300),
    actor=st.text(max_size=140),
    filling=st.integers(0, LONGEST_DETAIL + 10),
)
def test_every_event_that_can_be_made_the_log_takes_with_any_number(
    kind: str, subject: str, detail: str, actor: str, filling: int
) -> None:
    try:
        event = Event(kind=kind, subject=subject, detail=detail + "x" * filling, actor=actor)
    except Damaged:
        return

    numbered = f"{event.detail}{NUMBERED}{(1 << 53) - 1}"
    record.Event(kind=event.kind, subject=event.subject, detail=numbered, actor=event.actor, time=0)


def test_events_are_numbered_in_the_order_in_which_changes_took_effect(catalogue: Catalogue) -> None:
    """Even when many write at once: whoever reads the outbox never sees a number before a smaller one."""
    seen: list[tuple[int, int]] = []

    def write() -> None:
        for _ in range(10):
            with catalogue.writing(NOW) as change:
                number = change.say(EVENT)
                count = change.connection.execute(select(func.count(schema.outbox.c.id))).scalar_one()
                seen.append((number, count))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [(number, number) for number in range(1, 41)]


def test_a_reader_sees_one_state_however_long_it_reads(catalogue: Catalogue) -> None:
    with catalogue.reading() as connection:
        before = connection.execute(select(func.count()).select_from(schema.outbox)).scalar()
        with catalogue.writing(NOW) as change:
            change.say(EVENT)
        after = connection.execute(select(func.count()).select_from(schema.outbox)).scalar()

    assert before == after == 0


def test_a_reader_cannot_write(catalogue: Catalogue) -> None:
    with pytest.raises((Unable, DBAPIError)), catalogue.reading() as connection:
        connection.execute(insert(schema.tag).values(name="market"))

    with catalogue.writing(NOW) as change:
        assert change.add_numbered(schema.tag, {"name": "market"}) == 1


def test_what_is_there_already_and_what_is_not_are_named(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        sorting.add_collection(change, "spring", EVENT)

    with pytest.raises(Refused, match="already"), catalogue.writing(NOW) as change:
        sorting.add_collection(change, "spring", EVENT)
    with pytest.raises(Refused, match="not in the catalogue"), catalogue.writing(NOW) as change:
        sorting.put_into(change, clip().id, 1, EVENT)
    with pytest.raises(Refused, match="not in the catalogue"), catalogue.writing(NOW) as change:
        sorting.take_out(change, clip().id, 1, EVENT)


def test_no_error_quotes_a_row(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        sorting.add_collection(change, "the baker's wife", EVENT)

    with pytest.raises(Refused) as caught, catalogue.writing(NOW) as change:
        sorting.add_collection(change, "the baker's wife", EVENT)

    assert "baker" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_text_that_a_database_would_not_keep_is_damaged() -> None:
    for why in ("a\x00b", "\ud800", "x" * 3000):
        with pytest.raises(Damaged):
            clip(why=why)


def test_a_number_is_never_used_twice(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        first = change.add_numbered(schema.tag, {"name": "a"})
        change.remove(schema.tag, id=first)

    with catalogue.writing(NOW) as change:
        assert change.add_numbered(schema.tag, {"name": "a"}) > first


def test_a_catalogue_of_a_newer_jebi_is_refused_and_not_touched(database: str) -> None:
    with Catalogue.open(database) as catalogue, catalogue.claiming() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Refused, match="9999"):
        Catalogue.open(database)


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue, catalogue.writing(NOW) as change:
        change.say(EVENT)

        assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_deleted_words_are_not_left_in_the_file(tmp_path: Path) -> None:
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
        with catalogue.writing(NOW) as change:
            number = change.add_numbered(schema.tag, {"name": "the baker's wife"})
        with catalogue.writing(NOW) as change:
            change.remove(schema.tag, id=number)

    assert all(b"baker" not in path.read_bytes() for path in tmp_path.iterdir())


def test_the_field_loads_no_database() -> None:
    loaded = "import sys, jebi.cli.main, jebi.office.inside; sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
