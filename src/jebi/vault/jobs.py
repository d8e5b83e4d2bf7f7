"""Jobs as rows: what is to be done to what, who is at it until when, and what came of it.

A worker takes a job for a while, the lease, and renews it as long as it is alive. A lease that ran out is taken over by
whoever comes next; the worker that lost it can write no result any more, for `finish` belongs to the transaction of the
results and fails there. So a job is done once, whoever dies.

Invariants: one row a task, subject and version of the task, for ever; a row changes hands only here; a job that was
taken `DEADLIEST` times by workers that died of it is failed. It runs nothing and asks no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, extract, func, select, update

from jebi.errors import Refused
from jebi.vault.catalogue import Catalogue, Change, columns, row, rows
from jebi.vault.limits import LONGEST_NAME, LONGEST_SENTENCE, check_number, check_text
from jebi.vault.schema import JobState, job

MOST_FAILURES = 3  # that a job is let fail by itself before it is given up, unless it is said otherwise
DEADLIEST = 3  # workers that may die of a job; a fourth would be wilful
FIRST_PAUSE_MS = 10_000  # after the first failure; twice as long after each further one
LONGEST_PAUSE_MS = 3_600_000  # an hour: what failed overnight is tried before the morning
CRASHED = "crashed"
DEADLY = f"the worker died of it {DEADLIEST} times: something in it must not be opened this way"
_LOST = "nothing is to be done: what this worker made of it is not kept"
_FRESH: dict[str, str | int | None] = {
    "state": "waiting",
    "failures": 0,
    "deaths": 0,
    "not_before_ms": 0,
    "reason": "",
    "why": "",
    "ended_ms": None,
}


class LeaseLost(Refused):
    """The job is not this worker's any longer; nothing of what it made may be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job's row. `attempts` counts how often it was taken, `failures` how often that failed, `deaths` how often it ended
    without a word.

    `version` is the task's own: when a task learns something new, all its jobs are wanted again under the next version.
    `worker` is empty unless it runs; `reason` is a word for `why` that every language of the desk has.
    """

    id: int
    task: str
    subject: str
    version: str
    state: JobState
    attempts: int
    failures: int
    most_failures: int
    deaths: int
    worker: str
    lease_until_ms: int
    not_before_ms: int
    done: int
    total: int
    unit: str
    reason: str
    why: str
    made_ms: int
    started_ms: int | None
    ended_ms: int | None


def now_ms(connection: Connection, own_ms: int) -> int:
    """What time it is for whoever takes jobs: by PostgreSQL's clock, which workers on all machines share, or else `own_ms`.

    A worker whose own clock goes fast would find the leases of others run out, and count deaths that nobody died.
    """
    if connection.dialect.name != "postgresql":
        return own_ms
    return int(connection.execute(select(extract("epoch", func.clock_timestamp()) * 1000)).scalar_one())


def want(
    change: Change, task: str, subjects: Sequence[str], *, version: str = "1", most_failures: int = MOST_FAILURES
) -> None:
    """Say that a task is to be done to each subject, once; those that are wanted already, or done, stay as they are."""
    for name, texts in (("a task", [task]), ("a subject", subjects), ("a version", [version])):
        for text in texts:
            check_text(name, text, LONGEST_NAME, least=1)
    fresh = {"state": "waiting", "attempts": 0, "failures": 0, "deaths": 0, "worker": "", "lease_until_ms": 0}
    fresh |= {"not_before_ms": 0, "done": 0, "total": 0, "unit": "", "reason": "", "why": ""}
    fresh |= {"made_ms": change.now_ms, "task": task, "version": version, "most_failures": most_failures}
    change.put(job, [{**fresh, "subject": subject} for subject in subjects], keep=True)


def take(catalogue: Catalogue, worker: str, tasks: Sequence[str], now_ms: int, lease_ms: int) -> Job | None:
    """Take the oldest job of the first task that has one for this worker, until `now_ms + lease_ms`; `None` for no job.

    A job whose lease ran out comes before those that nobody took yet; one that was too deadly is failed on the way.
    """
    check_text("a worker", worker, LONGEST_NAME, least=1)
    with catalogue.claiming() as connection:
        for task in tasks:
            while found := _next(connection, task, now_ms):
                died = found.deaths + (found.state == "running")
                if died >= DEADLIEST:
                    _end(connection, found, "failed", now_ms, DEADLY, CRASHED, deaths=died)
                    continue
                _alter(
                    connection,
                    found,
                    state="running",
                    worker=worker,
                    attempts=found.attempts + 1,
                    deaths=died,
                    lease_until_ms=now_ms + lease_ms,
                    started_ms=now_ms,
                    done=0,
                    total=0,
                    reason="",
                    why="",
                )
                return _read(connection, found.id)
    return None


def renew(catalogue: Catalogue, taken: Job, now_ms: int, lease_ms: int, *, done: int, total: int, unit: str) -> None:
    """Keep the lease until `now_ms + lease_ms`, and show how far the job has come.

    Raises:
        LeaseLost: somebody else has the job by now: stop, and keep nothing.
    """
    check_number("what is done", done)
    check_number("what there is to do", total)
    check_text("a unit", unit, LONGEST_NAME)
    with catalogue.claiming() as connection:
        _alter(connection, taken, lease_until_ms=now_ms + lease_ms, done=done, total=total, unit=unit)


def finish(change: Change, taken: Job) -> None:
    """The job is done; in the transaction that writes its results, and before them.

    Raises:
        LeaseLost: and the whole transaction must end with it.
    """
    _end(change.connection, taken, "done", change.now_ms, "")


def skip(change: Change, taken: Job, why: str, *, reason: str = "") -> None:
    """The job is not to be done, for a reason that the desk can read. Raises `LeaseLost`."""
    _end(change.connection, taken, "skipped", change.now_ms, why, reason)


def fail(
    connection: Connection, taken: Job, now_ms: int, why: str, *, reason: str = "", is_final: bool = False
) -> JobState:
    """The job failed: it waits, longer each time, or has failed for good; returns which. Raises `LeaseLost`.

    The connection is of a change that tells of it, or of `claiming`. It `is_final` when trying again would change nothing.
    """
    failures = taken.failures + 1
    if is_final or failures >= taken.most_failures:
        _end(connection, taken, "failed", now_ms, why, reason, failures=failures)
        return "failed"
    check_text("why a job failed", why, LONGEST_SENTENCE)
    until_ms = now_ms + min(FIRST_PAUSE_MS << (failures - 1), LONGEST_PAUSE_MS)
    _wait(connection, taken, until_ms, failures=failures, reason=reason, why=why)
    return "waiting"


def give_back(connection: Connection, taken: Job) -> None:
    """Let the job wait again at once, because the worker is asked to stop; nothing is counted. Raises `LeaseLost`."""
    _wait(connection, taken, 0)


def again(change: Change, number: int) -> None:
    """Somebody wants a job that ended done anew. Raises `Refused` when it is not there, or has not ended."""
    ended = update(job).where(job.c.id == number, job.c.state.in_(["done", "failed", "skipped"]))
    if change.connection.execute(ended.values(_FRESH)).rowcount != 1:
        raise Refused("there is no such job that has ended", hint="look at the list anew")


def failed_for(connection: Connection, reason: str) -> int:
    """How many jobs failed for that reason."""
    asked = select(func.count()).select_from(job).where(job.c.state == "failed", job.c.reason == reason)
    return connection.execute(asked).scalar_one()


def again_for(change: Change, reason: str) -> None:
    """Have all jobs done anew that failed for a reason which may be gone."""
    failed = update(job).where(job.c.state == "failed", job.c.reason == reason)
    change.connection.execute(failed.values(_FRESH))


def due_ms(connection: Connection, tasks: Sequence[str]) -> int | None:
    """When the next job of these tasks can be taken, 0 for at once; `None` when all have ended."""
    waiting = select(func.min(job.c.not_before_ms)).where(job.c.task.in_(tasks), job.c.state == "waiting")
    running = select(func.min(job.c.lease_until_ms)).where(job.c.task.in_(tasks), job.c.state == "running")
    times = [connection.execute(query).scalar() for query in (waiting, running)]
    return min((time for time in times if time is not None), default=None)


def counts(connection: Connection) -> dict[tuple[str, JobState], int]:
    """How many jobs of each task are in each state."""
    query = select(job.c.task, job.c.state, func.count()).group_by(job.c.task, job.c.state)
    return {(task, state): count for task, state, count in connection.execute(query)}


def listed(
    connection: Connection, state: JobState | None = None, *, before: int | None = None, limit: int = 100
) -> list[Job]:
    """Jobs in one state or in any, the newest first; `before` is the number that ended the page before."""
    query = select(*columns(Job, job))
    if state is not None:
        query = query.where(job.c.state == state)
    if before is not None:
        query = query.where(job.c.id < before)
    return rows(connection, Job, query.order_by(job.c.id.desc()).limit(limit))


def get(connection: Connection, number: int) -> Job | None:
    """The job of that number."""
    return row(connection, Job, job, id=number)


def give_up(change: Change, number: int, why: str, *, reason: str) -> None:
    """Somebody wants a job left undone: whoever has it loses it. Raises `Refused` when it is done, or not there."""
    open_ = update(job).where(job.c.id == number, job.c.state.in_(["waiting", "running", "failed"]))
    ended = {"state": "skipped", "worker": "", "lease_until_ms": 0, "ended_ms": change.now_ms}
    if change.connection.execute(open_.values(**ended, why=why, reason=reason)).rowcount != 1:
        raise Refused("there is no such job that could be skipped", hint="look at the list anew")


def progress(connection: Connection) -> tuple[int, int]:
    """How many jobs are running, and how much of them is done: something that differs as long as they go on."""
    query = select(func.count(), func.coalesce(func.sum(job.c.done), 0)).where(job.c.state == "running")
    count, done = connection.execute(query).one()
    return int(count), int(done)


def of(connection: Connection, subject: str) -> list[Job]:
    """Every job of one subject."""
    return rows(connection, Job, select(*columns(Job, job)).where(job.c.subject == subject).order_by(job.c.id))


def _next(connection: Connection, task: str, now_ms: int) -> Job | None:
    # Two questions, for each follows an index from its first row; rows that another worker is just taking are passed by.
    is_expired = job.c.state == "running", job.c.lease_until_ms <= now_ms
    is_due = job.c.state == "waiting", job.c.not_before_ms <= now_ms
    for condition in (is_expired, is_due):
        query = select(*columns(Job, job)).where(job.c.task == task, *condition).order_by(job.c.id).limit(1)
        for found in rows(connection, Job, query.with_for_update(skip_locked=True)):
            return found
    return None


def _read(connection: Connection, number: int) -> Job:
    (found,) = rows(connection, Job, select(*columns(Job, job)).where(job.c.id == number))
    return found


def _wait(connection: Connection, taken: Job, until_ms: int, **more: str | int) -> None:
    _alter(connection, taken, state="waiting", worker="", lease_until_ms=0, not_before_ms=until_ms, **more)


def _end(
    connection: Connection, taken: Job, state: JobState, now_ms: int, why: str, reason: str = "", **more: int
) -> None:
    check_text("what came of a job", reason, LONGEST_NAME)
    check_text("what came of a job", why, LONGEST_SENTENCE)
    ended = {"lease_until_ms": 0, "ended_ms": now_ms, **more}
    _alter(connection, taken, state=state, worker="", reason=reason, why=why, **ended)


def _alter(connection: Connection, taken: Job, **changed: str | int) -> None:
    """Alter the row, if it is still as it was when it was taken: each taking has a number of its own."""
    is_ours = job.c.id == taken.id, job.c.state == taken.state, job.c.attempts == taken.attempts
    found = connection.execute(update(job).where(*is_ours, job.c.worker == taken.worker).values(**changed))
    if found.rowcount != 1:
        raise LeaseLost("another worker has this job, or it has ended", hint=_LOST)
