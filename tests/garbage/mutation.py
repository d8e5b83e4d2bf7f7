"""Garbage, fast and always the same: what one number's dice make of what jebi itself wrote.

A mutant has one small wrong, half of them have one more, and so on; each is of a kind that a broken card, a bad copy or
an attacker makes: bits, cuts, repeats, pieces of other inputs, lines that go missing, numbers at the end of their range,
stretches of zeros, noise. One in fifty is noise from end to end, for the first check has to hold too.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

Span = tuple[int, int]
NOISE_ONLY = 0.02
LONGEST_NOISE = 600
TEXTUAL = 0.75  # of the mutants of a text come by wrongs that texts suffer
HOT = 0.8  # of the wrongs go where the fields are, if the table says where that is
EXTREMES = sorted(
    {n & (1 << 64) - 1 for k in (0, 1, 4, 7, 8, 15, 16, 31, 32, 62, 63, 64) for n in range(2**k - 2, 2**k + 2)}
)
NUMBERS = [
    *b"0 00 01 -1 +1 1 9 10 255 256 257 65535 65536 4294967295 4294967296 9223372036854775807".split(),
    *b"9223372036854775808 18446744073709551616 1e9 1_0 0x10 nan inf \xd9\xa1 \xc2\xb2".split(),
    *(b" 1", b"9" * 40, b"1" * 5000),
]
PIECES = [
    *(b"\n", b"\n\n", b"\r\n", b"\r", b" ", b"  ", b"\t", b"\0", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xe2\x80\xae"),
    *(b"\xe2\x80\x94 ", b"=", b"==", b"+", b"-", b".", b"..", b"/", b"../", b"\\", b":", b"A", b"a", b"1", b"{", b"["),
    *(b'"', b"[" * 3000, b"A" * 100, b"\xcc\x81", b"\xe2\x84\xaa", b"\xef\xbb\xbf", b"--- ", b"-> ", b"file ", b"%s"),
]
DIGITS = re.compile(rb"[0-9]+")


def mutate(
    seed: bytes, dice: Random, *, others: Sequence[bytes] = (), words: Sequence[bytes] = (), hot: Sequence[Span] = ()
) -> bytes:
    """One mutant of a seed. `others` give pieces, `words` too; `hot` are the stretches where the format has its fields."""
    if dice.random() < NOISE_ONLY:
        return noise(seed, dice)
    content = bytearray(seed)
    wrongs = _TEXT if dice.random() < TEXTUAL and b"\n" in seed[:4096] else _BINARY
    while True:
        wrongs[int(dice.random() * len(wrongs))](content, dice, others or (seed,), words or PIECES, hot)
        if dice.random() < 0.5:
            return bytes(content)


def tweak(seed: bytes, dice: Random, *, hot: Sequence[Span] = ()) -> bytes:
    """A mutant of the same length: nothing moves, so what stands behind the wrong is still found."""
    content = bytearray(seed)
    while True:
        _IN_PLACE[int(dice.random() * len(_IN_PLACE))](content, dice, (seed,), PIECES, hot)
        if dice.random() < 0.5:
            return bytes(content)


def noise(seed: bytes, dice: Random) -> bytes:
    """Nothing at all, noise of some length, or noise behind a true beginning."""
    kind = int(dice.random() * 4)
    if kind == 0:
        return dice.randbytes(int(dice.random() * LONGEST_NOISE))
    if kind == 1:
        return dice.randbytes(min(len(seed), 4096))
    return seed[: int(dice.random() * min(len(seed), 256))] + dice.randbytes(int(dice.random() * 64))


def pick(values: Sequence[bytes], dice: Random) -> bytes:
    return values[int(dice.random() * len(values))]


def number(dice: Random, largest: int) -> int:
    """A number that some limit is made for, or any small one, up to `largest`."""
    if dice.random() < 0.5:
        return EXTREMES[int(dice.random() * len(EXTREMES))] % (largest + 1)
    return int(dice.random() * min(largest + 1, 300))


Wrong = Callable[[bytearray, Random, Sequence[bytes], Sequence[bytes], Sequence[Span]], None]


def _place(content: bytearray, dice: Random, hot: Sequence[Span]) -> int:
    if hot and dice.random() < HOT:
        start, stop = hot[int(dice.random() * len(hot))]
        return min(start + int(dice.random() * (stop - start)), max(len(content) - 1, 0))
    return int(dice.random() * len(content))


def _stretch(content: bytearray, dice: Random, hot: Sequence[Span]) -> Span:
    """Mostly short; now and then to wherever."""
    start = _place(content, dice, hot)
    longest = (2, 8, 32, 100)[int(dice.random() * 4)] if dice.random() < 0.9 else len(content)
    return start, min(len(content), start + 1 + int(dice.random() * longest))


def _bit(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    if content:
        content[_place(content, dice, hot)] ^= 1 << int(dice.random() * 8)


def _byte(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    if content:
        value = (0, 1, 0x7F, 0x80, 0xFF, int(dice.random() * 256))[int(dice.random() * 6)]
        content[_place(content, dice, hot)] = value


def _extreme(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    """A number of one to eight bytes, in either order, where fields begin: at even places, mostly."""
    width = (1, 2, 4, 8)[int(dice.random() * 4)]
    value = number(dice, (1 << 8 * width) - 1)
    at = _place(content, dice, hot)
    at -= at % min(width, 4) if dice.random() < 0.7 else 0
    if at + width <= len(content):
        content[at : at + width] = value.to_bytes(width, "little" if dice.random() < 0.5 else "big")


def _fill(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    start, stop = _stretch(content, dice, hot)
    kind = int(dice.random() * 3)
    content[start:stop] = dice.randbytes(stop - start) if kind == 2 else bytes([255 * kind]) * (stop - start)


def _swap(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    """Two stretches of one length change places."""
    start, stop = _stretch(content, dice, hot)
    to = _place(content, dice, hot)
    length = min(stop - start, len(content) - to, abs(to - start))
    content[start : start + length], content[to : to + length] = (
        content[to : to + length],
        content[start : start + length],
    )


def _delete(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    start, stop = _stretch(content, dice, hot)
    del content[start:stop]


def _cut(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    at = _place(content, dice, hot)
    if dice.random() < 0.2:
        del content[:at]
    else:
        del content[at:]


def _repeat(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    start, stop = _stretch(content, dice, hot)
    times = 1 + int(dice.random() * 2) if stop - start > 64 else 1 + int(dice.random() * 40)
    content[stop:stop] = content[start:stop] * times


def _insert(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    at = _place(content, dice, hot)
    content[at:at] = dice.randbytes(1 + int(dice.random() * 20)) if dice.random() < 0.5 else pick(PIECES, dice)


def _word(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    """A word of the format, put in or put over what is there."""
    at, word = _place(content, dice, hot), pick(words, dice)
    content[at : at if dice.random() < 0.5 else at + len(word)] = word


def _splice(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    """The first part of one, the last part of another; or a piece of another put in."""
    other, at = pick(others, dice), _place(content, dice, hot)
    start = min(at, len(other)) if dice.random() < 0.5 else int(dice.random() * (len(other) + 1))
    if dice.random() < 0.5:
        content[at:] = other[start:]
    else:
        content[at:at] = other[start : start + 1 + int(dice.random() * 100)]


def _digits(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    """Some number written in digits becomes another one."""
    found = DIGITS.search(content, _place(content, dice, hot)) or DIGITS.search(content)
    if found:
        near = (int(found[0][:18]) + (-1, 1)[int(dice.random() * 2)]) if len(found[0]) < 18 else 0
        content[found.start() : found.end()] = b"%d" % near if dice.random() < 0.4 else pick(NUMBERS, dice)


def _lines(
    content: bytearray, dice: Random, others: Sequence[bytes], words: Sequence[bytes], hot: Sequence[Span]
) -> None:
    """A line goes, comes twice, changes places, or comes from another."""
    lines = content.split(b"\n")
    at, to = int(dice.random() * len(lines)), int(dice.random() * len(lines))
    kind = int(dice.random() * 4)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines[to:to] = [lines[at]] * (1 + int(dice.random() * 3))
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    else:
        strange = pick(others, dice)[:100_000].split(b"\n")
        lines.insert(at, bytearray(strange[int(dice.random() * len(strange))]))
    content[:] = b"\n".join(lines)


_IN_PLACE: list[Wrong] = [_bit, _byte, _byte, _extreme, _extreme, _extreme, _fill, _swap]
_BINARY: list[Wrong] = [
    _bit,
    _byte,
    _byte,
    _extreme,
    _extreme,
    _extreme,
    _fill,
    _swap,
    _delete,
    _cut,
    _repeat,
    _insert,
    _word,
    _splice,
]
_TEXT: list[Wrong] = [
    _bit,
    _byte,
    _delete,
    _cut,
    _repeat,
    _insert,
    _word,
    _word,
    _splice,
    _digits,
    _digits,
    _lines,
    _lines,
    _lines,
]
