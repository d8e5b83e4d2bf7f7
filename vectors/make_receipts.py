"""Makes `vectors/receipts/`, by the letter of docs/formats/receipts.md and without jebi's code.

A vector never changes: a case that exists is not written again. Run it to add a case.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

import hmac
from collections.abc import Iterator, Sequence

from standards import by, drawn, keep, named, sha, vector, vkey

DESK, STRANGER = ("example.org/desk", drawn("desk of the receipts")), ("example.org/desk", drawn("no desk"))
KEY, DICE = drawn("receipt key"), drawn("dice of a day")
DAY = "2026-11-22"
KINDS = {1: "arrived", 2: "send more", 3: "erase now"}
NEWS = [(1, 1, 1), (2, 3, 1), (8, 2, 3)]
Case = tuple[str, bytes]


def number(key: bytes, message: bytes) -> int:
    return int.from_bytes(hmac.digest(key, message, "sha256"), "big") % 10**10


def code(parcel: int, kind: int, repeat: int, key: bytes = KEY) -> int:
    """receipts.md, "Codes"."""
    return number(key, b"jebi receipt" + parcel.to_bytes(4, "big") + bytes([kind, repeat]))


def spoken(number: int) -> str:
    return f"{number // 10**5:05} {number % 10**5:05}"


def codes(real: Sequence[int], dice: bytes, length: int = 400) -> list[int]:
    """receipts.md, "List"."""
    chosen, i = set(real), 0
    while len(chosen) < length:
        chosen.add(number(dice, b"jebi receipt dummy" + i.to_bytes(4, "big")))
        i += 1
    return sorted(chosen)


def text(chosen: Sequence[int], day: str = DAY, title: str = "jebi receipts", gap: str = "  ", many: int = 5) -> str:
    rows = [gap.join(map(spoken, chosen[i : i + many])) for i in range(0, len(chosen), many)]
    return "\n".join([title, f"day {day}", *rows]) + "\n"


def signed(content: str) -> str:
    return content + "\n" + by(DESK, content)


def every() -> Iterator[tuple[int, int, int]]:
    return ((p, k, r) for p in range(1, 9) for k in KINDS for r in range(1, 4))


def of_the_cards() -> Iterator[Case]:
    """A card is compared by its codes, in the card's order: parcel, kind, repeat."""
    for name, key in (("card", KEY), ("card-zeros", bytes(32))):
        stated = {"kind": "card", "expect": "success", "comment": "the 72 codes of a trip", "receipts": key.hex()}
        stated |= {f"code {p} {KINDS[k]} {r}": spoken(code(p, k, r, key)) for p, k, r in NEWS}
        stated["card"] = sha("".join(spoken(code(*one, key)) + "\n" for one in every()))
        yield name, vector(stated)


def listed(name: str, comment: str, news: Sequence[tuple[int, int, int]], *others: bytes) -> Case:
    """A day's list: `news` for the holder of the key, codes of other trips, and dummies."""
    strangers = [code(1, 1, 1, other) for other in others]
    chosen = codes([*(code(*one) for one in news), *strangers], DICE)
    body = signed(text(chosen))
    stated = {"kind": "list", "expect": "success", "comment": comment, "key": vkey(DESK), "secret": named(DESK)}
    stated |= {"receipts": KEY.hex(), "dice": DICE.hex(), "day": DAY}
    stated["real"] = " ".join(f"{value:010}" for value in sorted([*(code(*one) for one in news), *strangers]))
    stated["news"] = ", ".join(f"{p} {KINDS[k]} {r}" for p, k, r in sorted(news))
    stated["codes"] = sha("".join(spoken(one) + "\n" for one in chosen))
    return name, vector(stated | {"written": sha(body)}, body)


def of_the_lists() -> Iterator[Case]:
    yield listed("list-quiet", "nothing to say: 400 dummies", [])
    yield listed("list", "three pieces of news among 400 codes", NEWS)
    yield listed("list-of-others", "news for two other trips", [], drawn("another trip"), drawn("a third trip"))
    all_real = sorted({code(1, 1, 1, drawn(f"trip {i}")) for i in range(400)})
    stated = {"kind": "list", "expect": "success", "comment": "400 real codes and no dummy", "key": vkey(DESK)}
    stated |= {"day": DAY, "codes": sha("".join(spoken(one) + "\n" for one in all_real))}
    yield "list-full", vector(stated, signed(text(all_real)))


def of_the_bad_lists() -> Iterator[Case]:
    good = codes([code(*one) for one in NEWS], DICE)
    plain = text(good)
    swapped = [good[1], good[0], *good[2:]]
    for name, comment, body in (
        ("list-short", "399 codes", signed(text(good[:-1]))),
        ("list-long", "401 codes", signed(text(codes(good, drawn("more"), 401)))),
        ("list-empty", "no code", signed(text([]))),
        ("list-not-sorted", "two codes swapped", signed(text(swapped))),
        ("list-twice", "one code twice", signed(text([good[0], *good[:-1]]))),
        ("list-eight-a-line", "eight codes on a line", signed(text(good, many=8))),
        ("list-one-space", "one space between codes", signed(text(good, gap=" "))),
        ("list-no-space", "a code in one group", signed(plain.replace(spoken(good[0]), f"{good[0]:010}"))),
        ("list-title", "another first line", signed(text(good, title="jebi receipt"))),
        ("list-day", "a day that is none", signed(text(good, day="2026-02-30"))),
        ("list-day-short", "a day in another spelling", signed(text(good, day="2026-11-2"))),
        ("list-line-at-end", "an empty line at the end", signed(plain + "\n")),
        ("list-wide-digits", "a digit that is not ASCII", signed(plain.replace("\n0", "\n\uff10", 1))),
        (
            "list-altered",
            "a code altered after it was signed",
            signed(plain).replace(spoken(good[0]), spoken(good[0] + 1)),
        ),
        ("list-stranger", "signed under the desk's name by another key", plain + "\n" + by(STRANGER, plain)),
        ("list-true-beside-false", "a true signature, then a false one", signed(plain) + by(DESK, plain + "x")),
        ("list-paper", "as on paper: without a signature", plain),
        ("list-cut", "cut off", signed(plain)[:3000]),
    ):
        yield name, vector({"kind": "list", "expect": "damaged", "comment": comment, "key": vkey(DESK)}, body)


def made() -> dict[str, bytes]:
    return dict([*of_the_cards(), *of_the_lists(), *of_the_bad_lists()])


if __name__ == "__main__":
    keep("receipts", made())
