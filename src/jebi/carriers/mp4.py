"""Where an MP4, MOV, M4V or 3GP film can hold slots: a `free` box at its end (docs/formats/cover.md, "MP4").

Passes a look, not a forensic tool: whoever lists the boxes sees a large `free` one.

Invariants: only heads of boxes are read; no byte of the film moves, so no chunk offset changes; a film that cannot be
walked to its end is refused for writing, and read as far as it goes. Memory: a few bytes a box, and a limit on boxes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from jebi.carriers.carrier import Medium, Patch
from jebi.errors import Damaged

FIRST_KINDS = {
    b"ftyp",
    b"moov",
    b"mdat",
    b"wide",
    b"free",
    b"skip",
    b"pnot",
}  # all but the first: QuickTime before `ftyp`
FREE_KINDS = {b"free", b"skip"}
MOST_BOXES = 4096  # a whole film has ten; only fragments make more, and those are refused
LARGEST_SHORT = (1 << 32) - 1
LARGEST_LONG = (1 << 63) - 1  # players keep offsets in signed numbers
HEAD, LONG_HEAD = 8, 16
REPAIR = "make it whole first, such as with: ffmpeg -i film.mp4 -map 0 -c copy whole.mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box at the top level: its four letters, where its head and its payload start, and where it says to stop.

    `is_open`: its size is 0, which means to the end of the file.
    """

    kind: bytes
    start: int
    payload: int
    stop: int
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp4:
    """The boxes of a film as far as they could be walked, and in `problem` why no further (empty: to the end)."""

    boxes: tuple[Box, ...]
    size: int
    problem: str

    def check_whole(self) -> None:
        """Whether a box may be appended; raises `Damaged` if not."""
        kinds = {box.kind for box in self.boxes}
        if b"moof" in kinds:
            raise Damaged("the film is in fragments, as live recorders write it", hint=REPAIR)
        if self.problem:
            raise Damaged(self.problem, hint=REPAIR)
        if not {b"moov", b"mdat"} <= kinds:
            raise Damaged("the film has no pictures or no index, and does not play", hint=REPAIR)
        if self._open is not None and self.size - self._open.start > LARGEST_SHORT:
            raise Damaged("the film's last box is over 4 GiB and has no size", hint=REPAIR)

    @property
    def own_size(self) -> int:
        """Bytes of the film itself, up to where the slots' box starts."""
        last = self.boxes[-1]
        return last.start if last.kind == b"free" else self.size

    @property
    def largest(self) -> int:
        """How many bytes of payload the format lets us append."""
        return LARGEST_LONG - self.own_size - LONG_HEAD

    def append(self, length: int) -> tuple[int, tuple[Patch, ...]]:
        """Where `length` bytes of payload start in a new or replaced last box, and the patches that make it one."""
        head = Patch(offset=self.own_size, content=_free_head(length))
        patches = [head]
        if self._open is not None:
            true_size = self.size - self._open.start
            patches.append(Patch(offset=self._open.start, content=true_size.to_bytes(4, "big")))
        return head.offset + len(head.content), tuple(patches)

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """Payloads in which slots may lie: where each starts, where it says to stop, and where it does stop."""
        for box in self.boxes:
            if box.kind in FREE_KINDS:
                yield box.payload, box.stop, min(box.stop, self.size)

    @property
    def _open(self) -> Box | None:
        """The film's last box, if it reaches to the end of the file and would swallow what we append."""
        last = self.boxes[-1]
        return last if last.is_open and last.kind != b"free" else None


def is_mp4(head: bytes) -> bool:
    """Whether a file that starts with these 12 bytes calls itself one of this family."""
    return head[4:8] in FIRST_KINDS


def read_mp4(medium: Medium) -> Mp4:
    """Walk the boxes of a film as far as possible; raises `Damaged` if there is not even a first one."""
    boxes: list[Box] = []
    at, problem = 0, ""
    while at < medium.size and not problem:
        box = _box_at(medium, at)
        if box is None:
            problem = "the film has a box of an impossible size, or something after its end"
            break
        boxes.append(box)
        at = box.stop
        if at > medium.size:
            problem = "the film is cut off: its last box ends beyond the file"
        elif len(boxes) == MOST_BOXES and at < medium.size:
            problem = "the film has more boxes than a film that plays"
    if not boxes:
        raise Damaged(problem or "the film is empty")
    return Mp4(boxes=tuple(boxes), size=medium.size, problem=problem)


def _box_at(medium: Medium, at: int) -> Box | None:
    """ISO/IEC 14496-12, 4.2. None if that is no box."""
    head = medium.read_at(at, LONG_HEAD)
    if len(head) < HEAD:
        return None
    size, kind = struct.unpack_from(">I4s", head)
    if size == 0:
        return Box(kind=kind, start=at, payload=at + HEAD, stop=medium.size, is_open=True)
    length = LONG_HEAD if size == 1 else HEAD
    if size == 1:
        size = int.from_bytes(head[HEAD:], "big")
    if size < length or len(head) < length:
        return None
    return Box(kind=kind, start=at, payload=at + length, stop=at + size)


def _free_head(length: int) -> bytes:
    if HEAD + length <= LARGEST_SHORT:
        return struct.pack(">I4s", HEAD + length, b"free")
    return struct.pack(">I4sQ", 1, b"free", LONG_HEAD + length)
