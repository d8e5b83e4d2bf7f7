"""Workers of the desk, and the tools in their jails, killed at any moment: nothing is lost, nothing kept twice, nothing plain left.

The archive holds a dozen films of two seconds. Leases are short here, or a test would wait a minute for each worker that died.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

sys.path.append(str(Path(__file__).resolve().parent.parent))

from database import postgresql, postgresql_url  # noqa: F401 - fixtures
from depth import often
from jebi.archive.record import parse_record
from jebi.errors import Exit
from jebi.vault import grid, jobs
from jebi.vault.catalogue import NUMBERED, Catalogue
from jebi.vault.schema import derived, face_count, job, outbox, segment

if TYPE_CHECKING:
    from faults.conftest import Yard

ROOT = Path(__file__).resolve().parent.parent.parent
MODELS = ROOT / ".cache" / "models"  # of which only the one that counts faces is used: it is fast
FILMS = 12
KILLS = often(60, 7)  # with 46 of the server: `test_kill_desk_serve`
LEASE_MS = 1000
PATIENCE = 120
TASKS = ("metadata", "viewing", "sound", "signs", "faces")
ONCE = ("clip-admitted", "clip-described", "clip-probed", "shots-found", "faces-counted")
ATTEND = """
import sys
from pathlib import Path
from jebi.office.attending import attend
from jebi.office.databases import settle
from jebi.office.desk import open_desk
from jebi.office.progress import Quiet
archive, passphrase, models, lease_ms, workers, url = sys.argv[1:]
with open_desk(archive, passphrase.encode()) as desk:
    if url:
        settle(desk, url)
    attend(desk, Path(models), Quiet(), workers=int(workers), lease_ms=int(lease_ms))
