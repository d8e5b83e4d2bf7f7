"""What is given to the readers of slots and packets: masked slots, trays, searches, block lists, fragments."""

import hashlib
import struct
from collections.abc import Callable, Sequence
from random import Random

import monocypher
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from garbage.campaign import MIB, Parser
from garbage.mutation import mutate, number, tweak
from jebi.carriers.carrier import Grid
from jebi.carriers.search import resync, search_finely, search_whole, windows
from jebi.carriers.slot import HEADER, POINT, SLOT, Slot, SlotHeader, Unmask, parse
from jebi.errors import Damaged, Unable
from jebi.office.reading import keep, parse_kept
from jebi.parcel.blocks import MOST_PACKETS, SYMBOL, BlockList, Shape, parse_list
from jebi.parcel.fountain import MOST_IDS, decode, encode
from jebi.parcel.gather import Fragment, block_lists, restore
from jebi.parcel.header import derive
from jebi.parcel.spread import RUN

ROUTE = hashlib.sha256(b"route").digest()
SECRET = bytes(range(16))
PLAIN = HEADER + RUN * SYMBOL
PACKETS = bytes(RUN * SYMBOL)
POINTS = 64  # slots' own keys to choose from: making one takes as long as all the rest
FIELDS = ((0, 16), (16, 24), (24, 28), (28, 32), (32, 36), (36, 40), (40, 44), (44, 80))
NO_SLOT = (b"", bytes(600), b"\xff" * 600, bytes(SLOT), b"\xff" * SLOT)
MANY_IDS = 0.0001  # of the packets have ids near the highest, of which a liar makes the desk compute 128 MiB
RESYNCS = 0.002  # of the searches go byte by byte, which takes a tenth of a second


def slots() -> Parser:
    """`Unmask.unmask`: noise, slots with wrong bits, and nonsense under a true mask, as whoever has a card can make it."""
    public = X25519PrivateKey.from_private_bytes(ROUTE).public_key().public_bytes_raw()
    masks = [_mask(i, public) for i in range(POINTS)]
    unmask = Unmask([hashlib.sha256(b"another route").digest(), ROUTE])
    headers = _headers()

    def draw(dice: Random) -> tuple[bool, bytes]:
        point, aead = masks[int(dice.random() * POINTS)]
        head = _header(headers, dice)
        slot = point + aead.encrypt(bytes(12), head + PACKETS, None)
        kind = dice.random()
        if kind < 0.8:
            return True, slot
        if kind < 0.85:
            return False, mutate(slot, dice)
        if kind < 0.9:
            return False, dice.randbytes(SLOT if kind < 0.88 else int(dice.random() * 2 * SLOT))
        return False, tweak(slot, dice, hot=((0, POINT), (0, POINT), (SLOT - 16, SLOT), (POINT, SLOT)))

    def parse_slot(given: tuple[bool, bytes]) -> object:
        is_masked, untrusted = given
        slot = unmask.unmask(memoryview(untrusted))
        if slot is None and is_masked:
            raise Damaged("nonsense under a true mask")
        if slot is None:
            raise Damaged("no slot of these routes")
        return _checked(slot)

    return Parser(draw=draw, parse=parse_slot, strange=[(False, given) for given in NO_SLOT])


def slot_headers() -> Parser:
    """`slot.parse`, of what was under a mask: what it gives is written as it was read, and bounds memory."""
    headers = _headers()

    def draw(dice: Random) -> bytes:
        head = _header(headers, dice)
        return head + PACKETS if dice.random() < 0.97 else mutate(head, dice)

    def parse_plain(given: bytes) -> object:
        slot = parse(given)
        if slot is None and len(given) == PLAIN:
            raise Damaged("a header that cannot be")
        if slot is None:
            raise Damaged("too short or too long")
        assert slot.header.written() == given[:HEADER]
        return _checked(slot)

    return Parser(draw=draw, parse=parse_plain, strange=(b"", bytes(100)))


