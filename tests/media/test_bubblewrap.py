"""One tool under bubblewrap: what it gets, what it must not get, and its end."""

import contextlib
import os
import resource
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jebi.media import confinement
from jebi.media.bubblewrap import OUR_FIRST, Files, Process, begin, filled, pipe

LIMITS = {resource.RLIMIT_NOFILE: 40}


@pytest.fixture
def ours() -> Iterator[Files]:
    with Files() as files:
        yield files


def perl(ours: Files, script: str, *, frame: list[str] | None = None) -> tuple[Process, int]:
    """Start Perl in the jail; it writes to descriptor 3, of which the other end is returned, too."""
    with Files() as theirs:
        said, its = pipe(ours, theirs)
        nothing = theirs.own(os.open(os.devnull, os.O_RDWR))
        told = frame or confinement.frame("perl", seccomp=filled(confinement.seccomp_program(), theirs), footage=None)
        command = ["/usr/bin/perl", "-e", 'open $out, ">&=", 3; ' + script]
        process = begin(told, command, ours, theirs, standard=(nothing, nothing, nothing), pipes=[its], limits=LIMITS)
    return process, said


def read_all(file: int) -> bytes:
    return b"".join(iter(lambda: os.read(file, 4096), b""))


def test_descriptors_are_moved_out_of_the_way_and_closed_together() -> None:
    before = os.listdir("/proc/self/fd")
    with Files() as files:
        reading, writing = pipe(files, files)
        assert files.numbers == [reading, writing]
        assert min(files.numbers) >= OUR_FIRST
        assert not os.get_inheritable(reading)
        os.write(writing, b"through")
        assert os.read(reading, 9) == b"through"
        assert read_all(filled(b"x" * 9000, files)) == b"x" * 9000
    assert os.listdir("/proc/self/fd") == before


def test_a_tool_gets_its_pipes_and_nothing_else_that_is_open(ours: Files) -> None:
    with open("/etc/hostname", "rb") as other:
        os.set_inheritable(other.fileno(), True)
        _, said = perl(ours, 'for (0..2000) { print $out "$_ " if open $f, "<&", $_; close $f }')
        assert read_all(said).split() == [b"0", b"1", b"2", b"3"]


def test_limits_lie_on_it_before_it_begins(ours: Files) -> None:
    _, said = perl(ours, '1 while open $f[$n++], "<", "/dev/null"; print $out $n + 3')
    assert read_all(said) == b"40"


def test_how_it_ended_is_learned_from_bubblewrap(ours: Files) -> None:
    for script, code in (("exit 7", 7), ("1", 0), ("fork", 128 + 31)):
        process, said = perl(ours, script)
        read_all(said)
        assert within_seconds(process.has_ended)
        process.end()
        assert process.code() == code


def test_without_a_jail_nothing_begins_and_there_is_no_code(ours: Files) -> None:
    for frame in (["--no-such-option"], ["--ro-bind", "/no/such/folder", "/usr"]):
        process, said = perl(ours, "print $out 1", frame=frame)
        assert read_all(said) == b""
        process.end()
        assert process.code() is None


def test_its_end_is_the_end(ours: Files) -> None:
    process, _ = perl(ours, "sleep 100")
    assert is_alive(process.tool)
    process.end()
    assert not Path(f"/proc/{process.tool}").exists()
    assert process.has_ended()
    assert process.end() == process.used()[0]


def test_what_it_uses_is_seen_while_it_runs_and_known_afterwards(ours: Files) -> None:
    process, said = perl(ours, "1 while (times)[0] < 0.1; syswrite $out, 'x'; sleep 100")
    os.read(said, 1)
    used, threads = process.used()
    assert (used >= 0.1, threads) == (True, 1)
    assert process.end() >= 0.1


def test_a_tool_that_wants_to_go_on_is_told_from_one_that_sleeps(ours: Files) -> None:
    spinning, _ = perl(ours, "1 while 1")
    sleeping, _ = perl(ours, "sleep 100")
    ended, _ = perl(ours, "1")
    assert within_seconds(spinning.is_held_back)
    assert within_seconds(lambda: not sleeping.is_held_back())
    assert within_seconds(ended.is_held_back)


@pytest.mark.parametrize("milliseconds", range(0, 30, 2))
def test_nothing_is_left_when_who_started_it_is_killed(ours: Files, milliseconds: int) -> None:
    """Killed while the jail is being built, or later."""
    mark = secrets.token_hex()
    starter = os.fork()
    if not starter:
        with contextlib.suppress(BaseException):
            perl(ours, f"sleep 1000 while '{mark}'")
            signal.pause()
        os._exit(1)
    time.sleep(milliseconds / 1000)
    os.kill(starter, signal.SIGKILL)
    os.waitpid(starter, 0)
    assert within_seconds(lambda: not is_anywhere(mark))


def is_anywhere(mark: str) -> bool:
    """On the command line of a process; that of a dead one is empty."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                return True
    return False


def is_alive(process: int) -> bool:
    """Whoever adopts orphans may take his time to reap them."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def within_seconds(claim: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not claim() and time.monotonic() < until:
        time.sleep(0.01)
    return claim()
