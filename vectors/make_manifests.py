"""Makes `vectors/manifests/`, by the letter of docs/formats/parcel.md ("Manifest", "Names") and keys.md ("Trip keys").

Shares no code with jebi. A vector never changes: a case that exists is not written again. Run it to add a case.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

from collections.abc import Iterator, Sequence

from standards import TRIP_NAME, by, by_mac, derived, drawn, keep, named, sha, vector, vkey

SEED = drawn("trip seed 1")
KEY = (TRIP_NAME, derived(SEED, b"", "jebi trip signature"))
SECOND = (TRIP_NAME, derived(derived(SEED, b"", "jebi trip ratchet"), b"", "jebi trip signature"))
MAC = (TRIP_NAME, derived(SEED, b"", "jebi trip mac"))
DESK, PARTNER = sha("age1pq1… of the desk"), sha("age1pq1… of a partner")
ZEROS = "0" * 64
CLIP = f"{sha('clip')} 4 1893456000"
TWO = (f"{CLIP} DCIM/C0001.MP4", f"{CLIP} DCIM/C0002.MP4")
Case = tuple[str, bytes]


def text(
    files: Sequence[str] = (f"{CLIP} DCIM/C0001.MP4",),
    number: str = "1",
    previous: str = ZEROS,
    recipients: Sequence[str] = (DESK,),
) -> str:
    lines = ["jebi parcel", f"number {number}", f"previous {previous}"]
    lines += [f"recipient {recipient}" for recipient in recipients] + [f"file {file}" for file in files]
    return "\n".join(lines) + "\n"


def noted(signed: str) -> str:
    return signed + "\n" + by(KEY, signed)


def success(name: str, comment: str, signed: str, *, mac: bool = False, opened_with: str = DESK) -> Case:
    """A manifest that is read, signed under parcel 1 of the trip; what it says is stated line by line."""
    body = signed + "\n" + (by_mac(MAC, signed) if mac else by(KEY, signed))
    stated: dict[str, object] = {"expect": "success", "comment": comment}
    stated |= {"mac": named(MAC)} if mac else {"key": vkey(KEY), "secret": named(KEY)}
    stated |= {"opened-with": opened_with}
    counts = {"recipient": 0, "file": 0}
    for words in (line.partition(" ") for line in signed.splitlines()[1:]):
        if words[0] in counts:
            counts[words[0]] += 1
        count = f" {counts[words[0]]}" if words[0] in counts else ""
        stated[words[0] + count] = words[2]
    sums = "".join(f"{f[5:69]}  clips/{f.split(' ', 4)[4]}\n" for f in signed.splitlines() if f.startswith("file "))
    return name, vector(stated | {"text": sha(signed), "sums": sha(sums), "written": sha(body)}, body)


def refused(name: str, comment: str, signed: str, expect: str = "damaged") -> Case:
    """A manifest that is refused although its trip signed it."""
    return name, vector({"expect": expect, "comment": comment, "key": vkey(KEY), "opened-with": DESK}, noted(signed))


def named_as(name: str) -> str:
    return text([f"{CLIP} {name}"])


def good() -> Iterator[Case]:
    yield success("good", "the first parcel of a trip", text())
    yield success("previous", "the second: the hash of the first one's text", text(number="2", previous=sha(text())))
    yield success("mac", "for a traveller who fears a signature", text(), mac=True)
    two = text(recipients=[PARTNER, DESK])
    yield success("two-recipients", "one of them opened it", two)
    yield success("both-layers", "opened with a key of each layer", two, opened_with=f"{PARTNER} {DESK}")
    files = [f"{sha(name)} 0 0 {name}" for name in ("b.MP4", "a.MP4", "\uc5f0\uad6d/\u71d5.MP4", "a/b c.MP4")]
    yield success("in-no-order", "names in the camera's order, Korean, and a space", text(files))
    yield success("most-of-each", "the largest numbers", text([f"{sha('')} {1 << 43} {(1 << 53) - 1} x"], number="64"))
    deep = "/".join("p" * 15) + "/" + "q" * 255
    yield success("deepest-name", "16 parts, the last of 255 bytes", named_as(deep))


def of_the_names() -> Iterator[Case]:
    for name, comment, unsafe in (
        ("climbs", "a name that climbs", "../C0001.MP4"),
        ("absolute", "a name that begins at the root", "/C0001.MP4"),
        ("hidden", "a part that begins with a dot", "DCIM/.C0001.MP4"),
        ("option", "a name that looks like an option", "-rf"),
        ("device", "a name that Windows keeps for a device", "DCIM/Con.MP4"),
        ("colon", "a letter that FAT does not take", "C:0001.MP4"),
        ("direction", "a character that turns the direction of writing", "C0001\u202e4PM.exe"),
        ("not-nfc", "Korean that is not composed", "\u110c\u1166\u1107\u1175.MP4"),
        ("long-part", "a part of 256 bytes", "q" * 256),
        ("too-deep", "17 parts", "/".join("q" * 17)),
        ("dot-at-end", "a part that ends with a dot", "DCIM./C0001.MP4"),
    ):
        yield refused(name, comment, named_as(unsafe))
    twice = [f"{CLIP} DCIM/C0001.MP4", f"{CLIP} dcim/c0001.mp4"]
    yield refused("one-name", "two names that are one where capitals do not count", text(twice))
    yield refused("file-and-folder", "a file that is another's folder", text([f"{CLIP} DCIM", f"{CLIP} dcim/a"]))


def bad() -> Iterator[Case]:
    other = text(recipients=[PARTNER])
    yield refused("passed-on", "sealed to a partner, and opened with our key", other, "wrong key")
    later = text(number="2")
    lines = {"expect": "not signed", "comment": "signed under the seed of another number", "key": vkey(KEY)}
    yield "other-number", vector(lines | {"opened-with": DESK}, later + "\n" + by(SECOND, later))
    yield refused("title", "another first line", text().replace("jebi parcel", "jebi parcels"))
    yield refused("number-zero", "parcel number 0", text(number="0"))
    yield refused("number-long", "a number of five digits", text(number="10000"))
    yield refused("number-padded", "a number with a leading zero", text(number="01"))
    yield refused("no-previous", "no hash of the manifest before", text(TWO).replace(f"previous {ZEROS}\n", ""))
    yield refused("no-recipient", "nobody it is sealed to", text(TWO, recipients=[]))
    yield refused("no-file", "no file", text([], recipients=[DESK, PARTNER]))
    yield refused("capitals", "a hash in capital letters", text().replace(DESK, DESK.upper()))
    yield refused("size-padded", "a size with a leading zero", text([f"{sha('')} 00 0 a"]))
    yield refused("negative-time", "a time before 1970", text([f"{sha('')} 0 -1 a"]))
    yield refused("mixed-up", "a recipient after the first file", text() + f"recipient {PARTNER}\n")
    yield refused("line-at-end", "an empty line at the end of the text", text() + "\n")


def made() -> dict[str, bytes]:
    return dict([*good(), *of_the_names(), *bad()])


if __name__ == "__main__":
    keep("manifests", made())
