"""Makes `vectors/packets/`, by the letter of docs/formats/packets.md and without jebi's code.

RFC 6330 itself is not ours: the packets come from the `raptorq` library, which jebi uses too. What can be known without
it is stated by this script: the first K packets are the block, cut in 8,184. A vector never changes.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

import functools
import hashlib
from collections.abc import Iterator, Sequence

import raptorq
from standards import drawn, keep, sha, vector

T = 8184
SECRET = drawn("parcel of the packets", 16)
Case = tuple[str, bytes]
Run = tuple[int, int, int]
"""Which carrier it came from, first packet id, how many."""


def block_of(length: int) -> bytes:
    return drawn(f"block of {length}", length)


@functools.cache
def packets(length: int, stop: int) -> tuple[bytes, ...]:
    """Packets 0 to `stop` of a block: Al = 8, Z = 1, N = 1 (packets.md, "Packets")."""
    block = block_of(length)
    k = -(-length // T)
    encoder = raptorq.Encoder.with_defaults(block.ljust(k * T, b"\0"), T)
    made = [packet[4:] for packet in encoder.get_encoded_packets(stop - k)]
    assert b"".join(made[:k]) == block.ljust(k * T, b"\0")
    return tuple(made)


def restored(
    name: str,
    comment: str,
    length: int,
    runs: Sequence[Run],
    *,
    expect: str = "success",
    lies: Sequence[int] = (),
    false: Sequence[str] = (),
) -> Case:
    """Runs of packets, those of the carriers `lies` altered, and the block that they give. `false`: who is named."""
    made = packets(length, max(first + count for _, first, count in runs))
    body = b""
    for origin, first, count in runs:
        run = b"".join(made[first : first + count])
        body += run[:100] + bytes([run[100] ^ 1]) + run[101:] if origin in lies else run
    written = " ".join(f"{origin}:{first}+{count}" for origin, first, count in runs)
    stated: dict[str, object] = {"kind": "block", "expect": expect, "comment": comment, "k": -(-length // T)}
    stated |= {"length": length, "digest": sha(block_of(length)), "runs": written}
    if expect == "success":
        stated |= {"block": sha(block_of(length)), "liars": " ".join(false)}
        ids = sorted({i for _, first, count in runs for i in range(first, first + count) if i < 100})
        stated |= {f"packet {i}": sha(made[i]) for i in ids}
    return name, vector(stated, body)


def of_the_blocks() -> Iterator[Case]:
    yield restored("source", "the block's own packets: it is cut in 8,184", 3 * T, [(0, 0, 3)])
    yield restored("source-short", "a block that is shorter than its packets", 3 * T - 1000, [(0, 0, 3)])
    yield restored("one-packet", "a block of one packet, from a later one", 500, [(0, 5, 1)])
    yield restored("repair", "packets of which none is the block's own", 3 * T - 1000, [(0, 3, 5)])
    yield restored("mixed", "from two carriers, one own packet lost", 4 * T, [(0, 0, 1), (0, 2, 2), (1, 20, 3)])
    yield restored("copies", "every packet twice", 3 * T, [(0, 0, 3), (1, 0, 3)])
    yield restored("last-id", "the last packet that is ever made", 500, [(0, 16_383, 1)])
    few = [(0, 0, 1), (1, 9, 2)]
    yield restored("too-few", "three packets of a block of four", 4 * T, few, expect="nothing")
    liar = [(0, 0, 2), (1, 2, 2), (2, 10, 2)]
    yield restored("liar", "a carrier lies, the others suffice", 2 * T, liar, lies=[0], false=["0"])
    yield restored("only-liars", "all that is there is false", 2 * T, [(0, 0, 2)], lies=[0], expect="nothing")
    above = {"kind": "block", "expect": "damaged", "comment": "a packet id that is never made", "k": 1, "length": 500}
    yield "id-too-high", vector(above | {"digest": sha(block_of(500)), "runs": "0:16384+1"}, bytes(T))


def list_of(length: int, count: int, reserved: int = 0) -> bytes:
    """packets.md, "Block list", with blocks that are in no film."""
    head = length.to_bytes(8, "big") + count.to_bytes(4, "big") + reserved.to_bytes(4, "big")
    body = head + b"".join(drawn(f"digest {i}") for i in range(count))
    return body + hashlib.sha256(SECRET + body).digest()


def of_the_lists() -> Iterator[Case]:
    given: dict[str, object] = {"kind": "list", "comment": "", "secret": SECRET.hex(), "sealed-length": 3_000_000}
    given |= {"count": 2}
    good = list_of(3_000_000, 2)
    facts = {f"block {i}": drawn(f"digest {i}").hex() for i in range(2)} | {"written": sha(good)}
    comment = "two blocks, and the digest under the parcel's secret"
    yield "list", vector(given | {"expect": "success", "comment": comment} | facts, good)
    for name, why, body in (
        ("list-cut", "a byte is missing", good[:-1]),
        ("list-altered", "a bit of a block's hash is altered", good[:20] + bytes([good[20] ^ 1]) + good[21:]),
        ("list-other-shape", "the list of a longer parcel", list_of(3_000_001, 2)),
        ("list-reserved", "the four bytes that must be zero are not", list_of(3_000_000, 2, 1)),
        ("list-forged", "made by somebody without the secret", good[:-32] + hashlib.sha256(good[:-32]).digest()),
    ):
        yield name, vector(given | {"expect": "damaged", "comment": why}, body)


def blocks_of(length: int, count: int) -> dict[str, str]:
    """RFC 6330, section 4.4.1.2, Partition[Kt, Z]: offset, length and K of each block, and K of the list."""
    total = -(-length // T)
    long, short = -(-total // count), total // count
    longer, offset, stated = total - short * count, 0, {}
    for i in range(count):
        k = long if i < longer else short
        stated[f"block {i}"] = f"{offset} {min(k * T, length - offset)} {k}"
        offset += k * T
    return stated | {"list": f"{16 + 32 * count + 32} {-(-(48 + 32 * count) // T)}"}


def of_the_shapes() -> Iterator[Case]:
    for name, comment, length, count in (
        ("shape", "seven packets in three blocks: one more in the first", 7 * T - 1, 3),
        ("shape-smallest", "one byte", 1, 1),
        ("shape-full", "two blocks of 1,024 packets, and a third because of one byte more", 2048 * T + 1, 3),
    ):
        stated = {"kind": "shape", "expect": "success", "comment": comment, "sealed-length": length, "count": count}
        yield name, vector(stated | blocks_of(length, count))
    for name, comment, length, count in (
        ("shape-empty", "no byte", 0, 1),
        ("shape-too-long", "2^40 + 1 bytes", (1 << 40) + 1, 1 << 18),
        ("shape-too-few-blocks", "1,025 packets in one block", 1025 * T, 1),
        ("shape-too-many-blocks", "more blocks than packets", 3 * T, 4),
        ("shape-long-list", "a list of more than 1,024 packets", 1 << 40, 261_888),
    ):
        stated = {"kind": "shape", "expect": "damaged", "comment": comment, "sealed-length": length, "count": count}
        yield name, vector(stated)


def of_the_spreads() -> Iterator[Case]:
    """packets.md, "Spread"."""
    for name, comment, length, sticks, survive in (
        ("spread", "five sticks of which any three suffice", 20_000_000, 5, 2),
        ("spread-one", "one stick", 3_000_000, 1, 0),
        ("spread-forty", "forty sticks of which any two suffice", 500_000, 40, 38),
        ("spread-long", "a terabyte on five sticks", 1 << 40, 5, 2),
    ):
        total, k = -(-length // T), sticks - survive
        count = -(-total // (16 * k * max(1, 33 // k) - 2))
        m = -(-(-(-total // count) + 2) // (16 * k))
        lists = max(3, -(-3 * (-(-(48 + 32 * count) // T) + 2) // 32))
        stated: dict[str, object] = {"kind": "spread", "expect": "success", "comment": comment}
        stated |= {"sealed-length": length, "sticks": sticks, "survive": survive, "count": count}
        for stick in range(sticks):
            ids = f"{16 * m * stick}-{16 * m * (stick + 1) - 1}"
            stated[f"stick {stick}"] = f"{ids} {16 * lists * stick}-{16 * lists * (stick + 1) - 1}"
        yield name, vector(stated | {"slots": count * m + lists})
    for name, comment, length, sticks, survive in (
        ("spread-none", "no stick is to suffice", 3_000_000, 5, 5),
        ("spread-too-many", "41 sticks", 3_000_000, 41, 1),
        ("spread-too-long", "a terabyte on forty sticks of which one suffices", 1 << 40, 40, 39),
    ):
        stated = {"kind": "spread", "expect": "refused", "comment": comment, "sealed-length": length}
        yield name, vector(stated | {"sticks": sticks, "survive": survive})


def made() -> dict[str, bytes]:
    return dict([*of_the_blocks(), *of_the_lists(), *of_the_shapes(), *of_the_spreads()])


if __name__ == "__main__":
    keep("packets", made())
