"""A job is done once: by two workers, by one that dies, by one that comes back too late."""

import os
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from jebi.errors import Refused
from jebi.vault import jobs, schema
from jebi.vault.catalogue import Catalogue
from jebi.vault.jobs import DEADLIEST, DEADLY, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, Job, LeaseLost
from vault.killing import begin, die, dies, ended, kill_at_random
from vault.rows import EVENT, NOW

LEASE = 1000
SHORT = 300  # milliseconds of real time


def want(catalogue: Catalogue, *subjects: str, task: str = "open", version: str = "1") -> None:
    with catalogue.writing(NOW) as change:
        jobs.want(change, task, subjects, version=version)


def take(catalogue: Catalogue, worker: str = "one", now: int = NOW, *tasks: str) -> Job:
    taken = jobs.take(catalogue, worker, tasks or ["open"], now, LEASE)
    assert taken
    return taken


def finish(catalogue: Catalogue, taken: Job, now: int = NOW) -> None:
    """Keep a job's result, which is an event about its subject, with its end."""
    with catalogue.writing(now) as change:
        jobs.finish(change, taken)
        change.say(replace(EVENT, subject=taken.subject))


def results(catalogue: Catalogue) -> dict[str, int]:
    with catalogue.reading() as connection:
        query = select(schema.outbox.c.subject, func.count()).group_by(schema.outbox.c.subject)
        return dict(connection.execute(query).all())


def only(catalogue: Catalogue) -> Job:
    with catalogue.reading() as connection:
        found = [
            job
            for state in ("waiting", "running", "done", "failed", "skipped")
            for job in jobs.listed(connection, state)
        ]
    (job,) = found
    return job