"""
JOIN = """
import sys
from pathlib import Path
from jebi.office.attending import join
from jebi.office.desk import join_desk
from jebi.office.progress import Quiet
archive, passphrase, models, lease_ms, workers = sys.argv[1:]
join(join_desk(archive, passphrase.encode()), Path(models), Quiet(), workers=int(workers), lease_ms=int(lease_ms))
"""


@pytest.fixture
def desk(yard: "Yard", request: pytest.FixtureRequest) -> "Desk":
    """An archive with a dozen films, or as many as a test says."""
    count = getattr(request, "param", FILMS)
    films = yard.folder / "films"
    films.mkdir()
    for number in range(count):
        film(films / f"{number}.mp4", 300 + 40 * number)
    shutil.copytree(MODELS / "faces", yard.folder / "models" / "faces")
    yard.done("field", "seal", "films", "--kit", "kit", "--as", "whole", "--onto", "sealed.age")
    yard.done(*yard.archive("desk", "receive", "sealed.age"))
    return Desk(yard, count)


def film(path: Path, tone: int) -> None:
    picture = f"testsrc2=s=160x120:r=10:d=2,hue=h={tone}"
    made = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=f={tone}:d=2", "-shortest", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", *made], check=True)


@dataclass
class Desk:
    """An archive at which processes work, each in a session of its own."""

    yard: "Yard"
    films: int
    url: str = ""
    dice: random.Random = field(default_factory=lambda: random.Random(20261123))

    @property
    def archive(self) -> Path:
        return self.yard.folder / "archive"

    @contextmanager
    def at_work(self, script: str, *more: object) -> Iterator["subprocess.Popen[str]"]:
        passphrase = (self.yard.folder / "pw").read_text().strip()
        given = [str(self.archive), passphrase, self.yard.path("models"), str(LEASE_MS), *map(str, more)]
        process = self.yard.start(*given, prefix=[sys.executable, "-c", script])
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.yard.assert_all_dead(process.pid)

    def attending(self, workers: int) -> AbstractContextManager["subprocess.Popen[str]"]:
        return self.at_work(ATTEND, workers, self.url)

    def attend_to_the_end(self, workers: int = 2) -> None:
        with self.attending(workers) as process:
            ended = self.yard.end(process)
        assert ended.status == 0, ended.err

    @contextmanager
    def catalogue(self) -> Iterator[Catalogue]:
        with Catalogue.open(self.url or f"sqlite:///{self.archive}/catalogue.db") as opened:
            yield opened

    def assert_all_is_done_and_kept_once(self) -> None:
        with self.catalogue() as catalogue, catalogue.reading() as connection:
            found = connection.execute(select(job.c.task, job.c.state, func.count()).group_by(job.c.task, job.c.state))
            counts = {(task, state): count for task, state, count in found if task in TASKS}
            assert counts == {(task, "done"): self.films for task in TASKS}
            assert grid.states(connection) == {"opened": self.films}
            events = connection.execute(select(outbox.c.id, outbox.c.kind, outbox.c.subject, outbox.c.leaf_index)).all()
            made = connection.execute(select(derived.c.clip, derived.c.kind, derived.c.number)).all()
            shots = connection.execute(select(segment.c.clip).where(segment.c.kind == "shot")).scalars().all()
            assert Counter(shots) == dict.fromkeys(shots, 1)
            faces = connection.execute(select(func.count(face_count.c.clip.distinct()))).scalar()
            assert len(set(shots)) == faces == self.films
        assert Counter(kind for _, kind, _ in made) == dict.fromkeys(
            ("metadata", "view", "poster", "sheet", "pictures", "still", "waveform", "landmarks"), self.films
        )
        assert len(set(made)) == len(made)
        said = Counter((kind, subject) for _, kind, subject, _ in events)
        assert {one: count for one, count in said.items() if one[0] in ONCE and count != 1} == {}
        assert sum(count for (kind, _), count in said.items() if kind == "derived") == len(made)
        self._assert_logged({number: place for number, _, _, place in events})

    def _assert_logged(self, places: dict[int, int | None]) -> None:
        """Every event stands in the log once, where the catalogue believes it; and the log verifies."""
        lines = (self.archive / "log" / "records.jsonl").read_bytes().splitlines()
        details = [(index, parse_record(line).event.detail) for index, line in enumerate(lines)]
        logged = [(int(match[1]), at) for at, text in details if (match := re.search(f"{NUMBERED}(\\d+)$", text))]
        assert len(logged) == len(places)
        assert dict(logged) == places
        self.yard.assert_archive_agrees()

    def assert_nothing_plain_is_left(self) -> None:
        assert list((self.archive / "work").rglob("*")) == []


def until(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.02)


def members(session: int) -> dict[int, str]:
    """The processes of a session that live, and what each is: holder, worker or jail."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (it := _process(int(entry), session)):
            found[int(entry)] = it
    return found


def _process(number: int, session: int) -> str:
    try:
        name, _, rest = Path("/proc", str(number), "stat").read_text().partition("(")[2].rpartition(") ")
    except OSError:
        return ""
    state, parent, _, its_session = rest.split()[:4]
    if int(its_session) != session or state in "ZX":
        return ""
    if number == session:
        return "holder"
    return "worker" if int(parent) == session and name.startswith("python") else "jail"


def busy(catalogue: Catalogue, workers: set[int], task: str) -> int:
    """One of these workers that is in the middle of such a job, or 0."""
    with catalogue.reading() as connection:
        running = connection.execute(select(job.c.worker).where(job.c.state == "running", job.c.task == task))
        numbers = {int(name.split("-")[1]) for name in running.scalars()}
    return next(iter(numbers & workers), 0)


