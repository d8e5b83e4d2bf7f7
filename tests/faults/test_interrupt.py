"""Ctrl-C at any moment: exit status 130, no traceback, and nothing in the way of the next run."""

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from depth import often
from jebi.errors import Exit

if TYPE_CHECKING:
    import subprocess

    from faults.conftest import Ended, Yard

MOMENTS = often(8, 4)
SOON = 60  # seconds from Ctrl-C to the end, or of the little that is left, by which it hangs
STOPPED = {Exit.INTERRUPTED, -signal.SIGINT}  # a shell shows 130 for both; the second while Python starts or ends
SEAL = ("field", "seal", "card", "--onto", "s1", "s2", "--survive", "0", "--kit", "kit")


def interrupt(yard: "Yard", delay: float, *arguments: str, times: int = 1) -> "Ended":
    """Press Ctrl-C some seconds after Python began to load jebi: every process of the terminal hears it."""
    process = yard.start(*arguments)
    while "cryptography" not in maps(process) and process.poll() is None:
        time.sleep(0.002)
    time.sleep(delay)
    for _ in range(times):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.01)
    process.wait(SOON)
    ended = yard.end(process)
    yard.kills += ended.status in STOPPED
    assert ended.status in {Exit.DONE, *STOPPED}, ended
    assert "Traceback" not in ended.err, ended.err
    assert "KeyboardInterrupt" not in ended.err, ended.err
    if ended.status in STOPPED and ended.err:
        assert "nothing was lost" in ended.err
    yard.assert_all_dead(process.pid)
    return ended


def maps(process: "subprocess.Popen[str]") -> str:
    try:
        return Path(f"/proc/{process.pid}/maps").read_text()
    except OSError:
        return ""


@pytest.mark.parametrize("times", [1, 3], ids=["once", "three times by an impatient hand"])
def test_sealing_that_is_interrupted_leaves_nothing_in_the_way(yard: "Yard", times: int) -> None:
    kit = (yard.folder / "kit").read_bytes()
    usual = yard.seconds(*SEAL)
    for turn in range(MOMENTS):
        for name in ("s1", "s2"):
            (yard.folder / name).unlink(missing_ok=True)
        (yard.folder / "kit").write_bytes(kit)
        ended = interrupt(yard, usual * turn / MOMENTS, *SEAL, times=times)
        finished = [name for name in ("s1", "s2") if (yard.folder / name).exists()]
        if ended.status in STOPPED and not finished:
            left = {name for name in os.listdir(yard.folder) if name.endswith((".part", ".new"))}
            assert times > 1 or left == set()
            yard.called(*SEAL)
        yard.assert_restored("s1", "s2")
    assert yard.kills >= MOMENTS // 3
    print(f"\n{yard.kills} of {MOMENTS} runs of the sealing were interrupted")


def test_receiving_that_is_interrupted_goes_on_with_the_next_run(yard: "Yard") -> None:
    yard.done(*SEAL)
    receive = yard.archive("desk", "receive", "--plain", "s1", "s2")
    usual = yard.seconds(*receive)
    for turn in range(MOMENTS):
        for folder in ("parcels", "clips"):
            yard.empty(f"archive/{folder}")
        interrupt(yard, usual * turn / MOMENTS, *receive)
        left = [path for path in (yard.folder / "archive").rglob("*") if path.name.endswith(".part")]
        assert left == []
        yard.assert_restored("s1", "s2")
        yard.assert_archive_agrees()
    assert yard.kills >= MOMENTS // 3
    print(f"\n{yard.kills} of {MOMENTS} runs of receiving were interrupted")


def test_joining_that_is_interrupted_leaves_nothing_in_the_way(yard: "Yard") -> None:
    yard.done(*SEAL)
    (yard.folder / "spool").mkdir()
    join = ["relay", "join", "s1", "s2", "--onto", "r1", "r2", "--survive", "0", "--route", "route", "--spool", "spool"]
    usual = yard.seconds(*join)
    for turn in range(MOMENTS):
        for name in ("r1", "r2"):
            (yard.folder / name).unlink(missing_ok=True)
        interrupt(yard, usual * turn / MOMENTS, *join)
        assert os.listdir(yard.folder / "spool") == []
        assert [name for name in os.listdir(yard.folder) if name.endswith(".part")] == []
        if not (yard.folder / "r1").exists():
            yard.called(*join)
        yard.assert_restored("r1", "r2")
    print(f"\n{yard.kills} of {MOMENTS} runs of joining were interrupted")
