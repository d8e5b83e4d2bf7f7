"""A sealed file read from anywhere, without opening what lies before (docs/formats/seal.md, "Payload").

For films that are watched out of the archive: a player asks for a stretch here and a stretch there.

Invariants: a chunk is released only after it authenticated; the marked last chunk is checked first, so a file that was cut
is noticed before anything is released. Peak memory: one chunk, and the stretch that was asked for.
"""

from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jebi.parcel import seal
from jebi.parcel.keys import Identity
from jebi.parcel.stream import CHUNK, SEALED_CHUNK, ChunkDamaged, Truncated, nonce, opened_length

ReadAt = Callable[[int, int], bytes]

HEAD = 4096  # bytes; the header for one recipient has about 1,700, and every read may be a request over a network


class Seekable:
    """An opened seal of which any stretch can be read.

    Args:
        read_at: gives the sealed file's bytes by offset and length; fewer only at its end.
        sealed: length of the sealed file in bytes.
        identities: any one that opens it.

    Raises:
        WrongKey: none of the identities is a recipient.
        HeaderDamaged, WrongMac, Truncated: it is not what was sealed.
    """

    def __init__(self, read_at: ReadAt, sealed: int, identities: Sequence[Identity]) -> None:
        source = _FromStart(read_at)
        self._aead = ChaCha20Poly1305(seal.payload_key(source, identities))
        self._read_at, self._start = read_at, source.offset
        length = opened_length(sealed - self._start)
        if length is None:
            raise Truncated("the sealed file has a length that no sealer leaves", hint="restore it from a copy")
        self.size = length
        self._last = max(0, -(-length // CHUNK) - 1)
        self._held = (self._last, self._open(self._last))

    def read_at(self, offset: int, length: int) -> bytes:
        """The payload's bytes there; fewer only at its end. Raises `ChunkDamaged`."""
        stop = min(self.size, offset + length)
        if offset >= stop:
            return b""
        first = offset // CHUNK
        opened = b"".join(self._chunk(index) for index in range(first, -(-stop // CHUNK)))
        return opened[offset - first * CHUNK : stop - first * CHUNK]

    def _chunk(self, index: int) -> bytes:
        """One opened chunk; the last one is held, for heads and small reads come several to a chunk."""
        if index != self._held[0]:
            self._held = (index, self._open(index))
        return self._held[1]

    def _open(self, index: int) -> bytes:
        sealed = self._read_at(self._start + index * SEALED_CHUNK, SEALED_CHUNK)
        try:
            return self._aead.decrypt(nonce(index, last=index == self._last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise ChunkDamaged(
                f"the sealed file is damaged {index * CHUNK} bytes into its payload", hint="restore it from a copy"
            ) from error


class _FromStart:
    """What lies at the front, for reading the header and the nonce: letter by letter there, and by the head here."""

    def __init__(self, read_at: ReadAt) -> None:
        self._read_at, self._held, self.offset = read_at, b"", 0

    def read(self, length: int, /) -> bytes:
        while len(self._held) < self.offset + length:
            more = self._read_at(len(self._held), HEAD)
            self._held += more
            if not more:
                break
        piece = self._held[self.offset : self.offset + length]
        self.offset += len(piece)
        return piece
