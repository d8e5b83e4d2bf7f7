"""Worker processes: real ones, that wait, fail, are killed, and outlive nobody."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.errors import Damaged, Unable
from jebi.work.crew import DEPTH, WAITING, Crew

PATIENCE = 20


def squared(number: int) -> int:
    time.sleep(0.002 * (number % 3))  # later tasks are often done earlier
    return number * number


def fail_at_three(number: int) -> int:
    if number == 3:
        raise Damaged("the third is cut off", hint="bring another")
    return number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def whose(_: int) -> int:
    time.sleep(0.02)
    return os.getpid()


@settings(max_examples=5)
@given(count=st.integers(0, 40), size=st.integers(1, 4))
def test_results_come_in_the_order_of_the_tasks_however_many_workers_there_are(count: int, size: int) -> None:
    with Crew(squared, size=size) as crew:
        assert list(crew.run(range(count))) == [number * number for number in range(count)]


def test_a_task_that_is_alone_is_done_here_and_its_error_comes_out_as_it_was() -> None:
    with Crew(whose) as crew:
        assert list(crew.run([1])) == [os.getpid()]
        assert os.getpid() not in set(crew.run(range(4)))
    with Crew(fail_at_three) as crew, pytest.raises(Damaged, match="the third is cut off"):
        list(crew.run([3]))


def test_no_more_tasks_are_drawn_than_fit() -> None:
    drawn: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(50):
            drawn.append(number)
            yield number

    with Crew(squared, size=2) as crew:
        assert crew.depth == 2 * DEPTH
        for done, _ in enumerate(crew.run(tasks()), 1):
            assert len(drawn) - done < crew.depth
    assert len(drawn) == 50


def test_there_is_one_worker_more_than_cores_and_all_of_them_work() -> None:
    with Crew(whose) as crew:
        assert crew.size == len(os.sched_getaffinity(0)) + WAITING
        pids = set(crew.run(range(crew.size * 4)))
    assert os.getpid() not in pids
    assert len(pids) > 1


def test_workers_share_what_was_open_when_they_were_made(tmp_path: Path) -> None:
    (tmp_path / "stick").write_bytes(bytes(range(100)))
    with open(tmp_path / "stick", "rb") as stick:

        def read_at(offset: int) -> bytes:
            return os.pread(stick.fileno(), 1, offset)

        with Crew(read_at, size=2) as crew:
            assert b"".join(crew.run(range(100))) == bytes(range(100))


def test_an_error_in_a_worker_comes_out_as_it_was_after_the_results_before_it() -> None:
    with Crew(fail_at_three, size=2) as crew:
        results = crew.run(range(9))
        assert [next(results), next(results), next(results)] == [0, 1, 2]
        with pytest.raises(Damaged, match="the third is cut off") as damaged:
            next(results)
    assert damaged.value.hint == "bring another"


def test_a_worker_that_is_killed_is_unable_and_no_hang() -> None:
    began = time.monotonic()
    with Crew(die_at_three, size=2) as crew, pytest.raises(Unable, match="a worker of this machine was killed"):
        list(crew.run(range(50)))
    assert time.monotonic() - began < PATIENCE


def test_a_run_that_nobody_finishes_leaves_no_worker() -> None:
    with Crew(whose, size=2) as crew:
        results = crew.run(range(100))
        pids = {next(results), next(results)}
        results.close()  # type: ignore[attr-defined]
    assert not [pid for pid in pids if is_alive(pid)]


def test_ctrl_c_is_not_for_workers() -> None:
    with Crew(whose, size=1) as crew:
        results = crew.run(range(6))
        pid = next(results)
        os.kill(pid, signal.SIGINT)
        assert set(results) == {pid}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_workers_die_with_their_parent_however_it_dies(number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert pids
        assert all(map(is_alive, pids))
        parent.send_signal(number)
        assert parent.wait(PATIENCE) == -number
        patience = time.monotonic() + PATIENCE
        while any(map(is_alive, pids)):
            assert time.monotonic() < patience
            time.sleep(0.01)


PARENT = """
import os, time
from jebi.work.crew import Crew

def work(number):
    if number < 2:
        time.sleep(0.05)
        return os.getpid()
    time.sleep(600)

with Crew(work, size=2) as crew:
    results = crew.run(range(20))
    print(next(results), next(results), flush=True)
    next(results)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