def tray() -> Parser:
    """`parse_kept`: records of the tray, with the digest made right again for most."""
    headers = _headers()

    kept = [keep(7, Slot(header=_header_of(head), packets=PACKETS)) for head in headers]

    def draw(dice: Random) -> tuple[bool, bytes]:
        if dice.random() < 0.2:
            whole = kept[int(dice.random() * len(kept))]
            return False, (tweak if dice.random() < 0.9 else mutate)(whole, dice, hot=((0, HEADER), (SLOT - 40, SLOT)))
        record = _header(headers, dice) + PACKETS + dice.randbytes(SLOT - PLAIN - 32)
        return True, record + hashlib.sha256(record).digest()

    def parse_record(given: tuple[bool, bytes]) -> object:
        is_right, untrusted = given
        read = parse_kept(untrusted)
        if read is None and is_right:
            raise Damaged("nonsense with a right digest")
        if read is None:
            raise Damaged("not what was kept")
        assert read[1].header.written() == untrusted[:HEADER]
        return _checked(read[1])

    return Parser(draw=draw, parse=parse_record, strange=[(False, given) for given in NO_SLOT])


def search() -> Parser:
    """The search of media, with slots that are known by their first bytes: what is found lay where it is said to."""
    heads = [hashlib.sha256(b"slot %d" % i).digest() for i in range(8)]
    known = {head: Slot(header=_header_of(_headers()[0]), packets=bytes(SYMBOL)) for head in heads}

    def draw(dice: Random) -> tuple["_Torn", Grid, bool]:
        pieces: list[bytes] = []
        for _ in range(int(dice.random() * 5)):
            pieces.append(heads[int(dice.random() * 8)] + bytes(SLOT - 32) if dice.random() < 0.8 else bytes(SLOT))
            if dice.random() < 0.3:
                pieces.append(dice.randbytes(int(dice.random() * 600)) if dice.random() < 0.5 else bytes(512))
            if dice.random() < 0.2:
                pieces[-1] = pieces[-1][: int(dice.random() * len(pieces[-1]))]
        content = b"".join(pieces)
        start, stop = (number(dice, len(content)) if dice.random() < 0.3 else 0), len(content)
        stop = max(start, stop if dice.random() < 0.7 else number(dice, 4 * SLOT))
        step = (512, 4096, SLOT, 65536)[int(dice.random() * 4)]
        torn = int(dice.random() * (len(content) + 1)) if dice.random() < 0.2 else -1
        return _Torn(content, torn), Grid(start=start, stop=stop, step=step), dice.random() < RESYNCS

    def parse_medium(given: tuple["_Torn", Grid, bool]) -> object:
        medium, grid, is_lost = given
        unmask: Callable[[memoryview], Slot | None] = lambda view: known.get(bytes(view[:32]))  # noqa: E731
        offsets = []
        for window in windows(grid):
            offsets += [one.offset for one in search_whole(medium, window, unmask)]
            offsets += [one.offset for one in search_finely(medium, window, unmask)]
        if is_lost:
            offsets += [one.offset for one in resync(medium, offsets, grid, unmask)]
        assert all(grid.start <= at and medium.content[at : at + 32] in known for at in offsets)
        if not offsets:
            raise Damaged("nothing was found")
        return len(offsets)

    empty = _Torn(b"", -1)
    return Parser(draw=draw, parse=parse_medium, strange=[(empty, Grid(start=0, stop=0, step=512), False)])


