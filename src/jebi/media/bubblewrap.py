"""Starts one tool under bubblewrap, lays limits on it before it begins, and ends it.

bubblewrap builds the frame that `confinement.frame` describes, and stops at a gate. While it waits there the limits are laid
on the process that is to become the tool; then the gate opens. It says on a pipe of its own which process that is, and how
it ended, so that neither is believed from what the tool prints.

All of it is one process group, which the tool cannot leave, with a keeper in it: a shell that waits until a pipe of ours
ends, as it does however we end, and then kills the group.

Invariants: nothing that this process has open enters the jail but what is handed over; the tool and bubblewrap are dead and
reaped when our `Files` are closed, and dead soon after us however we end, even while the jail is being built.
(bubblewrap's own --die-with-parent has holes there, and means the thread.) It never looks at what goes through the pipes.
Peak: nothing that grows.
"""

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from jebi.media.confinement import PROGRAMS

PIPE_SIZE: Final = 1 << 20  # bytes; the largest pipe that a user may have
LONGEST_STATUS: Final = 4096  # bytes; bubblewrap says two short lines
PATIENCE: Final = 5.0  # seconds for bubblewrap to end after the tool was killed; it takes a thousandth
OUR_FIRST: Final = 100  # file descriptors from here on are ours, so that those of the tool are free to be set


class Files(contextlib.ExitStack):
    """File descriptors that are closed together, moved out of the way of those that the tool gets."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[int] = []

    def own(self, file: int) -> int:
        """Take a descriptor in, under a new number."""
        try:
            moved = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, OUR_FIRST)
        finally:
            os.close(file)
        self.callback(os.close, moved)
        self.numbers.append(moved)
        return moved


class Process:
    """bubblewrap, and the tool inside it."""

    def __init__(self, popen: "subprocess.Popen[bytes]", status: int, ours: Files) -> None:
        self._popen = popen
        self._status = status
        self._used = (0.0, 1)
        self.tool = self._tool_handle = -1
        try:
            self.handle = ours.own(os.pidfd_open(popen.pid))
        except OSError:
            popen.kill()
            popen.wait()
            raise
        ours.callback(self.end)  # before anything that is open is closed

    def meet(self) -> bool:
        """Learn which process the tool is going to be. False when bubblewrap failed before there was one."""
        said = b""
        while (
            not said.endswith(b"\n") and len(said) < LONGEST_STATUS and (piece := os.read(self._status, LONGEST_STATUS))
        ):
            said += piece
        if not said.endswith(b"\n"):
            return False
        self.tool = json.loads(said)["child-pid"]
        try:
            self._tool_handle = os.pidfd_open(self.tool)
            if int(_stat(self.tool)[1]) == self._popen.pid:
                return True
        except (ProcessLookupError, FileNotFoundError):
            pass  # bubblewrap failed, and says why
        self._forget_tool()  # its number may be somebody else's by now
        return False

    def limit(self, limits: Mapping[int, int]) -> None:
        """Lay limits on the tool, which has not begun."""
        for kind, most in limits.items():
            resource.prlimit(self.tool, kind, (most, most))

    def has_ended(self) -> bool:
        """Whether bubblewrap ended, which outlives the tool."""
        return _is_ready(self.handle)

    def used(self) -> tuple[float, int]:
        """Seconds of processor time, and threads; when it has ended, what was known last."""
        with contextlib.suppress(OSError):
            if self._tool_handle >= 0 and not _is_ready(self._tool_handle):
                fields = _stat(self.tool)
                self._used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(fields[17])
        return self._used

    def is_held_back(self) -> bool:
        """Whether it would go on, or end, if only a busy machine let it: it wants a processor or waits for a disk."""
        if self._tool_handle < 0 or _is_ready(self._tool_handle):
            return True
        try:
            tasks = [_stat(f"{self.tool}/task/{task}") for task in os.listdir(f"/proc/{self.tool}/task")]
        except OSError:  # a thread ended while we looked
            return True
        return any(task[0] in {b"R", b"D"} for task in tasks)

    def end(self) -> float:
        """Kill and reap what still runs; returns the processor time it used."""
        if self._popen.returncode is None:
            if self._tool_handle >= 0:
                _kill(self._tool_handle)
                _is_ready(self.handle, PATIENCE)  # bubblewrap reaps the tool, says how it ended, and ends
                self._forget_tool()
            _kill(self.handle)
            _, status, used = os.wait4(self._popen.pid, 0)
            self._popen.returncode = os.waitstatus_to_exitcode(status)
            self._used = used.ru_utime + used.ru_stime, 0
        return self._used[0]

    def code(self) -> int | None:
        """The tool's exit code after its end; None when bubblewrap never came to begin it, or was killed itself."""
        said = os.read(self._status, LONGEST_STATUS)
        return json.loads(said)["exit-code"] if said else None

    def _forget_tool(self) -> None:
        if self._tool_handle >= 0:
            os.close(self._tool_handle)
            self._tool_handle = -1


