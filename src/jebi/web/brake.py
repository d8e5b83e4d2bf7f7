"""Makes guessing slow: after a few wrong sign-ins each further one has to wait twice as long, for a name and for all.

Kept in memory: who can start the desk anew can read its archive too. A name's wait ends at five minutes and that of all
at half a minute, so that a stranger at the keyboard cannot lock a newsroom out for a day.

Invariants: names are kept as digests only; never more than `MOST` of them. Not for two processes.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

FREE, LONGEST_WAIT = 3, 300  # wrong ones of a name that cost nothing, and seconds
FREE_ALL, LONGEST_WAIT_ALL = 20, 30
FORGET = 3600  # seconds after which wrong ones are forgotten
MOST = 4096  # names; more than a newsroom has, 1 MB at most
ALL = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    count: int
    last: float


class Brake:
    """Counts wrong sign-ins; safe for several threads."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[bytes, _Wrong] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, name: str, now: float) -> float:
        """Seconds until this name may be tried; 0 when it may now."""
        with self._lock:
            return max(
                self._left(ALL, now, free=FREE_ALL, longest=LONGEST_WAIT_ALL),
                self._left(_digest(name), now, free=FREE, longest=LONGEST_WAIT),
            )

    def wrong(self, name: str, now: float) -> None:
        """One more that was wrong. Counted before it is looked at, so that many at once do not slip through."""
        with self._lock:
            for key in (ALL, _digest(name)):
                count = self._wrong.pop(key, _Wrong(count=0, last=now))
                fresh = 0 if now - count.last > FORGET else count.count
                self._wrong[key] = _Wrong(count=fresh + 1, last=now)
            while len(self._wrong) > MOST:
                self._wrong.popitem(last=False)

    def right(self, name: str) -> None:
        """It was right after all: the name is free again, and all are where they were."""
        with self._lock:
            self._wrong.pop(_digest(name), None)
            if every := self._wrong.get(ALL):
                self._wrong[ALL] = _Wrong(count=max(0, every.count - 1), last=every.last)

    def _left(self, key: bytes, now: float, *, free: int, longest: int) -> float:
        wrong = self._wrong.get(key)
        if wrong is None or wrong.count < free or now - wrong.last > FORGET:
            return 0
        pause = min(longest, 2.0 ** min(wrong.count - free, 16))
        return max(0.0, wrong.last + pause - now)


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode(errors="replace")).digest()
