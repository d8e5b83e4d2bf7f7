"""A tool at work in the jail: what comes out of its pipes, what it costs, and how it ended (docs/formats/jail.md).

One thread moves everything: whoever waits for one pipe moves the others along, and every half second looks at the budget.
When a tool ended, its exit status decides whose fault that was: the footage's, the budget's or this machine's.

Invariants: what comes out, what it costs and how long it stands still are bounded by the budget; a tool that dies of what
no decoder does is called a possible attack; what it said is cleaned before anybody sees it.
It never starts or kills a tool, and never limits how long a job takes that goes on: honest large files take long.
Peak: what is read at once, and `HELD` bytes for each pipe that nobody reads in the meantime.
"""

import contextlib
import os
import re
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jebi.errors import Damaged, Unable
from jebi.media import confinement
from jebi.media.bubblewrap import Process

WATCH: Final = 0.5  # seconds between two looks at what the tool costs, and at whether it should stop
PIECE: Final = 1 << 20  # bytes that are moved at once
CRUMB: Final = 1 << 16  # bytes; what is smaller is joined to what came before
HELD: Final = 64 << 20  # bytes of a pipe that are kept while another is read: ten frames of 4K, half an hour of speech
MOST_WORDS: Final = 4096  # bytes of what a tool says about itself that are kept
LEAST_WORK: Final = 0.01  # of a stall's time on a processor, or
LEAST_MOVED: Final = 4096  # bytes: whoever does less in it stands still, though it may twitch or drip
ENDED_BY: Final = 128  # and the number of a signal: how bubblewrap reports a tool that died of one
MEMORY_IS_OUT: Final = re.compile(rb"annot allocate memory|ut of memory|bad_alloc|failed to map segment", re.IGNORECASE)
KERNEL: Final = (  # a setting of the kernel, the value with which no jail can be built, and what it means
    ("user/max_user_namespaces", "0", "this machine allows no user namespaces"),
    ("kernel/unprivileged_userns_clone", "0", "users may make no namespaces"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor lets bubblewrap make no namespaces"),
)
DOCTOR: Final = "jebi doctor looks what is missing"


class TooCostly(Damaged):
    """The footage asked for more than it may cost. `words` is what the tool said, cleaned; it comes from the footage."""

    def __init__(self, what: str, *, hint: str = "", words: str = "") -> None:
        super().__init__(what, hint=hint)
        self.words = words


class Undecodable(Damaged):
    """The tool could make nothing of the footage. `words` is what it said, cleaned; it comes from the footage."""

    def __init__(self, what: str, *, hint: str = "", words: str = "") -> None:
        super().__init__(what, hint=hint)
        self.words = words


class Stopped(Unable):
    """It was asked to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one run may cost.

    Args:
        processor: seconds of processor time, of all threads together.
        memory: bytes of address space; what libraries map counts, too: ffmpeg maps 400 MB before it begins.
        stall: seconds in which nothing comes out and no processor time is used, while somebody waits for it.
        output: bytes that may come out of all pipes together.
    """

    processor: float
    memory: int
    stall: float
    output: int

    def __post_init__(self) -> None:
        if min(self.processor, self.memory, self.stall, self.output) <= 0:
            raise ValueError("a budget is positive")


class Stream:
    """What comes out of one pipe. Neither one stream nor two of the same run are for two threads at once."""

    def __init__(self, run: "Confined", file: int) -> None:
        self.file = file
        self.is_open = True
        self.waiting = 0  # bytes that can be read without waiting
        self._run = run
        self._pieces: deque[bytes | bytearray] = deque()
        self._taken = 0  # bytes of the first piece

    def read(self, n: int) -> bytes:
        """The next n bytes; fewer only where the pipe ends.

        Raises:
            TooCostly: a budget ran out.
            Stopped: it was asked to stop.
            Unable: another pipe is full, and the tool waits for somebody to read that.
        """
        while self.waiting < n and self.is_open:
            self._run.step(self)
        return self._take(min(n, self.waiting))

    def keep(self, piece: bytes) -> None:
        """Add what came. Crumbs are swept together: a tool may write byte by byte, and a million objects are large."""
        self.waiting += len(piece)
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, bytearray) and len(last) < CRUMB:
            last += piece
        else:
            self._pieces.append(piece if len(piece) >= CRUMB else bytearray(piece))

    def drop(self) -> None:
        """Forget what nobody read."""
        self._pieces.clear()
        self.waiting = self._taken = 0

    def _take(self, n: int) -> bytes:
        taken = []
        self.waiting -= n
        while n:
            part = memoryview(self._pieces[0])[self._taken : self._taken + n]
            taken.append(part)
            n -= len(part)
            self._taken += len(part)
            if self._taken == len(self._pieces[0]):
                self._pieces.popleft()
                self._taken = 0
        return b"".join(taken)