@pytest.mark.deep
def test_workers_of_three_machines_share_the_jobs_and_one_that_is_killed_in_the_middle_loses_none(
    desk: Desk,
    postgresql: str,  # noqa: F811
) -> None:
    desk.url = postgresql
    with desk.attending(1) as holder, desk.catalogue() as catalogue:
        until(lambda: _is_admitted(catalogue, desk.films))
        with desk.at_work(JOIN, 1) as first, desk.at_work(JOIN, 1) as second:
            until(lambda: busy(catalogue, set(members(second.pid)), "viewing") > 0)
            until(lambda: busy(catalogue, set(members(first.pid)), "viewing") > 0)
            for process in members(first.pid):  # the machine lost its power
                os.kill(process, signal.SIGKILL)
            ended = desk.yard.end(holder)
    assert ended.status == 0, ended.err

    desk.assert_all_is_done_and_kept_once()
    desk.attend_to_the_end()  # as the next morning, when what died is cleared away
    desk.assert_nothing_plain_is_left()


@pytest.mark.parametrize("desk", [4], indirect=True)
def test_who_opens_the_archive_beside_joined_workers_takes_nothing_from_them_and_ctrl_c_ends_them(
    desk: Desk,
    postgresql: str,  # noqa: F811
) -> None:
    desk.url = postgresql
    with desk.attending(1) as holder, desk.catalogue() as catalogue:
        until(lambda: _is_admitted(catalogue, desk.films))
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        command = [*desk.yard.archive("desk", "work", "--join"), "--models", desk.yard.path("models"), "--workers", "2"]
        with desk.yard.start(*command) as joined:
            try:
                until(lambda: busy(catalogue, set(members(joined.pid)), "viewing") > 0)
                for _ in range(3):
                    desk.yard.assert_archive_agrees(beside_workers=True)  # clears away what the dead left
                until(lambda: _ended(catalogue) == desk.films * len(TASKS))
            finally:
                joined.send_signal(signal.SIGINT)
                ended = desk.yard.end(joined)
    assert (ended.status, "Run it again" in ended.err) == (Exit.INTERRUPTED, True)
    desk.assert_nothing_plain_is_left()
    desk.attend_to_the_end()

    desk.assert_all_is_done_and_kept_once()


def test_kills_of_workers_and_of_what_runs_in_the_jail_lose_nothing(desk: Desk) -> None:
    killed: Counter[str] = Counter()
    began = time.monotonic()
    while killed.total() < KILLS:
        with desk.attending(2) as holder:
            until((desk.archive / "catalogue.db").exists)
            while killed.total() < KILLS and holder.poll() is None:
                time.sleep(desk.dice.uniform(0, 0.25))
                kill_one(desk, holder.pid, killed)
                if killed.total() % 10 == 0:
                    forgive(desk)
    print(f"\n{dict(killed)} in {time.monotonic() - began:.0f} s")
    forgive(desk)
    desk.attend_to_the_end()

    desk.assert_all_is_done_and_kept_once()
    desk.assert_nothing_plain_is_left()


def kill_one(desk: Desk, session: int, killed: "Counter[str]") -> None:
    """Kill one process: of the jail's or the workers, rarely the one that holds the archive."""
    found = members(session)
    kind = desk.dice.choices(["jail", "worker", "holder"], [50, 45, 5])[0]
    chosen = [number for number, its in found.items() if its == kind]
    with contextlib.suppress(ProcessLookupError):  # it ended by itself
        if chosen:
            one = desk.dice.choice(chosen)
            handle = os.pidfd_open(one)
            with open(handle):
                if _process(one, session) == kind:  # and not another that got its number
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    killed[kind] += 1


def forgive(desk: Desk) -> None:
    """As if time passed, and an editor had asked anew for what failed: a job dies three times at most by itself."""
    with desk.catalogue() as catalogue, catalogue.writing(1) as change:
        for one in jobs.listed(change.connection, "failed", limit=1000):
            jobs.again(change, one.id)
        change.connection.execute(update(job).values(failures=0, deaths=0, not_before_ms=0))


def _is_admitted(catalogue: Catalogue, films: int) -> bool:
    with catalogue.reading() as connection:
        return sum(grid.states(connection).values()) == films


def _ended(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        counts = jobs.counts(connection)
    return sum(count for (task, state), count in counts.items() if task in TASKS and state in {"done", "failed"})
