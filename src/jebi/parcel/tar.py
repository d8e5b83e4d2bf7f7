"""A strict subset of pax tar: what jebi writes, and nothing more when reading (docs/formats/parcel.md, "Archive").

Invariants: stock `tar` reads what is written; the length of an archive is known before its files are read; a reader
accepts regular files under safe names, each with the very head that jebi writes for it, so that no other reader of tars
can see anything else in them.
Peak: one piece of the source.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jebi.errors import Damaged
from jebi.parcel.safename import SafeName
from jebi.parcel.stream import Source, read_exactly

BLOCK = 512
END = bytes(2 * BLOCK)
LONGEST_RECORDS = 8192  # pax records of one file: a name, a size and a time fit many times over
LARGEST_FILE = 1 << 43  # 8 TiB, far over any card
LATEST = (1 << 53) - 1  # seconds; a number that every reader of records keeps exactly
PIECE = 1 << 20
KIND = 156  # where a head says what it is the head of
REGULAR, PAX = ord("0"), ord("x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of the archive: name, size in bytes, time of last change in seconds (a claim of the camera's)."""

    name: SafeName
    size: int
    modified: int = 0

    @property
    def claim(self) -> int:
        """The time as it can be written: a broken camera's clock may stand before 1970 or at the end of time."""
        return min(max(0, self.modified), LATEST)

    def head(self) -> bytes:
        """The blocks that stand before the file's bytes."""
        entry = tarfile.TarInfo(self.name.text)
        entry.size, entry.mtime, entry.mode = self.size, self.claim, 0o644
        return entry.tobuf(tarfile.PAX_FORMAT)

    @property
    def padding(self) -> int:
        """Zero bytes after the file's bytes, up to a whole block."""
        return -self.size % BLOCK

    @property
    def length(self) -> int:
        """Bytes that the file takes in the archive, head and padding included."""
        return len(self.head()) + self.size + self.padding


class Reader:
    """Reads members off a stream, in order. Use: `for member in reader: for piece in reader.pieces(): …`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = 0
        self._padding = 0

    def __iter__(self) -> Iterator[Member]:
        while (member := self._next()) is not None:
            self._left, self._padding = member.size, member.padding
            yield member
            for _ in self.pieces():
                pass  # whatever the caller left unread

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the member at hand."""
        while self._left:
            piece = self._source.read(min(PIECE, self._left))
            if not piece:
                raise Damaged("the archive ends in the middle of a file")
            self._left -= len(piece)
            yield piece
        self._skip(self._padding)
        self._padding = 0

    def skip(self, forward: Callable[[int], None]) -> None:
        """Pass over the bytes of the member at hand: `forward` moves the source by so many."""
        forward(self._left)
        self._left = 0

    def rest_is_zero(self) -> bool:
        """Read what follows the archive; the padding must be zeros to its end."""
        is_zero = True
        while piece := self._source.read(PIECE):
            is_zero = is_zero and piece.count(0) == len(piece)
        return is_zero

    def _next(self) -> Member | None:
        block = self._block()
        if not any(block):
            if any(self._block()):
                raise Damaged("the archive ends with half of its end mark")
            return None
        records, written = b"", block
        if block[KIND] == PAX:
            records = self._records(_parse_head(block).size)
            block = self._block()
            written += records + bytes(-len(records) % BLOCK) + block
        if block[KIND] != REGULAR:
            raise Damaged("the archive holds something that is not a plain file")
        member = _member(_parse_head(block), _parse_records(records))
        if member.head() != written:
            raise Damaged("the archive has a head that jebi does not write, and that others may read otherwise")
        return member

    def _block(self) -> bytes:
        block = read_exactly(self._source, BLOCK)
        if len(block) != BLOCK:
            raise Damaged("the archive ends without its end mark")
        return block

    def _records(self, length: int) -> bytes:
        if not 0 <= length <= LONGEST_RECORDS:
            raise Damaged("the archive has more to say about one file than is possible")
        records = read_exactly(self._source, length)
        if len(records) != length:
            raise Damaged("the archive ends too early")
        self._skip(-length % BLOCK)
        return records

    def _skip(self, length: int) -> None:
        filler = read_exactly(self._source, length)
        if len(filler) != length:
            raise Damaged("the archive ends too early")
        if any(filler):
            raise Damaged("the archive has something between two files")


def _parse_head(block: bytes) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise Damaged("the archive has a block that no tar writes") from error


def _member(head: tarfile.TarInfo, records: dict[str, str]) -> Member:
    try:
        size = int(records.get("size", head.size))
        modified = int(records.get("mtime", head.mtime))
    except ValueError as error:
        raise Damaged("the archive names a size or a time that is no number") from error
    if not 0 <= size <= LARGEST_FILE or not 0 <= modified <= LATEST:
        raise Damaged("the archive names a size or a time that cannot be")
    return Member(name=SafeName(records.get("path", head.name)), size=size, modified=modified)


def _parse_records(text: bytes) -> dict[str, str]:
    r"""`LENGTH KEY=VALUE\n`, repeated, where LENGTH counts the whole record (POSIX pax, "Extended Header")."""
    records: dict[str, str] = {}
    while text:
        digits, space, _ = text.partition(b" ")
        if not space or not digits.isdigit() or len(digits) > 5:
            raise Damaged("the archive has a record without a length")
        length = int(digits)
        record = text[len(digits) + 1 : length]
        key, equals, value = record.partition(b"=")
        if not equals or not value.endswith(b"\n") or length > len(text):
            raise Damaged("the archive has a record that is cut or empty")
        try:
            records[key.decode()] = value[:-1].decode()
        except UnicodeDecodeError as error:
            raise Damaged("the archive has a record that is not text") from error
        text = text[length:]
    return records