class Confined:
    """A tool at work in the jail; made by `Jail.start`. Whoever waits for one stream moves the others along."""

    def __init__(
        self,
        process: Process,
        *,
        budget: Budget,
        outputs: Sequence[int],
        words: int,
        feed: "Feed | None",
        can_stop: Callable[[], bool] | None,
    ) -> None:
        self._process = process
        self._budget = budget
        self._streams = [Stream(self, file) for file in outputs]
        self._words = Stream(self, words)
        self._feed = feed
        self._can_stop = can_stop
        self._said = b""
        self._came = self._moved = 0  # bytes: out of the jail; in either direction
        self._looked = time.monotonic()
        self._still = 0.0  # seconds that somebody waited since it was last seen to do something
        self._then = (0, 0.0)  # bytes moved and processor time used by then
        self.stdout = self._streams[0]
        self.pipes = tuple(self._streams[1:])

    def finish(self) -> str:
        """Wait until the tool has ended well, and return the last 4 KiB of what it said, cleaned of control characters.

        What nobody read until now is forgotten.

        Raises:
            TooCostly: a budget ran out.
            Undecodable: the tool failed on what it was given.
            Stopped: it was asked to stop.
            Unable: this machine failed.
        """
        while self._is_open() or not self._process.has_ended():
            for stream in self._streams:
                stream.drop()
            self.step()
        self._judge()
        return _cleaned(self._said)

    def step(self, wanted: Stream | None = None) -> None:
        """Wait a little for what comes, move it, and look at the budget. For `Stream.read` and `finish`."""
        open_now = [stream for stream in (*self._streams, self._words) if stream.is_open]
        room = {stream.file: stream for stream in open_now if stream is wanted or stream.waiting < HELD}
        poll, since = select.poll(), time.monotonic()
        for file in (*room, self._process.handle):
            poll.register(file, select.POLLIN)
        if self._feed and self._feed.is_open:
            poll.register(self._feed.file, select.POLLOUT)
        ready = [file for file, _ in poll.poll(WATCH * 1000)]
        self._still += time.monotonic() - since
        for file in ready:
            if file in room:
                self._receive(room[file])
            elif self._feed and file == self._feed.file:
                self._moved += self._feed.give()
        if ready == [self._process.handle]:  # it ended, and nothing is left in its pipes, whoever still holds them
            for stream in room.values():
                stream.is_open = False
        self._look(is_full=len(room) < len(open_now))

    def _is_open(self) -> bool:
        return any(stream.is_open for stream in (*self._streams, self._words))

    def _receive(self, stream: Stream) -> None:
        piece = os.read(stream.file, PIECE)
        stream.is_open = bool(piece)
        self._came += len(piece)
        self._moved += len(piece)
        if stream is self._words:
            self._said = (self._said + piece)[-MOST_WORDS:]
        else:
            stream.keep(piece)
        if self._came > self._budget.output:
            raise self._too_costly(f"it gives more than the {self._budget.output} bytes that may come of it")

    def _look(self, *, is_full: bool) -> None:
        """Every half second: should it stop, and what does it cost?"""
        if time.monotonic() < self._looked + WATCH:
            return
        self._looked = time.monotonic()
        if self._can_stop and self._can_stop():
            raise Stopped("it was stopped before it was done", hint="run it again")
        used, threads = self._process.used()
        if used > self._budget.processor:
            raise self._processor_ran_out()
        if threads > confinement.THREADS:  # where the kernel does not count those of root
            raise self._too_costly(f"it starts more than {confinement.THREADS} threads")
        if self._moved - self._then[0] >= LEAST_MOVED or used - self._then[1] >= LEAST_WORK * self._budget.stall:
            self._still, self._then = 0.0, (self._moved, used)
        elif self._still > self._budget.stall and not self._process.is_held_back():
            if is_full:
                raise Unable(
                    "a tool in the jail waits for somebody to read it", hint="this is a mistake in jebi itself"
                )
            raise self._too_costly(f"it did nothing for {self._budget.stall:g} seconds")

    def _judge(self) -> None:
        """Why the tool ended, unless it ended well."""
        used, code = self._process.end(), self._process.code()
        words = _cleaned(self._said)
        if code == 0:
            return
        if code is None:
            raise Unable(_why_no_jail(words), hint=DOCTOR)
        if code == ENDED_BY + signal.SIGSYS:
            raise Undecodable(
                "the footage made its tool do what no decoder does, and the jail ended it",
                hint="this may be an attack: open this footage nowhere else, and have it examined",
                words=words,
            )
        if code in {ENDED_BY + signal.SIGXCPU, ENDED_BY + signal.SIGKILL} and used > self._budget.processor:
            raise self._processor_ran_out()
        if code == ENDED_BY + signal.SIGKILL:
            raise Unable(
                "the kernel ended a tool in the jail: memory is short", hint="free some memory, then run it again"
            )
        if MEMORY_IS_OUT.search(self._said):
            raise self._too_costly(f"it needs more than {self._budget.memory} bytes of memory")
        raise Undecodable("nothing can be made of it: it is damaged, or of no kind that is known here", words=words)

    def _processor_ran_out(self) -> TooCostly:
        return self._too_costly(f"it needs more than {self._budget.processor:g} seconds of processor time")

    def _too_costly(self, what: str) -> TooCostly:
        return TooCostly(what, hint="allow it more, or leave it out", words=_cleaned(self._said))


