"""Each worker has a bench of its own; those of the dead are cleared, those of the living never."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jebi.office import benches
from jebi.office.benches import LOCK, Bench

AT_WORK = """
import sys
from jebi.office.benches import Bench
bench = Bench(sys.argv[1])
open(bench.path("film"), "w").write("plain")
print(bench.folder, flush=True)
sys.stdin.read()
"""
CROWD = """
import sys
from jebi.office.benches import Bench
for _ in range(100):
    bench = Bench(sys.argv[1])
    open(bench.path("film"), "w").write("plain")
    open(bench.path("film")).close()
    bench.clear()
"""


@contextmanager
def at_work(work: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A worker in a process of its own, and its bench."""
    command = [sys.executable, "-c", AT_WORK, str(work)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        yield worker, Path(worker.stdout.readline().strip())
        worker.kill()


def test_a_bench_is_for_its_owner_alone_and_cleared_with_all_that_lies_on_it(tmp_path: Path) -> None:
    bench = Bench(str(tmp_path / "work"))
    Path(bench.path("film")).write_text("plain")

    assert os.stat(bench.folder).st_mode & 0o077 == 0
    bench.clear()

    assert os.listdir(tmp_path / "work") == []


def test_the_bench_of_a_worker_that_lives_is_left_alone(tmp_path: Path) -> None:
    with at_work(tmp_path) as (_, folder):
        benches.sweep(str(tmp_path))

        assert (folder / "film").read_text() == "plain"


def test_the_bench_of_a_worker_that_was_killed_is_cleared_by_the_next_that_comes(tmp_path: Path) -> None:
    with at_work(tmp_path) as (worker, folder):
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert (folder / "film").exists()

        bench = Bench(str(tmp_path))

        assert os.listdir(tmp_path) == [os.path.basename(bench.folder)]
        bench.clear()


def test_a_worker_that_was_killed_before_it_had_its_lock_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / LOCK).touch()

    benches.sweep(str(tmp_path))

    assert os.listdir(tmp_path) == []


def test_a_link_among_the_benches_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "letter").touch()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "1").symlink_to(tmp_path / "elsewhere")

    benches.sweep(str(tmp_path / "work"))

    assert os.listdir(tmp_path / "elsewhere") == ["letter"]


def test_where_there_are_no_benches_nothing_is_cleared(tmp_path: Path) -> None:
    benches.sweep(str(tmp_path / "work"))

    assert not (tmp_path / "work").exists()


def test_many_that_come_and_go_at_once_take_nothing_from_each_other(tmp_path: Path) -> None:
    crowd = [subprocess.Popen([sys.executable, "-c", CROWD, str(tmp_path)]) for _ in range(4)]

    assert [worker.wait() for worker in crowd] == [0] * 4
    assert os.listdir(tmp_path) == []