def test_jobs_that_failed_for_a_reason_that_is_gone_are_done_anew_and_no_others(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        jobs.want(change, "faces", ["a", "b", "c"], most_failures=1)
    for reason in ("no-room", "malformed"):
        taken = jobs.take(catalogue, "w", ["faces"], NOW, 1000)
        assert taken
        with catalogue.claiming() as connection:
            jobs.fail(connection, taken, NOW, "why", reason=reason)
            assert jobs.failed_for(connection, reason) == 1
    with catalogue.writing(NOW) as change:
        jobs.again_for(change, "no-room")
    with catalogue.reading() as connection:
        rows = [row for subject in "abc" for row in jobs.of(connection, subject)]
        assert sorted((row.state, row.failures, row.reason) for row in rows) == [
            ("failed", 1, "malformed"),
            ("waiting", 0, ""),
            ("waiting", 0, ""),
        ]
        assert jobs.failed_for(connection, "no-room") == 0


def test_a_job_is_wanted_once_however_often_it_is_said(catalogue: Catalogue) -> None:
    want(catalogue, "a", "b")
    want(catalogue, "b", "c")

    with catalogue.reading() as connection:
        assert jobs.counts(connection) == {("open", "waiting"): 3}


def test_a_new_version_of_a_task_is_wanted_again(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    finish(catalogue, take(catalogue))

    want(catalogue, "a", version="2")

    assert take(catalogue).version == "2"


def test_jobs_are_taken_in_order_of_the_tasks_and_then_of_their_age(catalogue: Catalogue) -> None:
    want(catalogue, "a", "b", task="later")
    want(catalogue, "c", "d", task="sooner")

    taken = [take(catalogue, "one", NOW, "sooner", "later") for _ in range(4)]

    assert [job.subject for job in taken] == ["c", "d", "a", "b"]
    assert jobs.take(catalogue, "one", ["sooner", "later"], NOW, LEASE) is None


def test_nobody_takes_what_another_has_until_the_lease_runs_out(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    first = take(catalogue, "one")

    assert jobs.take(catalogue, "two", ["open"], NOW + LEASE - 1, LEASE) is None
    second = take(catalogue, "two", NOW + LEASE)

    assert (first.id, first.attempts, second.id, second.attempts) == (1, 1, 1, 2)
    assert second.worker == "two"
    assert second.deaths == 1


def test_a_lease_that_is_renewed_holds_and_shows_how_far_the_job_is(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    taken = take(catalogue)

    jobs.renew(catalogue, taken, NOW + 900, LEASE, done=3, total=7, unit="seconds")

    assert jobs.take(catalogue, "two", ["open"], NOW + 1800, LEASE) is None
    running = only(catalogue)
    assert (running.done, running.total, running.unit) == (3, 7, "seconds")
    finish(catalogue, taken)


def test_who_lost_the_lease_can_do_nothing_more(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    slow = take(catalogue, "one")
    fast = take(catalogue, "one", NOW + LEASE)  # the same name: a worker that was started anew

    with pytest.raises(LeaseLost):
        finish(catalogue, slow)
    with pytest.raises(LeaseLost):
        jobs.renew(catalogue, slow, NOW, LEASE, done=0, total=0, unit="")
    with pytest.raises(LeaseLost), catalogue.claiming() as connection:
        jobs.fail(connection, slow, NOW, "too late")
    with pytest.raises(LeaseLost), catalogue.claiming() as connection:
        jobs.give_back(connection, slow)
    assert results(catalogue) == {}

    finish(catalogue, fast)
    with pytest.raises(LeaseLost):
        finish(catalogue, fast)
    assert results(catalogue) == {"a": 1}


def test_a_result_that_cannot_be_kept_does_not_end_the_job(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    taken = take(catalogue)

    def fail() -> None:
        with catalogue.writing(NOW) as change:
            jobs.finish(change, taken)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert only(catalogue).state == "running"
    finish(catalogue, taken)


def test_a_job_that_fails_waits_longer_each_time_and_then_has_failed(catalogue: Catalogue) -> None:
    with catalogue.writing(NOW) as change:
        jobs.want(change, "open", ["a"], most_failures=12)
    now, pauses = NOW, []

    for _ in range(11):
        taken = take(catalogue, "one", now)
        with catalogue.claiming() as connection:
            assert jobs.fail(connection, taken, now, "the disk was full") == "waiting"
            due = jobs.due_ms(connection, ["open"])
        assert due
        assert jobs.take(catalogue, "one", ["open"], due - 1, LEASE) is None
        pauses.append(due - now)
        now = due
    taken = take(catalogue, "one", now)
    with catalogue.claiming() as connection:
        assert jobs.fail(connection, taken, now, "the disk was full") == "failed"

    assert pauses[0] == FIRST_PAUSE_MS
    assert all(later in {2 * sooner, LONGEST_PAUSE_MS} for sooner, later in pairwise(pauses))
    assert (only(catalogue).state, only(catalogue).why) == ("failed", "the disk was full")


def test_what_no_further_try_can_mend_fails_at_once(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    taken = take(catalogue)

    with catalogue.claiming() as connection:
        assert jobs.fail(connection, taken, NOW, "it is not a film", is_final=True) == "failed"

    assert jobs.take(catalogue, "one", ["open"], NOW * 2, LEASE) is None


def test_a_job_that_is_skipped_says_why(catalogue: Catalogue) -> None:
    want(catalogue, "a")

    taken = take(catalogue)

    with catalogue.writing(NOW) as change:
        jobs.skip(change, taken, "no model for speech is installed")

    assert (only(catalogue).state, only(catalogue).why) == ("skipped", "no model for speech is installed")


def test_a_job_that_is_given_back_waits_and_nothing_is_counted(catalogue: Catalogue) -> None:
    want(catalogue, "a")

    taken = take(catalogue)
    with catalogue.claiming() as connection:
        jobs.give_back(connection, taken)

    again = take(catalogue, "two")
    assert (again.failures, again.deaths) == (0, 0)


def test_a_job_that_killed_its_workers_is_failed_and_the_next_one_taken(catalogue: Catalogue) -> None:
    want(catalogue, "deadly", "harmless")
    now = NOW
    for _ in range(DEADLIEST):
        assert take(catalogue, "one", now).subject == "deadly"
        now += LEASE

    assert take(catalogue, "one", now).subject == "harmless"
    with catalogue.reading() as connection:
        (deadly,) = jobs.of(connection, "deadly")
    assert (deadly.state, deadly.why, deadly.deaths, deadly.ended_ms) == ("failed", DEADLY, DEADLIEST, now)


def test_what_ended_is_done_again_when_somebody_wants_it(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    with pytest.raises(Refused), catalogue.writing(NOW) as change:
        jobs.again(change, 1)
    finish(catalogue, take(catalogue))

    with catalogue.writing(NOW) as change:
        jobs.again(change, 1)

    finish(catalogue, take(catalogue))
    assert results(catalogue) == {"a": 2}


def test_when_the_next_job_can_be_taken_is_known(catalogue: Catalogue) -> None:
    def due() -> int | None:
        with catalogue.reading() as connection:
            return jobs.due_ms(connection, ["open"])

    assert due() is None
    want(catalogue, "a")
    assert due() == 0
    taken = take(catalogue)
    assert due() == NOW + LEASE
    finish(catalogue, taken)
    assert due() is None


def test_jobs_are_listed_page_by_page_newest_first(catalogue: Catalogue) -> None:
    want(catalogue, *"abcde")

    with catalogue.reading() as connection:
        first = jobs.listed(connection, "waiting", limit=3)
        second = jobs.listed(connection, "waiting", before=first[-1].id, limit=3)

    assert [job.subject for job in [*first, *second]] == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize("moment", ["at work", "before it is kept", "after it was kept"])
def test_a_worker_that_is_killed_loses_nothing_and_nothing_is_done_twice(database: str, moment: str) -> None:
    def work() -> None:
        with Catalogue.open(database) as catalogue:
            taken = take(catalogue, "killed")
            if moment == "at work":
                die()
            with catalogue.writing(NOW) as change:
                jobs.finish(change, taken)
                change.say(replace(EVENT, subject=taken.subject))
                if moment == "before it is kept":
                    die()
            die()

    with Catalogue.open(database) as catalogue:
        want(catalogue, "a", "b")
    dies(work)

    with Catalogue.open(database) as catalogue:
        while taken := jobs.take(catalogue, "alive", ["open"], NOW + LEASE, LEASE):
            finish(catalogue, taken)
        assert results(catalogue) == {"a": 1, "b": 1}


def test_two_workers_of_which_one_is_killed_again_and_again_do_every_job_once(database: str) -> None:
    subjects = [f"clip {number}" for number in range(60)]

    def work() -> None:
        with Catalogue.open(database) as catalogue:
            while True:
                taken = jobs.take(catalogue, f"worker {os.getpid()}", ["open"], now_ms(), SHORT)
                if taken:
                    time.sleep(0.02)
                    finish(catalogue, taken, now_ms())
                elif not is_open(catalogue):
                    return
                else:
                    time.sleep(0.02)

    with Catalogue.open(database) as catalogue:
        want(catalogue, *subjects)
    steady = begin(work)
    kill_at_random(work, times=6, longest=0.5, seed=11)
    ended(steady)

    with Catalogue.open(database) as catalogue:
        with catalogue.reading() as connection:
            deadly = jobs.listed(connection, "failed", limit=len(subjects))
        with catalogue.writing(NOW) as change:
            for job in deadly:  # on a busy machine one may be met by three kills, and then waits for a person
                assert job.deaths == jobs.DEADLIEST
                jobs.again(change, job.id)
        work()
        assert results(catalogue) == dict.fromkeys(subjects, 1)
        with catalogue.reading() as connection:
            assert jobs.counts(connection) == {("open", "done"): len(subjects)}


def is_open(catalogue: Catalogue) -> bool:
    with catalogue.reading() as connection:
        return jobs.due_ms(connection, ["open"]) is not None


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_workers_on_postgresql_pass_by_what_another_is_just_taking(postgresql: str) -> None:
    with Catalogue.open(postgresql) as catalogue:
        want(catalogue, "a", "b")
        with catalogue.claiming() as connection:
            connection.execute(select(schema.job).where(schema.job.c.subject == "a").with_for_update())

            assert take(catalogue).subject == "b"


def test_leases_are_measured_by_the_clock_that_all_workers_share(catalogue: Catalogue) -> None:
    before_ms = time.time_ns() // 1_000_000

    with catalogue.reading() as connection:
        now_ms = jobs.now_ms(connection, 7)
        is_shared = connection.dialect.name == "postgresql"

    if is_shared:
        assert before_ms - 1 <= now_ms <= time.time_ns() // 1_000_000 + 1  # the test's server has this machine's clock
    else:
        assert now_ms == 7