class Feed:
    """What goes into the tool's standard input, as fast as it takes it."""

    def __init__(self, file: int, pieces: Iterable[bytes]) -> None:
        os.set_blocking(file, False)
        self.file = file
        self.is_open = True
        self._pipe = open(file, "wb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def give(self) -> int:
        """Write what fits; returns how many bytes did. At the end of the pieces, or of the tool, the pipe is closed."""
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
            given = os.write(self.file, self._rest[:PIECE])
        except BlockingIOError:
            return 0
        except (StopIteration, BrokenPipeError):  # a tool may well know enough before it has read everything
            self.close()
            return 0
        self._rest = self._rest[given:]
        return given

    def close(self) -> None:
        """Tell the tool that there is no more."""
        self.is_open = False
        self._pipe.close()


def _cleaned(words: bytes) -> str:
    """Without what would steer a terminal or turn a line round."""
    text = words.decode(errors="replace").replace("\r", "\n")
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text).strip()


def _why_no_jail(words: str) -> str:
    """What bubblewrap said, or which feature of the kernel it missed."""
    for setting, off, what in KERNEL:
        with contextlib.suppress(OSError):
            if Path("/proc/sys", setting).read_text(encoding="ascii").strip() == off:
                return f"the jail could not be built: {what} ({setting.replace('/', '.')} is {off})"
    return f"the jail could not be built: {words.splitlines()[0] if words else 'bubblewrap ended without a word'}"
