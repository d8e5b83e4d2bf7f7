"""Makes `vectors/notes/`, by the letter of docs/formats/custody.md ("Notes"), keys.md ("Trip keys") and C2SP signed-note.

Shares no code with jebi. A vector never changes: a case that exists is not written again. Run it to add a case.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

from collections.abc import Iterator

from standards import base, by, by_mac, drawn, keep, key_id, line, named, public_of, sha, vector, vkey

ALICE, BOB = ("example.org/alice", drawn("alice")), ("example.org/bob", drawn("bob"))
MAC = ("example.org/alice", drawn("shared by desk and traveller"))
TEXT = "What one has seen\nand the other has not.\n"
OTHER = "What nobody has seen.\n"
HINT = key_id(ALICE[0], b"\x01" + public_of(ALICE[1]))
GOOD = by(ALICE, TEXT)
FALSE = by(ALICE, OTHER)
Case = tuple[str, bytes]


def success(name: str, comment: str, text: str, *lines: str, by_jebi: bool = False, mac: bool = False) -> Case:
    """A note that is signed; `by_jebi`: jebi writes the same from text and key."""
    stated = {"expect": "success", "comment": comment, "key": vkey(ALICE)}
    if mac:
        stated = {"expect": "success", "comment": comment, "mac": named(MAC)}
    if by_jebi and not mac:
        stated["secret"] = named(ALICE)
    stated |= {"text": sha(text), "lines": str(len(lines))}
    body = text + "\n" + "".join(lines)
    return name, vector(stated | ({"written": sha(body)} if by_jebi else {}), body)


def unsigned(name: str, comment: str, text: str, *lines: str, mac: bool = False) -> Case:
    """A note that can be read and is not signed, or not by whom it should be."""
    key = {"mac": named(MAC)} if mac else {"key": vkey(ALICE)}
    stated = {"expect": "not signed", "comment": comment} | key | {"text": sha(text), "lines": len(lines)}
    return name, vector(stated, text + "\n" + "".join(lines))


def damaged(name: str, comment: str, body: str | bytes) -> Case:
    return name, vector({"expect": "damaged", "comment": comment, "key": vkey(ALICE)}, body)


def good() -> Iterator[Case]:
    yield success("good", "one Ed25519 signature", TEXT, GOOD, by_jebi=True)
    yield success("good-mac", "one MAC", TEXT, by_mac(MAC, TEXT), by_jebi=True, mac=True)
    yield success("two-signers", "another key signed first; it is unknown", TEXT, by(BOB, TEXT), GOOD)
    yield success("same-line-twice", "the same true signature twice", TEXT, GOOD, GOOD)
    gaps = "one\n\ntwo\n\n\u2014 three\n"
    yield success("gaps-in-text", "the last empty line ends the text", gaps, by(ALICE, gaps), by_jebi=True)
    words = "\uc81c\ube44 \u71d5 \u007f\n"
    yield success("not-ascii", "Korean, and U+007F, which no rule forbids", words, by(ALICE, words), by_jebi=True)
    empty = "\n"
    yield success("empty-text", "nothing but a line end", empty, by(ALICE, empty), by_jebi=True)
    other_id = line(ALICE[0], bytes(4), bytes(64))
    other_name = line("example.org/alicia", HINT, bytes(64))
    yield success("unknown-lines", "lines that share name or key id, not both", TEXT, other_id, other_name, GOOD)
    many = [line(f"witness-{i}", bytes(4), bytes(64)) for i in range(63)]
    yield success("most-signatures", "64 signature lines", TEXT, *many, GOOD)


def bad() -> Iterator[Case]:
    yield unsigned("wrong-signature", "the signature of another text", TEXT, FALSE)
    yield unsigned("unknown-key", "only somebody else signed", TEXT, by(BOB, TEXT))
    yield unsigned("true-beside-false", "a true line, then a false one of the same key", TEXT, GOOD, FALSE)
    yield unsigned("false-beside-true", "a false line, then a true one of the same key", TEXT, FALSE, GOOD)
    yield unsigned("short-signature", "63 bytes of signature", TEXT, line(ALICE[0], HINT, bytes(63)))
    yield unsigned("wrong-mac", "the MAC of another text", TEXT, by_mac(MAC, OTHER), mac=True)
    both = by_mac(MAC, TEXT), by_mac(MAC, OTHER)
    yield unsigned("mac-beside-false", "a true MAC, then a false one", TEXT, *both, mac=True)
    yield damaged("no-gap", "no empty line before the signature", TEXT + GOOD)
    yield damaged("no-signature", "an empty line, and nothing after it", TEXT + "\n")
    yield damaged("no-line-end", "the signature's line does not end", TEXT + "\n" + GOOD[:-1])
    yield damaged("text-after", "a line after the signature that is none", TEXT + "\n" + GOOD + "good night\n")
    yield damaged("hyphen", "a hyphen for the dash", TEXT + "\n" + GOOD.replace("\u2014", "-"))
    yield damaged("not-base64", "a letter that base64 does not have", TEXT + "\n" + GOOD.replace("=", "*"))
    yield damaged("only-key-id", "four bytes: a key id without a signature", TEXT + "\n" + line(ALICE[0], HINT, b""))
    yield damaged("plus-in-name", "a plus in a signer's name", TEXT + "\n" + GOOD + line("a+b", HINT, bytes(64)))
    yield damaged("not-utf-8", "a byte that is no UTF-8", b"\xff" + (TEXT + "\n" + GOOD).encode())
    tab = "one\ttwo\n"
    yield damaged("control-character", "a tab in a text that is signed with it", tab + "\n" + by(ALICE, tab))
    carriage = TEXT.replace("\n", "\r\n")
    yield damaged("carriage-return", "line ends of Windows, signed", carriage + "\n" + by(ALICE, carriage))
    many = "".join(line(f"witness-{i}", bytes(4), bytes(64)) for i in range(64))
    yield damaged("too-many-signatures", "65 signature lines", TEXT + "\n" + many + GOOD)
    spaced = f"\u2014 {ALICE[0]}  {base(HINT + bytes(64))}\n"
    yield damaged("two-spaces", "two spaces before the signature", TEXT + "\n" + spaced)


def made() -> dict[str, bytes]:
    return dict([*good(), *bad()])


if __name__ == "__main__":
    keep("notes", made())
