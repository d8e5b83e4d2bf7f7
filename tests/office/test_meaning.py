"""What words mean is learnt by the real model, once, and again whenever they change; in both databases."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from database import database, postgresql, postgresql_url
from jebi.errors import Unable
from jebi.office.labour import Report
from jebi.office.meaning import MEANING, Meanings, want
from jebi.office.words import add_words, correct_words, put_words
from jebi.vault import jobs, segments
from jebi.vault.catalogue import Catalogue
from jebi.vault.jobs import Job
from jebi.vault.meaning import Embedder, Vectors
from jebi.vault.vectors import VectorFile
from vault.rows import EVENT, NOW, add, clip, heard, written

__all__ = ["database", "postgresql", "postgresql_url"]

OF = clip().id


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    with Embedder() as embedder:
        yield embedder


@pytest.fixture
def catalogue(database: str) -> Iterator[Catalogue]:
    """One clip in which a machine heard two sentences."""
    with Catalogue.open(database) as catalogue:
        add(catalogue, clip())
        with catalogue.writing(NOW) as change:
            put_words(change, OF, "transcript", [heard("쌀값이 올랐다"), heard("다리를 건넜다", 5_000)], EVENT)
        yield catalogue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


@pytest.fixture
def meanings(file: Path, embedder: Embedder) -> Meanings:
    return Meanings(file, embedder)


def job(catalogue: Catalogue) -> Job:
    with catalogue.reading() as connection:
        (found,) = (job for job in jobs.of(connection, OF) if job.task == MEANING)
    return found


def work(catalogue: Catalogue, meanings: Meanings) -> list[tuple[int, int]]:
    """Do the job as a worker does; returns how far it said it was."""
    taken = jobs.take(catalogue, "worker", [MEANING], NOW, 1_000)
    assert taken
    report = Report()
    write = meanings.learn(catalogue, OF, report)
    with catalogue.writing(NOW) as change:
        jobs.finish(change, taken)
        write(change)
    return [(report.done, report.total)]


def held(catalogue: Catalogue) -> set[int]:
    with catalogue.reading() as connection:
        return {one.id for one in segments.of(connection, OF)}


def test_words_want_their_meaning_and_have_it_afterwards(catalogue: Catalogue, meanings: Meanings, file: Path) -> None:
    assert job(catalogue).state == "waiting"

    assert work(catalogue, meanings) == [(2, 2)]

    assert job(catalogue).state == "done"
    assert set(VectorFile(file).keys().tolist()) == held(catalogue)
    (nearest, *_) = meanings.ask("rice price").near()
    with catalogue.reading() as connection:
        assert next(one for one in segments.of(connection, OF) if one.id == nearest.key).text == "쌀값이 올랐다"


class Counted(Embedder):
    """The model, and what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def query(self, text: str) -> Vectors:
        self.asked.append(text)
        return super().query(text)


def test_the_same_question_is_read_once_whatever_it_is_confined_to(
    catalogue: Catalogue, meanings: Meanings, file: Path
) -> None:
    work(catalogue, meanings)
    model = Counted()
    with Meanings(file, model) as others:
        first = others.ask("rice price").near()
        assert first
        assert others.ask("rice price", np.array([first[0].key])).near() == first[:1]
        others.ask("rice price").drop()
        assert others.ask("market").near() != first
    assert model.asked == ["rice price", "market"]


def test_words_of_people_are_learnt_too_and_nothing_is_learnt_twice(
    catalogue: Catalogue, meanings: Meanings, file: Path
) -> None:
    work(catalogue, meanings)
    with catalogue.writing(NOW) as change:
        add_words(change, [written("the market", kind="note"), written("", 9_000, kind="note")], EVENT)
        (wrong, _) = segments.of(change.connection, OF, ["transcript"])
        corrected = correct_words(change, written("쌀값이 내렸다", supersedes=wrong.id), EVENT)

    assert job(catalogue).state == "waiting"
    assert work(catalogue, meanings) == [(2, 2)]
    keys = set(VectorFile(file).keys().tolist())
    assert corrected in keys
    assert wrong.id not in keys
    assert len(keys) == 3
    with catalogue.writing(NOW) as change:
        want(change, OF)
    assert work(catalogue, meanings) == [(0, 0)]


def test_words_that_changed_while_the_job_ran_are_learnt_after_it(catalogue: Catalogue, meanings: Meanings) -> None:
    taken = jobs.take(catalogue, "worker", [MEANING], NOW, 1_000)
    assert taken
    write = meanings.learn(catalogue, OF, Report())
    with catalogue.writing(NOW) as change:
        add_words(change, [written("the market", kind="note")], EVENT)
    assert job(catalogue).state == "running"

    with catalogue.writing(NOW) as change:
        jobs.finish(change, taken)
        write(change)

    assert job(catalogue).state == "waiting"
    assert work(catalogue, meanings) == [(1, 1)]
    assert job(catalogue).state == "done"


def test_a_job_that_is_to_stop_stops_and_goes_on_where_it_was(catalogue: Catalogue, meanings: Meanings) -> None:
    with catalogue.writing(NOW) as change:
        add_words(change, [written(f"광장 {number}", number, kind="note") for number in range(70)], EVENT)
    report = Report()
    say = report.say

    class Stopped(Report):
        def say(self, done: int, total: int, unit: str) -> None:
            say(done, total, unit)
            self.is_over.set()

    with pytest.raises(Unable, match="stop"):
        meanings.learn(catalogue, OF, Stopped())

    assert (report.done, report.total) == (64, 72)
    again = Report()
    meanings.learn(catalogue, OF, again)
    assert (again.done, again.total) == (8, 8)


def test_a_file_that_was_lost_is_made_anew(catalogue: Catalogue, meanings: Meanings, file: Path) -> None:
    work(catalogue, meanings)
    meanings.tend(catalogue, NOW)
    assert job(catalogue).state == "done"

    file.unlink()
    lost = Meanings(file, meanings._embedder)
    lost.tend(catalogue, NOW)

    assert job(catalogue).state == "waiting"
    assert work(catalogue, lost) == [(2, 2)]
    assert set(VectorFile(file).keys().tolist()) == held(catalogue)


def test_vectors_of_words_that_are_no_more_are_taken_out(catalogue: Catalogue, meanings: Meanings, file: Path) -> None:
    work(catalogue, meanings)
    with catalogue.writing(NOW) as change:
        put_words(change, OF, "transcript", [], EVENT)

    meanings.tend(catalogue, NOW)

    assert VectorFile(file).keys().tolist() == []
    assert job(catalogue).state == "done"  # there is nothing to learn


def test_a_job_that_failed_for_good_is_not_wanted_again_by_itself(catalogue: Catalogue, meanings: Meanings) -> None:
    taken = jobs.take(catalogue, "worker", [MEANING], NOW, 1_000)
    assert taken
    with catalogue.claiming() as connection:
        jobs.fail(connection, taken, NOW, "the model died", is_final=True)

    meanings.tend(catalogue, NOW)
    assert job(catalogue).state == "failed"
    with catalogue.writing(NOW) as change:
        want(change, OF)
    assert job(catalogue).state == "waiting"
