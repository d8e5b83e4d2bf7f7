"""The STREAM payload of an age file: 64 KiB chunks, each sealed under its own counter (docs/formats/seal.md, "Payload").

Invariants: a chunk is released only after it authenticated; the last chunk is marked, so a cut file is noticed; peak
memory is one chunk in and one chunk out. Never encrypts different bytes under one key: a `Sealer` is used once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jebi.errors import Damaged

CHUNK = 65536
TAG = 16
SEALED_CHUNK = CHUNK + TAG
MOST_CHUNKS = 1 << 88


class Source(Protocol):
    """Whatever can be read from front to back: a file, a pipe, a buffer."""

    def read(self, length: int, /) -> bytes: ...


class Truncated(Damaged):
    """The payload ends before its marked last chunk."""


class TrailingBytes(Damaged):
    """Bytes follow the marked last chunk."""


class ChunkDamaged(Damaged):
    """A chunk does not authenticate."""


def sealed_length(length: int) -> int:
    """Bytes that a payload of `length` bytes takes once sealed; an empty one still has its marked chunk."""
    return length + TAG * max(1, -(-length // CHUNK))


def opened_length(length: int) -> int | None:
    """The inverse of `sealed_length`, or None where no payload has that sealed length."""
    chunks = max(1, -(-length // SEALED_CHUNK))
    opened = length - TAG * chunks
    return opened if opened >= 0 and sealed_length(opened) == length else None


def nonce(counter: int, *, last: bool) -> bytes:
    """88 bits of big-endian counter, then 1 for the last chunk and 0 for every other."""
    assert counter < MOST_CHUNKS
    return counter.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Seals one payload whose length is known, into buffers that the caller owns. Peak: no copy of its own."""

    def __init__(self, key: bytes, length: int) -> None:
        self._aead = ChaCha20Poly1305(key)
        self._chunks = max(1, -(-length // CHUNK))

    def seal_into(self, index: int, chunk: memoryview, into: memoryview) -> int:
        """Seal chunk number `index` into `into`; returns the bytes written. Chunks may be sealed in any order."""
        return self._aead.encrypt_into(nonce(index, last=index == self._chunks - 1), chunk, None, into)


def open_chunks(key: bytes, source: Source) -> Iterator[bytes]:
    """The chunks of a sealed payload, in order, each released only when it authenticated.

    Raises:
        ChunkDamaged, Truncated, TrailingBytes: after every good chunk before the damage was released.
    """
    aead = ChaCha20Poly1305(key)
    sealed, index = read_exactly(source, SEALED_CHUNK), 0
    while True:
        following = read_exactly(source, SEALED_CHUNK) if len(sealed) == SEALED_CHUNK else b""
        last = not following
        opened = _open(aead, nonce(index, last=last), sealed)
        if opened is None:
            misplaced = _open(aead, nonce(index, last=not last), sealed) if len(sealed) == SEALED_CHUNK else None
            if misplaced is not None:  # whole and authentic, but the end is not where its mark says
                yield misplaced
            raise _why(index, sealed, following, is_sound=misplaced is not None)
        if last and not opened and index:
            raise ChunkDamaged("the last chunk of the payload is empty, which no sealer writes")
        yield opened
        if last:
            return
        sealed, index = following, index + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of the opened payload, in bytes, that could not be had."""

    start: int
    length: int


def salvage_chunks(key: bytes, source: Source) -> Iterator[bytes | Gap]:
    """Every chunk that authenticates under its own counter, and a `Gap` where one does not.

    The last yielded item is a `Gap` of length 0 at the end when no marked last chunk was found: the payload is
    cut short and nobody can say by how much. Nothing unauthenticated is ever released.
    """
    aead = ChaCha20Poly1305(key)
    index, ended = 0, False
    while sealed := read_exactly(source, SEALED_CHUNK):
        if ended:
            return
        opened = _open(aead, nonce(index, last=False), sealed)
        if opened is None:
            opened = _open(aead, nonce(index, last=True), sealed)
            ended = opened is not None
        yield opened if opened is not None else Gap(start=index * CHUNK, length=max(0, len(sealed) - TAG))
        index += 1
    if not ended:
        yield Gap(start=index * CHUNK, length=0)


def read_exactly(source: Source, length: int) -> bytes:
    """Up to `length` bytes; fewer only at the end. A pipe may hand over less at a time."""
    piece = source.read(length)
    if len(piece) == length or not piece:
        return piece
    pieces = [piece]
    missing = length - len(piece)
    while missing and (piece := source.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


class Chained:
    """Makes a `Source` of an iterable of pieces, so that one opened seal can be read as the next one's file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def read(self, length: int, /) -> bytes:
        """The next bytes, no further than the piece at hand goes, as of a pipe: whole pieces pass without a copy."""
        part = next(self._parts(length), memoryview(b""))
        return part.obj if isinstance(part.obj, bytes) and len(part.obj) == len(part) else bytes(part)

    def read_into(self, into: memoryview) -> int:
        """Fill `into` as far as the pieces go; returns the bytes filled. One copy, and none besides."""
        filled = 0
        for part in self._parts(len(into)):
            into[filled : filled + len(part)] = part
            filled += len(part)
        return filled

    def _parts(self, length: int) -> Iterator[memoryview]:
        """Up to `length` bytes, as slices of the pieces."""
        while length:
            if not self._left:
                piece = next(self._pieces, None)
                if piece is None:
                    return
                self._left = memoryview(piece)
                continue
            part, self._left = self._left[:length], self._left[length:]
            length -= len(part)
            yield part


def _open(aead: ChaCha20Poly1305, chunk_nonce: bytes, sealed: bytes) -> bytes | None:
    if len(sealed) < TAG:
        return None
    try:
        return aead.decrypt(chunk_nonce, sealed, None)
    except InvalidTag:
        return None


def _why(index: int, sealed: bytes, following: bytes, *, is_sound: bool) -> Damaged:
    """Tell a cut, an appendix and a damaged chunk apart; each needs another answer from the reader."""
    if is_sound and following:
        return TrailingBytes("bytes follow the end of the sealed file")
    if is_sound:
        return Truncated(
            f"the sealed file is cut off after {(index + 1) * CHUNK} bytes of payload",
            hint="look for the rest; what authenticated can be salvaged",
        )
    if not sealed or (not following and len(sealed) < SEALED_CHUNK):
        return Truncated(f"the sealed file is cut off or damaged in chunk {index}, its last")
    return ChunkDamaged(f"chunk {index} of the sealed file is damaged", hint="what authenticates can be salvaged")
