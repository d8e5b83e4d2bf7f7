"""Where an AVI film can hold slots: a `JUNK` chunk at the end of its last RIFF (docs/formats/cover.md, "AVI").

Passes a look, not a forensic tool: whoever lists the chunks sees a large `JUNK` one.

Invariants: only heads of chunks are read, two levels deep; no byte of the film moves, so no index changes; a film that
cannot be walked to its end is refused for writing, and read as far as it goes. Memory: a few bytes a chunk, and a limit
on chunks.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from jebi.carriers.carrier import Medium, Patch
from jebi.errors import Damaged

MOST_CHUNKS = 4096  # a film has five, and four more for every gigabyte
LARGEST_RIFF = (1 << 32) - 2  # a size has 32 bits and is even
HEAD, LIST_HEAD = 8, 12
REPAIR = "make it whole first, such as with: ffmpeg -i film.avi -map 0 -c copy whole.avi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A RIFF, or a chunk right inside one: its four letters, the four of its form, its start, and where it says to stop.

    The padding byte after a chunk of odd size is not counted in `stop`.
    """

    kind: bytes
    form: bytes
    start: int
    stop: int

    @property
    def payload(self) -> int:
        """Where the bytes after its head start."""
        return self.start + HEAD

    @property
    def after(self) -> int:
        """Where the next one starts."""
        return self.stop + (self.stop - self.start) % 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Avi:
    """RIFFs and chunks, in order, as far as they could be walked, and in `problem` why no further (empty: to the end)."""

    chunks: tuple[Chunk, ...]
    size: int
    problem: str

    def check_whole(self) -> None:
        """Whether a chunk may be appended; raises `Damaged` if not."""
        if self.problem:
            raise Damaged(self.problem, hint=REPAIR)
        if not any(chunk.form == b"movi" for chunk in self.chunks):
            raise Damaged("the film has no pictures, and does not play", hint=REPAIR)

    @property
    def own_size(self) -> int:
        """Bytes of the film itself, up to where the slots' chunk starts or the padding byte before it."""
        last = self.chunks[-1]
        return last.start if last.kind == b"JUNK" else self._riff.stop

    @property
    def largest(self) -> int:
        """How many bytes of payload the last RIFF has room for."""
        start = self.own_size + self.own_size % 2
        return max(0, LARGEST_RIFF - (start + HEAD - self._riff.payload))

    def append(self, length: int) -> tuple[int, tuple[Patch, ...]]:
        """Where `length` (even) bytes of payload start in a new or replaced last chunk, and the patches for it."""
        padding = bytes(self.own_size % 2)
        head = Patch(offset=self.own_size, content=padding + struct.pack("<4sI", b"JUNK", length))
        payload = head.offset + len(head.content)
        riff_size = payload + length - self._riff.payload
        return payload, (head, Patch(offset=self._riff.start + 4, content=riff_size.to_bytes(4, "little")))

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """Payloads in which slots may lie: where each starts, where it says to stop, and where it does stop."""
        for chunk in self.chunks:
            if chunk.kind == b"JUNK":
                yield chunk.payload, chunk.stop, min(chunk.stop, self.size)

    @property
    def _riff(self) -> Chunk:
        return next(chunk for chunk in reversed(self.chunks) if chunk.kind == b"RIFF")


def is_avi(head: bytes) -> bool:
    """Whether a file that starts with these 12 bytes calls itself an AVI film."""
    return head[:4] == b"RIFF" and head[8:12] == b"AVI "


def read_avi(medium: Medium) -> Avi:
    """Walk a film as far as possible. The caller saw `is_avi`."""
    chunks: list[Chunk] = []
    problem = ""
    try:
        _walk_into(chunks, medium)
    except Damaged as damage:
        problem = damage.what
    if not chunks:
        raise Damaged(problem or "the film is empty")
    return Avi(chunks=tuple(chunks), size=medium.size, problem=problem)


def _walk_into(chunks: list[Chunk], medium: Medium) -> None:
    """Append each RIFF, followed by the chunks right inside it. Raises `Damaged` where it goes no further."""
    at = 0
    while at < medium.size:
        riff = _chunk_at(medium, at)
        if riff.kind != b"RIFF" or riff.form != (b"AVIX" if at else b"AVI "):
            raise Damaged("something stands after the film's end")
        _append(chunks, riff)
        inside = at + LIST_HEAD
        while inside < min(riff.stop, medium.size):
            chunk = _chunk_at(medium, inside)
            _append(chunks, chunk)
            if chunk.stop > riff.stop:
                raise Damaged("the film has a chunk that is larger than what holds it")
            inside = chunk.after
        if riff.stop > medium.size:
            raise Damaged("the film is cut off: it says that it is longer than the file")
        at = riff.after


def _append(chunks: list[Chunk], chunk: Chunk) -> None:
    if len(chunks) == MOST_CHUNKS:
        raise Damaged("the film has more chunks than a film that plays")
    chunks.append(chunk)


def _chunk_at(medium: Medium, at: int) -> Chunk:
    head = medium.read_at(at, LIST_HEAD)
    if len(head) < HEAD:
        raise Damaged("the film ends in the middle of a chunk's head")
    kind, size = struct.unpack_from("<4sI", head)
    form = head[HEAD:] if kind in {b"RIFF", b"LIST"} else b""
    return Chunk(kind=kind, form=form, start=at, stop=at + HEAD + size)