def begin(
    frame: Sequence[str],
    command: Sequence[str],
    ours: Files,
    theirs: Files,
    *,
    standard: tuple[int, int, int],
    pipes: Sequence[int],
    limits: Mapping[int, int],
) -> Process:
    """Start bubblewrap, lay the limits on the tool before it begins, and let it begin. May raise `OSError`."""
    status, its_status = pipe(ours, theirs)
    its_gate, gate = pipe(theirs, ours)
    frame = [*frame, "--json-status-fd", str(its_status), "--block-fd", str(its_gate), "--"]
    # Descriptors keep their numbers on the way through bubblewrap. A shell gives the pipes those that the tool expects,
    # and closes them under their old ones. It sees, too, whether we still live: the keeper's kill may be over already.
    renumbered = "".join(f" {number}>&{file} {file}>&-" for number, file in enumerate(pipes, 3))
    group = _keeper(ours)
    popen = subprocess.Popen(
        [
            f"{PROGRAMS}/bash",
            "-c",
            f'[ $PPID = {os.getpid()} ] && exec "$@"{renumbered}',
            "jail",
            f"{PROGRAMS}/bwrap",
            *frame,
            *command,
        ],
        stdin=standard[0],
        stdout=standard[1],
        stderr=standard[2],
        pass_fds=set(theirs.numbers) - set(standard),
        cwd="/",
        env={},
        process_group=group,  # and Ctrl-C, which goes to our own, is ours to answer
    )
    process = Process(popen, status, ours)
    theirs.close()
    if process.meet():
        with contextlib.suppress(ProcessLookupError, BrokenPipeError):  # it failed on its way to the gate, and said why
            process.limit(limits)
            os.write(gate, b"!")
    return process


def _keeper(ours: Files) -> int:
    """Start a process group that ends when `ours` are closed, or when we are no more; returns its number."""
    with Files() as its:
        life, _ = pipe(its, ours)
        keeper = subprocess.Popen(
            [f"{PROGRAMS}/sh", "-c", "read end; kill -KILL 0"],
            stdin=life,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            process_group=0,
        )

    def end() -> None:
        os.killpg(keeper.pid, signal.SIGKILL)
        keeper.wait()

    ours.callback(end)
    return keeper.pid


def pipe(reader: Files, writer: Files) -> tuple[int, int]:
    """A pipe: the end that is read, and the one that is written."""
    reading, writing = os.pipe()
    with contextlib.ExitStack() as failed:
        failed.callback(os.close, writing)
        reading = reader.own(reading)
        failed.pop_all()
    with contextlib.suppress(OSError):  # a user may have too many already; then it stays small
        fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    return reading, writer.own(writing)


def filled(content: bytes, theirs: Files) -> int:
    """A descriptor from which `content` is read."""
    file = os.memfd_create("jail")
    os.write(file, content)
    os.lseek(file, 0, os.SEEK_SET)
    return theirs.own(file)


def _stat(process: int | str) -> list[bytes]:
    """What the kernel tells of a process or thread, from its state on; see proc(5)."""
    return (
        Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    )  # the name before it is the tool's to choose


def _kill(handle: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)


def _is_ready(file: int, seconds: float = 0.0) -> bool:
    poll = select.poll()  # select(2) knows no descriptor above 1023
    poll.register(file, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
