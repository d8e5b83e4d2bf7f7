"""Where workers lay plain copies while a job needs one: a bench each, held by a lock that ends with the worker.

    work/TOKEN/        one bench: plain copies, and what is made of them before it is sealed
    work/TOKEN/lock    locked for as long as its worker lives

Workers on other machines use the same folder. Whoever takes a bench, and whoever opens the archive, clears those whose
worker is dead. The lock is flock(2): on a shared disk it must hold between machines, as it does on NFS.

Invariants: nothing is removed from under a worker that lives; nothing plain of one that died outlives the next that comes.
"""

import contextlib
import fcntl
import os
import secrets
import shutil

from jebi.errors import failures_named

LOCK = "lock"
TOKEN = 8  # bytes: a bench's name tells nothing, and no two are the same


class Bench:
    """A folder of one worker's own, until `clear`.

    Args:
        work: the folder of all benches; made when it is not there.

    Raises:
        NoRoom, Unable: the folder cannot be made or locked.
    """

    def __init__(self, work: str) -> None:
        sweep(work)
        with failures_named(work, "made"):
            while True:
                self.folder = os.path.join(work, secrets.token_hex(TOKEN))
                os.makedirs(self.folder, mode=0o700)
                if (lock := _locked(self.folder)) is not None:
                    break  # otherwise a sweep came in between
        self._lock = lock

    def path(self, name: str) -> str:
        """A file on the bench."""
        return os.path.join(self.folder, name)

    def clear(self) -> None:
        """Remove the bench and all that lies on it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def sweep(work: str) -> None:
    """Clear the benches of dead workers. Those of the living stay, also of workers that come meanwhile.

    What cannot be removed stays: on a medium that cannot be written nobody laid anything.
    """
    with contextlib.suppress(OSError), os.scandir(work) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                _clear_dead(entry)


def _clear_dead(entry: "os.DirEntry[str]") -> None:
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.path)  # a jebi that knew no benches laid its copies here
    elif (lock := _locked(entry.path)) is not None:
        shutil.rmtree(entry.path, ignore_errors=True)
        os.close(lock)


def _locked(folder: str) -> int | None:
    """The lock of a bench, taken; `None` where somebody else has it, or removed the bench."""
    path = os.path.join(folder, LOCK)
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), os.stat(path)):  # or what is locked is the lock of a bench that was cleared
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None
