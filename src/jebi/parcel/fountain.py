"""Source blocks ↔ encoding packets: RaptorQ (RFC 6330), one block at a time (docs/formats/packets.md, "Packets").

Any K + 2 packets of a block of K restore it, but for one time in sixteen million; they may come from anywhere. The
first K packets are the block itself, so an undamaged block costs nothing to restore.

Invariants: peak memory is the block, its packets and as much again inside the library. It restores; whether the result
is right only the block list knows. It holds the interpreter's lock, so blocks belong on processes, not threads.

Next: `jebi.carriers.slot`
"""

from collections.abc import Mapping

import raptorq

from jebi.parcel.blocks import SYMBOL

MOST_IDS = 1 << 14  # packet ids of one block: the library makes all up to the highest, and 128 MiB of them is enough
SPARE = 2  # packets beyond K that a plan provides: a failure in 2^24
_ID = 4  # the library writes a payload id of four bytes before each packet: block number zero, packet id


def encode(block: bytes, k: int, stop: int) -> list[memoryview]:
    """Packets 0 to `stop` - 1 of a block; shorter blocks are extended with zeros to K packets.

    The list index is the packet id (ESI); each packet has `SYMBOL` bytes.
    """
    if not 0 < len(block) <= k * SYMBOL or not k <= stop <= MOST_IDS:
        raise ValueError("no such block, or more packets than are ever made")
    encoder = raptorq.Encoder.with_defaults(block.ljust(k * SYMBOL, b"\0"), SYMBOL)
    return [memoryview(packet)[_ID:] for packet in encoder.get_encoded_packets(stop - k)]


def decode(packets: Mapping[int, bytes | memoryview], k: int, length: int) -> bytes | None:
    """The block of `length` bytes from packets by id, or None where they do not suffice.

    Packets that lie give a block that is wrong, or None; never an error.
    """
    if all(i in packets for i in range(k)):
        return b"".join(packets[i] for i in range(k))[:length]
    if len(packets) < k:
        return None
    decoder = raptorq.Decoder.with_defaults(k * SYMBOL, SYMBOL)
    for packet_id in sorted(packets):
        block = decoder.decode(packet_id.to_bytes(_ID, "big") + packets[packet_id])
        if block is not None:
            return bytes(block[:length])
    return None
