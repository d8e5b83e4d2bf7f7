"""The `whole` carrier: the sealed parcel as a plain `.age` file, in as many places as wanted, in parts where it is large.

Invariants: a file gets its name only after it was read back; a place that fails stops only itself; when none is left,
nothing goes on.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jebi.carriers import whole
from jebi.device.blocks import Blocks
from jebi.errors import JebiError, Refused, Unable
from jebi.office.targets import close_part, create_partial, name_part, sync_name

PIECE = 1 << 20
Advance = Callable[[int], None]


@dataclass(slots=True)
class _Copy:
    place: str
    parts: list[tuple[Blocks, int, str]]
    failure: JebiError | None = None
    named: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Copies:
    """The same file in several places."""

    _copies: list[_Copy]
    _digest: bytes = field(init=False, default=b"")

    @property
    def whole(self) -> tuple[str, ...]:
        """The places that were read back."""
        return tuple(copy.place for copy in self._copies if copy.failure is None)

    @property
    def failed(self) -> dict[str, JebiError]:
        return {copy.place: copy.failure for copy in self._copies if copy.failure is not None}

    def write(self, pieces: Iterable[bytes], advance: Advance) -> bytes:
        """Write everywhere at once; returns the SHA-256 of the file. Raises `Unable` when every place has failed."""
        digest, offset = hashlib.sha256(), 0
        for piece in pieces:
            digest.update(piece)
            for copy in self._copies:
                with _caught(copy):
                    _write_at(copy, offset, piece)
            self._check_any_left()
            offset += len(piece)
            advance(len(piece))
        self._digest = digest.digest()
        return self._digest

    def read_back(self, advance: Advance) -> None:
        """Sync, read from the device, compare, and give each file its name; raises `Unable` when every place has failed."""
        for copy in self._copies:
            with _caught(copy):
                self._finish(copy, advance)
        self._check_any_left()

    def close(self) -> None:
        for copy in self._copies:
            for medium, _, final in copy.parts:
                close_part(medium, is_named=final in copy.named)

    def _check_any_left(self) -> None:
        failures = list(self.failed.values())
        if len(failures) == len(self._copies):
            first = failures[0]
            raise type(first)(f"every place failed: {first.what}" if len(failures) > 1 else first.what, hint=first.hint)

    def _finish(self, copy: _Copy, advance: Advance) -> None:
        if copy.failure is not None:
            return
        digest = hashlib.sha256()
        for medium, length, _ in copy.parts:
            medium.sync()
            for start in range(0, length, PIECE):
                piece = medium.read_at(start, min(PIECE, length - start))
                digest.update(piece)
                advance(len(piece))
        if digest.digest() != self._digest:
            raise Unable(
                f"{copy.place} gave back other bytes than were written", hint="the stick is failing; use another"
            )
        for medium, _, final in copy.parts:
            name_part(medium, final)
            copy.named.add(final)
            sync_name(final)


def whole_copies(places: Sequence[str], length: int) -> Copies:
    """Create the files, none of which may exist; raises `Refused` or `Unable` before anything was written."""
    if len({os.path.realpath(place) for place in places}) != len(places):
        raise Refused("one of the places is named twice; two copies in one place are one copy")
    copies = Copies([])
    try:
        for place in places:
            lengths = whole.parts(length)
            names = [place] if len(lengths) == 1 else [f"{place}.{i:03}" for i in range(1, len(lengths) + 1)]
            if taken := next((name for name in names if os.path.lexists(name)), None):
                raise Refused(f"{taken} exists already, and jebi overwrites no file", hint="name another file")
            copy = _Copy(place, [])
            copies._copies.append(copy)  # noqa: SLF001  (same module)
            for name, size in zip(names, lengths, strict=True):
                copy.parts.append((create_partial(name), size, name))
    except BaseException:
        copies.close()
        raise
    return copies


def _write_at(copy: _Copy, offset: int, piece: bytes) -> None:
    if copy.failure is not None:
        return
    for medium, length, _ in copy.parts:
        if 0 <= offset < length:
            medium.write_at(offset, piece[: length - offset])
            piece, offset = piece[length - offset :], length
        offset -= length
        if not piece:
            return


@contextlib.contextmanager
def _caught(copy: _Copy) -> Iterator[None]:
    """Keep a place's own failure with the place."""
    try:
        yield
    except Unable as failure:
        copy.failure = copy.failure or failure
