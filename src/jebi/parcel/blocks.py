"""How a sealed parcel is cut into source blocks, and the list of what each block must hash to.

Implements docs/formats/packets.md, "Blocks" and "Block list". The cut is the partition of RFC 6330 §4.4.1.2.

Invariants: a `Shape` that exists bounds the memory of everything made from it: a block, and the list itself, have at
most 8 MiB. Beyond 10 MiB the coder would cut symbols into pieces, and a block's packets were no longer the block.
"""

import hashlib
import struct
from dataclasses import dataclass

from jebi.errors import Damaged

SYMBOL = 8184  # bytes of a packet; sixteen of them and the header fill a slot of 128 KiB to the byte
MOST_PACKETS = 1024  # source packets of a block: 8 MiB, what a worker can hold several of
LARGEST_PARCEL = 1 << 40  # 1 TiB sealed; more than any camera card
DIGEST = 32
_HEAD = struct.Struct(">QII")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sealed length in bytes and number of source blocks: all that is needed to place a packet."""

    sealed_length: int
    count: int

    def __post_init__(self) -> None:
        if not 0 < self.sealed_length <= LARGEST_PARCEL:
            raise Damaged("a parcel of that length cannot be")
        if not self.fewest_blocks() <= self.count <= self.packets:
            raise Damaged("a parcel of that length is not cut into so many blocks")
        if self.list_k > MOST_PACKETS:
            raise Damaged("a parcel is not cut into so many blocks that their list is larger than a block")

    @property
    def packets(self) -> int:
        """Source packets of the whole parcel."""
        return -(-self.sealed_length // SYMBOL)

    def fewest_blocks(self) -> int:
        return -(-self.packets // MOST_PACKETS)

    def k(self, block: int) -> int:
        """Source packets of one block; they differ by one at most, the longer blocks first."""
        short, longer = divmod(self.packets, self.count)
        return short + (block < longer)

    def offset(self, block: int) -> int:
        """Where the block begins in the sealed parcel, in bytes."""
        short, longer = divmod(self.packets, self.count)
        return SYMBOL * (short * block + min(block, longer))

    def length(self, block: int) -> int:
        """Bytes of the block; only the last may be shorter than its packets."""
        return min(self.k(block) * SYMBOL, self.sealed_length - self.offset(block))

    @property
    def list_length(self) -> int:
        """Bytes of the written block list."""
        return _HEAD.size + DIGEST * self.count + DIGEST

    @property
    def list_k(self) -> int:
        """Source packets of the block list, which is itself sent as one more block."""
        return -(-self.list_length // SYMBOL)


@dataclass(frozen=True, slots=True)
class BlockList:
    """SHA-256 of every block, in order."""

    shape: Shape
    digests: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if len(self.digests) != self.shape.count or any(len(digest) != DIGEST for digest in self.digests):
            raise Damaged("the block list does not fit its parcel")

    def written(self, secret: bytes) -> bytes:
        """The list's bytes, ending in a digest over them and the parcel's secret."""
        body = _HEAD.pack(self.shape.sealed_length, self.shape.count, 0) + b"".join(self.digests)
        return body + hashlib.sha256(secret + body).digest()


def parse_list(untrusted_bytes: bytes, secret: bytes, shape: Shape) -> BlockList:
    """Read the block list of the parcel of that secret and shape; raises `Damaged`."""
    body, digest = untrusted_bytes[:-DIGEST], untrusted_bytes[-DIGEST:]
    if len(untrusted_bytes) != shape.list_length or hashlib.sha256(secret + body).digest() != digest:
        raise Damaged("the block list is damaged")
    if _HEAD.unpack_from(body) != (shape.sealed_length, shape.count, 0):
        raise Damaged("the block list is of another parcel")
    digests = tuple(body[i : i + DIGEST] for i in range(_HEAD.size, len(body), DIGEST))
    return BlockList(shape, digests)