def blocks() -> Parser:
    """`Shape` and `parse_list`, with the list's digest made right again for most."""
    seeds = [
        _listed(Shape(length, count)) for length, count in ((1, 1), (10 * SYMBOL, 4), (9 << 20, 2), (50 << 20, 300))
    ]

    def draw(dice: Random) -> tuple[int, int, bytes]:
        shape, written = seeds[int(dice.random() * len(seeds))]
        length, count = shape.sealed_length, shape.count
        kind = dice.random()
        if kind < 0.2:
            length = number(dice, (1 << 64) - 1)
        elif kind < 0.4:
            count = number(dice, (1 << 32) - 1)
        elif kind < 0.5:
            length, count = number(dice, 1 << 41), number(dice, 1 << 20)
        given = (
            mutate(written, dice, hot=((0, 16),))
            if dice.random() < 0.5
            else struct.pack(">QII", length, count, 0) + written[16:]
        )
        given = given[:-32] + hashlib.sha256(SECRET + given[:-32]).digest() if dice.random() < 0.8 else given
        return length, count, given

    def parse_both(given: tuple[int, int, bytes]) -> object:
        length, count, written = given
        shape = Shape(length, count)
        assert shape.k(0) <= MOST_PACKETS >= shape.list_k
        assert shape.offset(count - 1) + shape.length(count - 1) == length
        read = parse_list(written, SECRET, shape)
        assert read.written(SECRET) == written
        return read

    return Parser(draw=draw, parse=parse_both, strange=[(0, 0, b""), (1, 1, b""), (1, 1, b"\xff" * 600)])


def fragments() -> Parser:
    """`Fragment`, `restore`, `block_lists`: a block that comes back is the one that was sealed, whoever lies."""
    k, made, block, digest = _made()
    shape = Shape(10 * SYMBOL, 2)
    listed = _listed(shape)[1].ljust(shape.list_k * SYMBOL, b"\0")
    list_packets = [bytes(packet) for packet in encode(listed[: shape.list_length], shape.list_k, 40)]

    def draw(dice: Random) -> tuple[bool, list[tuple[int, int, bytes]]]:
        is_list = dice.random() < 0.2
        pool = list_packets if is_list else made
        return is_list, [_fragment(pool, dice) for _ in range(1 + int(dice.random() * 6))]

    def parse_all(given: tuple[bool, list[tuple[int, int, bytes]]]) -> object:
        is_list, pieces = given
        came = [Fragment(origin=origin, first=first, packets=packets) for origin, first, packets in pieces]
        if is_list:
            lists = block_lists(came, SECRET, shape)
            assert all(one.written(SECRET) == listed[: shape.list_length] for one in lists)
            found: object = lists
        else:
            restored = restore(came, k=k, length=len(block), digest=digest)
            assert restored is None or hashlib.sha256(restored.block).digest() == digest
            found = restored
        if not found:
            raise Damaged("too little, or too much that lies")
        return found

    why = (
        "whoever lies about the highest packet id makes us compute all up to it, 128 MiB: jebi.parcel.fountain.MOST_IDS"
    )
    return Parser(draw=draw, parse=parse_all, strange=[(False, [(0, 0, b"")])], memory=512 * MIB, seconds=4.0, why=why)


def fountain() -> Parser:
    """`fountain.decode`: nothing, or something of the right length; never an error."""
    k, made, block, _ = _made()

    def draw(dice: Random) -> tuple[int, dict[int, bytes]]:
        packets = {i: made[i] for i in range(len(made)) if dice.random() < 0.25}
        while dice.random() < 0.6:
            packets[number(dice, MOST_IDS - 1)] = made[int(dice.random() * len(made))]
        if dice.random() < 0.3 and packets:
            at = list(packets)[int(dice.random() * len(packets))]
            packets[at] = tweak(packets[at], dice)
        return (k if dice.random() < 0.7 else 1 + int(dice.random() * 12)), packets

    def parse_packets(given: tuple[int, dict[int, bytes]]) -> object:
        many, packets = given
        read = decode(packets, many, many * SYMBOL - 3)
        if read is None:
            raise Damaged("they do not suffice")
        assert len(read) == many * SYMBOL - 3
        return len(block)

    return Parser(draw=draw, parse=parse_packets, strange=[(1, {})])


