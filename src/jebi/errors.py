"""The three ways in which jebi fails, and the exit status each one leaves behind.

`Damaged` blames what we were given, `Refused` a rule of ours, `Unable` this machine, disk or tool. Each carries one
sentence that says what is wrong and where, and a hint that says what to do next. None ever carries a key, a
passphrase or the name of a clip or a trip: an error may be photographed over somebody's shoulder.

A caller's bug is `TypeError`, `ValueError` or a failed assert instead, and is never caught.
"""

import contextlib
import errno
from collections.abc import Iterator
from enum import IntEnum

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DRIVER_DIED = {errno.ENOTCONN, errno.ECONNABORTED}  # of a file system in user space
GONE = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ESHUTDOWN, *DRIVER_DIED}
FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


class Exit(IntEnum):
    """Exit statuses, as `--help` prints them. A script must treat one it does not know as failure."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    PARTLY = 3
    NOTHING_FOUND = 10
    DAMAGED = 11
    REFUSED = 12
    UNABLE = 13
    WRONG_KEY = 14
    NO_ROOM = 15
    BUSY = 16
    INTERRUPTED = 130


EXIT_MEANINGS = {
    Exit.DONE: "done, and read back",
    Exit.UNEXPECTED: "a mistake in jebi itself",
    Exit.USAGE: "the command line is wrong",
    Exit.PARTLY: "partly: something is missing, and was named",
    Exit.NOTHING_FOUND: "nothing of ours was found there",
    Exit.DAMAGED: "what we were given is damaged",
    Exit.REFUSED: "a rule of jebi forbids it",
    Exit.UNABLE: "this machine, disk or tool could not",
    Exit.WRONG_KEY: "wrong passphrase or key",
    Exit.NO_ROOM: "not enough room",
    Exit.BUSY: "another jebi is at work there",
    Exit.INTERRUPTED: "stopped by Ctrl-C; run it again to go on",
}


class JebiError(Exception):
    """What all three families share: a sentence, a hint and an exit status. Never raised itself.

    Args:
        what: one sentence, lower case, without a full stop: what is wrong, and where.
        hint: what to do next; may be empty when the sentence already says it.
    """

    exit = Exit.UNEXPECTED

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Damaged(JebiError):
    """What we were given is not what it should be: cut off, altered, foreign or hostile."""

    exit = Exit.DAMAGED


class Refused(JebiError):
    """A rule of ours forbids it."""

    exit = Exit.REFUSED


class Unable(JebiError):
    """This machine, disk or tool could not do it."""

    exit = Exit.UNABLE


class WrongKey(Refused):
    """No key or passphrase given opens this; whether it is damaged cannot be told."""

    exit = Exit.WRONG_KEY


class NoRoom(Unable):
    """The place it should go to is too small or full."""

    exit = Exit.NO_ROOM


class Gone(Unable):
    """It was there, and went away or began to fail."""


class Busy(Unable):
    """Another jebi holds the same place."""

    exit = Exit.BUSY


class NothingFound(Damaged):
    """Nothing of ours was found in what we were given."""

    exit = Exit.NOTHING_FOUND


@contextlib.contextmanager
def failures_named(path: str, done: str) -> Iterator[None]:
    """Turn the system's errors into ours, with what could not be done and where."""
    try:
        yield
    except OSError as error:
        raise _explain(error, path, done) from error


def _explain(error: OSError, path: str, done: str) -> Unable:
    if error.errno in FULL:
        return NoRoom(f"{path} is full", hint="make room there, or name another place; then run it again")
    if error.errno in GONE:
        return Gone(
            f"{path} went away or is failing: it could not be {done}",
            hint="plug it in again, or take another stick; what was read back before is safe",
        )
    if error.errno in FORBIDDEN:
        return Unable(f"{path} could not be {done}: this user may not, or it is write-protected")
    return Unable(f"{path} could not be {done}: {(error.strerror or 'unknown error').lower()}")
