"""A parcel that was verified and kept: which clips lie in it, and where, without reading them (docs/formats/parcel.md).

For taking one clip out of a sealed parcel, or a stretch of one. Only heads, sums and manifest are read.

Invariants: an archive is shelved only as its manifest describes it, name for name and size for size. What a clip's bytes
are is not looked at: whoever reads a clip whole compares its SHA-256 with the manifest's. Peak: the manifest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jebi.errors import Damaged
from jebi.parcel import note, tar
from jebi.parcel.contents import LONGEST_SUMS
from jebi.parcel.manifest import CLIPS, MANIFEST_NAME, MOST_FILES, Clip, Manifest, parse_manifest
from jebi.parcel.note import Note

ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a clip's bytes begin in the opened archive; how many there are, the clip says."""

    clip: Clip
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The clips of a parcel, in the order of its manifest. Who signed the note, the caller checks."""

    note: Note
    manifest: Manifest
    places: tuple[Place, ...]


def shelve(read_at: ReadAt, length: int) -> Shelf:
    """Find the clips of an opened archive of `length` bytes.

    Raises:
        Damaged: it is no parcel's archive, or its manifest describes another.
    """
    cursor = _Cursor(read_at, length)
    reader, found, signed = tar.Reader(cursor), dict[str, tuple[int, int]](), None
    for member in reader:
        if len(found) > MOST_FILES + 1:
            raise Damaged("the parcel holds more files than any parcel has")
        if member.name == MANIFEST_NAME and member.size <= LONGEST_SUMS:
            signed = note.parse(b"".join(reader.pieces()))
        else:
            found[member.name.text] = (cursor.offset, member.size)
            reader.skip(cursor.forward)
    if signed is None:
        raise Damaged("the parcel has no manifest: it was not sealed to its end")
    manifest = parse_manifest(signed)
    places = tuple(Place(clip=clip, offset=_offset(clip, found)) for clip in manifest.clips)
    return Shelf(note=signed, manifest=manifest, places=places)


def _offset(clip: Clip, found: dict[str, tuple[int, int]]) -> int:
    offset, size = found.get(CLIPS + clip.name.text, (0, -1))
    if size != clip.size:
        raise Damaged("the parcel's files are not those that its manifest names", hint="restore it from a copy")
    return offset


class _Cursor:
    """A source that can be moved on without being read."""

    def __init__(self, read_at: ReadAt, length: int) -> None:
        self._read_at, self._length, self.offset = read_at, length, 0

    def read(self, length: int, /) -> bytes:
        piece = self._read_at(self.offset, min(length, self._length - self.offset))
        self.offset += len(piece)
        return piece

    def forward(self, length: int) -> None:
        if length > self._length - self.offset:
            raise Damaged("the archive ends in the middle of a file")
        self.offset += length