class _Torn:
    """A medium of which one place cannot be read."""

    def __init__(self, content: bytes, torn: int) -> None:
        self.content, self.torn = content, torn

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        if offset <= self.torn < offset + length:
            raise Unable("a place cannot be read")
        return self.content[offset : offset + length]


def _fragment(pool: Sequence[bytes], dice: Random) -> tuple[int, int, bytes]:
    """A run of packets of one of four carriers; now and then false, cut, or under false ids."""
    first, many = int(dice.random() * len(pool)), 1 + int(dice.random() * 8)
    packets = b"".join(pool[first : first + many])
    kind = dice.random()
    if kind < 0.03:
        packets = tweak(packets, dice)
    elif kind < 0.06:
        packets = mutate(packets, dice)
    elif kind < 0.08:
        first = int(dice.random() * 60)
    elif kind < 0.08 + MANY_IDS:
        first = MOST_IDS - int(dice.random() * 12)
    return int(dice.random() * 4), first, packets


def _made() -> tuple[int, list[bytes], bytes, bytes]:
    """A block of five packets, and its packets with some to spare."""
    block = Random(5).randbytes(5 * SYMBOL - 100)
    return 5, [bytes(packet) for packet in encode(block, 5, 24)], block, hashlib.sha256(block).digest()


def _listed(shape: Shape) -> tuple[Shape, bytes]:
    digests = tuple(hashlib.sha256(b"%d" % i).digest() for i in range(shape.count))
    return shape, BlockList(shape, digests).written(SECRET)


def _headers() -> list[bytes]:
    shapes = (Shape(1, 1), Shape(10 * SYMBOL, 4), Shape(9 << 20, 2), Shape(1 << 40, 131400))
    return [
        SlotHeader(secret=SECRET, shape=shape, block=block, first=first, count=count, minted=first + count).written()
        for shape in shapes
        for block in (0, shape.count)
        for first, count in ((0, RUN), (MOST_IDS - 1, 1))
    ]


def _header(headers: Sequence[bytes], dice: Random) -> bytes:
    """One of 80 bytes with a number or two at the end of its range, mostly."""
    content = bytearray(headers[int(dice.random() * len(headers))])
    if dice.random() < 0.1:
        return tweak(bytes(content), dice) if dice.random() < 0.7 else dice.randbytes(HEADER)
    while dice.random() < 0.7:
        start, stop = FIELDS[int(dice.random() * len(FIELDS))]
        width = stop - start
        value = int.from_bytes(content[start:stop], "big")
        value = (
            value + int(dice.random() * 5) - 2 if dice.random() < 0.5 else number(dice, (1 << 8 * min(width, 8)) - 1)
        )
        content[start:stop] = (value % (1 << 8 * width)).to_bytes(width, "big")
    return bytes(content)


def _header_of(written: bytes) -> SlotHeader:
    slot = parse(written + PACKETS)
    assert slot is not None
    return slot.header


def _checked(slot: Slot) -> int:
    assert len(slot.packets) == slot.header.count * SYMBOL
    assert 0 < slot.header.shape.k(0) <= MOST_PACKETS >= slot.header.shape.list_k
    assert slot.header.first + slot.header.count <= MOST_IDS
    return slot.header.count


def _mask(number_of_it: int, route: bytes) -> tuple[bytes, ChaCha20Poly1305]:
    """As `Mask.mask` makes it, with a key pair that is the same every time."""
    point, secret = monocypher.elligator_key_pair(hashlib.sha256(b"point %d" % number_of_it).digest())
    shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(route))
    return point, ChaCha20Poly1305(derive(shared, point + route, b"jebi slot"))


PARSERS = {
    "slots": slots,
    "slot-headers": slot_headers,
    "tray": tray,
    "search": search,
    "blocks": blocks,
    "fragments": fragments,
    "fountain": fountain,
}
