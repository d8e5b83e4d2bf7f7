"""Runs the tools that decode footage where they can do no harm: bubblewrap, seccomp, limits (docs/formats/jail.md).

    jail = Jail.find()
    with jail.start(["ffprobe", "-of", "json", "-show_format", "/in/footage"], budget=budget, footage=path) as run:
        answer = run.stdout.read(LIMIT)
        run.finish()

Inside there are the tool, its libraries and the footage, all read-only; no network, no /proc, no home, no environment, no
place to write, and nobody else. Only bytes come out, through pipes. They are as hostile as the footage: what reads them
believes nothing. Footage that takes over its tool can make it lie about this footage; for more it needs a hole in the
kernel, through one of the few calls that are left.

Invariants: who leaves the `with` block leaves no process behind, whatever happened; the footage is what was opened here, and
its name never enters; a tool that it does not know is not run.
It never judges what a run costs or why it ended: `jebi.media.run` does.
Peak: the seccomp program, some kilobytes.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Self

from jebi.errors import Damaged, Unable
from jebi.media import confinement
from jebi.media.bubblewrap import Files, begin, filled, pipe
from jebi.media.confinement import PROGRAMS
from jebi.media.run import DOCTOR, Budget, Confined, Feed

PACKAGES: Final = {  # program: the Debian package that brings it
    "bash": "bash",
    "bwrap": "bubblewrap",
    "exiftool": "libimage-exiftool-perl",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "perl": "perl",
    "tesseract": "tesseract-ocr",
}
TRIAL: Final = Budget(processor=5, memory=1 << 30, stall=10, output=4096)  # for a tool that says one word


class Jail:
    """Where tools run that touch footage. One is enough for a process; nothing is kept between two runs."""

    def __init__(self) -> None:
        self._filter = confinement.seccomp_program()

    @classmethod
    def find(cls) -> Self:
        """The jail that this machine offers, tried.

        Raises:
            Unable: a program or a feature of the kernel is missing; it is named.
        """
        missing = [program for program in PACKAGES if not os.access(f"{PROGRAMS}/{program}", os.X_OK)]
        if missing:
            packages = " ".join(sorted({PACKAGES[program] for program in missing}))
            raise Unable(
                f"footage cannot be opened here: {', '.join(missing)} missing", hint=f"apt-get install {packages}"
            )
        jail = cls()
        try:
            with jail.start(["perl", "-e", "print 7"], budget=TRIAL) as run:
                answer = run.stdout.read(2)
                run.finish()
        except Damaged as error:  # it was no footage that failed
            raise Unable("a tool that works outside the jail fails inside it", hint=DOCTOR) from error
        if answer != b"7":
            raise Unable("a tool says something else inside the jail than outside", hint=DOCTOR)
        return jail

    @contextlib.contextmanager
    def start(
        self,
        command: Sequence[str],
        *,
        budget: Budget,
        footage: str | None = None,
        library: str | None = None,
        stdin: bytes | Iterable[bytes] | None = None,
        pipes: int = 0,
        can_stop: Callable[[], bool] | None = None,
    ) -> Iterator[Confined]:
        """Run a tool inside while the `with` block lasts; leaving it kills what still runs.

        Args:
            command: one of `confinement.TOOLS`, and its arguments.
            budget: what it may cost.
            footage: a file of the host; inside it is `/in/footage`, whatever its name.
            library: a file of ours that the tool loads; inside it is `/in/library`.
            stdin: what the tool reads there; an iterable is drawn from as the tool takes it.
            pipes: how many pipes it may write beside its standard output: descriptors 3, 4, … inside.
            can_stop: asked about every half second while somebody waits; true ends the run with `Stopped`.

        Raises:
            Damaged: the footage is no plain file.
            Unable: the jail could not be built.
        """
        tool, *arguments = command
        if tool not in confinement.TOOLS:
            raise ValueError("the jail is for the tools that it knows")
        with Files() as ours:
            with _machine(), Files() as theirs:
                (output, its_output), (words, its_words), *others = [pipe(ours, theirs) for _ in range(2 + pipes)]
                feed, its_input = _fed(stdin, ours, theirs)
                process = begin(
                    confinement.frame(
                        tool,
                        seccomp=filled(self._filter, theirs),
                        footage=None if footage is None else _opened(footage, theirs),
                        library=library,
                    ),
                    [f"{PROGRAMS}/{tool}", *arguments],
                    ours,
                    theirs,
                    standard=(its_input, its_output, its_words),
                    pipes=[its for _, its in others],
                    limits=confinement.limits(processor=budget.processor, memory=budget.memory),
                )
            outputs = [output, *(our for our, _ in others)]
            yield Confined(process, budget=budget, outputs=outputs, words=words, feed=feed, can_stop=can_stop)


def _fed(stdin: bytes | Iterable[bytes] | None, ours: Files, theirs: Files) -> tuple[Feed | None, int]:
    """What feeds the tool, and the end from which it eats."""
    if stdin is None:
        return None, theirs.own(os.open(os.devnull, os.O_RDONLY))
    its, our = os.pipe()
    feed = Feed(our, [stdin] if isinstance(stdin, bytes) else stdin)
    ours.callback(feed.close)
    return feed, theirs.own(its)


def _opened(footage: str, theirs: Files) -> int:
    """The footage, held by a descriptor: what is bound into the jail is what was looked at here, whatever its name is then."""
    try:
        file = theirs.own(os.open(footage, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise Damaged("the footage is a link, and links are not followed") from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        raise Damaged("the footage is not a plain file")
    return file


@contextlib.contextmanager
def _machine() -> Iterator[None]:
    """What the system refuses becomes `Unable`."""
    try:
        yield
    except OSError as error:
        raise Unable(
            f"the jail could not be built: {os.strerror(error.errno or errno.EIO).lower()}", hint=DOCTOR
        ) from error
