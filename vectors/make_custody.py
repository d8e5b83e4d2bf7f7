"""Makes `vectors/custody/`, by the letter of docs/formats/custody.md and of the C2SP and RFC texts that it names.

Shares no code with jebi. A vector never changes: a case that exists is not written again. Run it to add a case.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterator, Mapping, Sequence

from standards import base, by, derived, drawn, keep, key_id, line, named, public_of, sha, signed, vector, vkey

LOG = ("example.org/custody", drawn("log"))
STRANGER = ("example.org/custody", drawn("another log under the same name"))
OTHER_LOG = ("other.example/custody", drawn("other log"))
WITNESS, SECOND = ("partner.example/witness", drawn("witness")), ("third.example/witness", drawn("second witness"))
RECORD_KEY = derived(LOG[1], b"", "jebi custody record")
TIME = 1_900_000_000
SEEN = TIME + 3600
Case = tuple[str, bytes]
Files = dict[str, bytes]
Stated = dict[str, object]


# Records, entries and trees


def escaped(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def event(i: int, detail: str = "", kind: str = "received", actor: str = "desk-1") -> bytes:
    """custody.md, "Event": five keys in this order, no white space."""
    texts = f'"actor":{escaped(actor)},"detail":{escaped(detail)},"kind":"{kind}"'
    return f'{{{texts},"subject":"2031-{i:04}","time":{TIME + i}}}'.encode()


def salt_of(index: int, canonical: bytes) -> bytes:
    """custody.md, "Record and entry"."""
    dice = drawn(f"dice of record {index}", 16)
    return dice + hmac.digest(RECORD_KEY, index.to_bytes(8, "big") + dice + canonical, "sha256")[:16]


def record(canonical: bytes, salt: bytes) -> bytes:
    return b'{"event":' + canonical + b',"salt":"' + base(salt).encode() + b'"}'


def entry(canonical: bytes, salt: bytes) -> bytes:
    return hashlib.sha256(salt + canonical).digest()


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\0" + content).digest()


def tree(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def split(n: int) -> int:
    return 1 << (n - 1).bit_length() - 1


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2, SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if known else [tree(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known=known), tree(leaves[k:])]
    return [*subproof(m - k, leaves[k:], known=False), tree(leaves[:k])]


# Checkpoints and cosignatures


def head_text(size: int, root: bytes, origin: str = LOG[0], more: str = "") -> str:
    return f"{origin}\n{size}\n{base(root)}\n{more}"


def checkpoint(text: str, *lines: str) -> str:
    return text + "\n" + (by(LOG, text) + "".join(lines))


def cosigned(key: tuple[str, bytes], text: str, time: int = SEEN) -> str:
    """custody.md, "Witness"."""
    signature = signed(key[1], f"cosignature/v1\ntime {time}\n{text}")
    return line(key[0], key_id(key[0], b"\x04" + public_of(key[1])), time.to_bytes(8, "big") + signature)


# Logs


class Log:
    """Events, and all that follows from them."""

    def __init__(self, events: Sequence[bytes]) -> None:
        self.salts = [salt_of(i, one) for i, one in enumerate(events)]
        self.records = [record(one, salt) for one, salt in zip(events, self.salts, strict=True)]
        self.entries = [entry(one, salt) for one, salt in zip(events, self.salts, strict=True)]
        self.leaves = [leaf(one) for one in self.entries]

    def note(self, size: int | None = None) -> str:
        size = len(self.leaves) if size is None else size
        return checkpoint(head_text(size, tree(self.leaves[:size])))

    def files(self, size: int | None = None) -> Files:
        """custody.md, "Folder": what an append of all records at once writes; `size`: how many are in the tree."""
        size = len(self.leaves) if size is None else size
        made = {"records.jsonl": b"".join(one + b"\n" for one in self.records), "checkpoint": self.note(size).encode()}
        row, level = self.leaves[:size], 0
        while row:
            for start in range(0, len(row), 256):
                piece = row[start : start + 256]
                made[tile(str(level), start // 256, len(piece))] = b"".join(piece)
            row, level = [tree(row[i : i + 256]) for i in range(0, len(row) - 255, 256)], level + 1
        for start in range(0, size, 256):
            piece = self.entries[start : min(size, start + 256)]
            made[tile("entries", start // 256, len(piece))] = b"".join(b"\0\x20" + one for one in piece)
        return made


def tile(kind: str, index: int, width: int) -> str:
    assert index < 1000
    return f"tile/{kind}/{index:03}" + ("" if width == 256 else f".p/{width}")


def kept(note: str) -> Files:
    """A checkpoint under `checkpoints/`."""
    size = int(note.split("\n")[1])
    return {f"checkpoints/{size:020}-{sha(note)[:16]}.note": note.encode()}


FIVE = Log([event(i, detail=f"sha256 {sha(str(i))}") for i in range(5)])
SEVEN = Log([event(i, detail=f"sha256 {sha(str(i))}") for i in range(7)])
FORK = Log([event(i, detail=f"sha256 {sha(str(i + (i == 2)))}") for i in range(5)])


def log(
    name: str,
    comment: str,
    files: Mapping[str, bytes],
    stated: Stated,
    *,
    remembered: Sequence[str] = (),
    witness: bool = False,
) -> Case:
    """A folder, file after file, and the checkpoints that somebody remembers."""
    lines: Stated = {"kind": "log", "expect": "damaged", "comment": comment, "key": vkey(LOG)}
    if witness:
        lines["witness 1"] = vkey(WITNESS, b"\x04")
    every = dict(files) | {f"remembered/{i}": note.encode() for i, note in enumerate(remembered)}
    lines |= {f"file {path}": len(content) for path, content in every.items()}
    return name, vector(lines | stated, b"".join(every.values()))


def whole(made: Log, size: int | None = None, compared: int = 0) -> Stated:
    """What a check says of a log that agrees with itself."""
    size = len(made.leaves) if size is None else size
    facts: Stated = {"expect": "success", "size": size, "root": base(tree(made.leaves[:size]))}
    return facts | {"pending": len(made.leaves) - size, "compared": compared}


def of_good_logs() -> Iterator[Case]:
    for name, comment, made in (
        ("log-empty", "a log before its first record", Log([])),
        ("log-one", "one record", Log([event(0)])),
        ("log-five", "five records", FIVE),
        (
            "log-full-tile",
            "256 records: one full tile, and a level above",
            Log([event(i, "", "k", "a") for i in range(256)]),
        ),
        ("log-two-tiles", "257 records", Log([event(i, "", "k", "a") for i in range(257)])),
    ):
        written = sha(b"".join(made.files().values()))
        yield log(name, comment, made.files(), whole(made) | {"secret": named(LOG), "written": written})
    odd = Log([event(0, 'quote " and \\ and / and \u71d5 and \U0001f426')])
    yield log("log-letters", "letters that JSON escapes, or could", odd.files(), whole(odd))
    files = SEVEN.files() | kept(SEVEN.note(3)) | {"tile/0/000.p/3": b"".join(SEVEN.leaves[:3])}
    remembered = [SEVEN.note(5), SEVEN.note(0)]
    comment = "a kept checkpoint, two remembered ones, and an older partial tile"
    yield log("log-remembered", comment, files, whole(SEVEN, compared=3), remembered=remembered)
    text = head_text(3, tree(SEVEN.leaves[:3]))
    files = SEVEN.files() | kept(checkpoint(text, cosigned(WITNESS, text)))
    yield log("log-cosigned", "a kept checkpoint with a cosignature", files, whole(SEVEN, compared=1), witness=True)
    yield log("log-pending", "two records beyond the checkpoint", SEVEN.files(5), whole(SEVEN, 5))
    cut = FIVE.files()
    cut["records.jsonl"] += SEVEN.records[5][:40]
    yield log("log-cut-append", "half a line at the end, never acknowledged", cut, whole(FIVE))


def of_bad_logs() -> Iterator[Case]:
    good = FIVE.files()

    def with_records(lines: Sequence[bytes]) -> Files:
        return good | {"records.jsonl": b"".join(one + b"\n" for one in lines)}

    lines = FIVE.records
    edited = record(event(2, detail="nothing to see"), FIVE.salts[2])
    yield log(
        "log-edited", "record 2 says something else", with_records([*lines[:2], edited, *lines[3:]]), {"index": 2}
    )
    yield log("log-dropped", "record 1 is gone", with_records([lines[0], *lines[2:]]), {"index": 1})
    swapped = [lines[0], lines[3], lines[2], lines[1], lines[4]]
    yield log("log-swapped", "records 1 and 3 are swapped", with_records(swapped), {"index": 1})
    yield log("log-truncated", "the last two records are gone", with_records(lines[:3]), {"index": 3})
    foreign = [*lines[:4], lines[4].replace(b'","detail', b'", "detail')]
    yield log("log-other-spelling", "record 4 with a space that JSON would allow", with_records(foreign), {"index": 4})
    hashes = b"".join([*FIVE.leaves[:3], bytes(32), FIVE.leaves[4]])
    yield log("log-tile", "hash 3 of the tile is another", good | {"tile/0/000.p/5": hashes}, {"index": 3})
    bundle = good["tile/entries/000.p/5"]
    torn = bundle[: 34 + 2] + bytes(32) + bundle[68:]
    yield log("log-bundle", "entry 1 of the bundle is another", good | {"tile/entries/000.p/5": torn}, {"index": 1})
    missing = {name: content for name, content in good.items() if name != "tile/0/000.p/5"}
    yield log("log-no-tile", "a tile is missing", missing, {"index": 0})
    yield log("log-stray", "a tile that is no part of the log", good | {"tile/1/000.p/1": bytes(32)}, {"index": 5})
    text = head_text(5, tree(FORK.leaves))
    rewritten = good | {"checkpoint": checkpoint(text).encode()}
    yield log("log-other-root", "the signed root is another log's", rewritten, {"index": 0})
    yield log(
        "log-forked",
        "written again from record 2 on; somebody remembers",
        FORK.files(),
        {"index": 2},
        remembered=[FIVE.note(2), FIVE.note()],
    )
    yield log("log-rolled-back", "a longer log is remembered", good, {"index": 5}, remembered=[SEVEN.note()])
    yield log("log-no-checkpoint", "no checkpoint", {"records.jsonl": good["records.jsonl"]}, {"index": 0})
    text = head_text(5, tree(FIVE.leaves))
    stranger = text + "\n" + by(STRANGER, text)
    yield log(
        "log-stranger", "signed under the log's name by another key", good | {"checkpoint": stranger.encode()}, {}
    )
    old = head_text(3, tree(FIVE.leaves[:3]))
    rotten = good | {f"checkpoints/{3:020}-{'0' * 16}.note": checkpoint(old).encode()}
    yield log("log-rotten-kept", "a kept checkpoint under a name that is not its hash", rotten, {"index": 0})
    false = checkpoint(old, cosigned(WITNESS, text))
    yield log(
        "log-false-cosignature", "a kept checkpoint with a false cosignature", good | kept(false), {}, witness=True
    )


def of_records() -> Iterator[Case]:
    for name, comment, canonical in (
        ("record", "an event", event(7, detail="sha256 4e3b")),
        ("record-letters", "letters that JSON escapes, or could", event(0, 'a "quote", a \\ and \u71d5 \u007e')),
        ("record-longest", "a detail of 4,096 bytes", event(0, "\u71d5" * 1365 + "!")),
    ):
        salt = salt_of(0, canonical)
        stated = {"kind": "record", "expect": "success", "comment": comment, "salt": salt.hex()}
        stated |= {"entry": entry(canonical, salt).hex(), "leaf": leaf(entry(canonical, salt)).hex()}
        yield name, vector(stated, record(canonical, salt))
    good = event(7)
    salt = salt_of(7, good)
    reordered = b'{"detail":"","actor":"desk-1"' + good[good.index(b',"kind"') :]
    for name, comment, body in (
        ("record-space", "a space after a colon", record(good.replace(b'"time":', b'"time": '), salt)),
        ("record-order", "two keys swapped", record(reordered, salt)),
        ("record-more", "a sixth key", record(good[:-1] + b',"zone":0}', salt)),
        ("record-escape", "a letter escaped that need not be", record(good.replace(b"desk-1", b"des\\u006b-1"), salt)),
        ("record-float", "a time with a fraction", record(good[:-1] + b".0}", salt)),
        ("record-kind", "a capital letter in the kind", record(event(7, kind="Received"), salt)),
        ("record-direction", "a character that turns the direction of writing", record(event(7, "a\u202eb"), salt)),
        ("record-long-detail", "a detail of 4,097 bytes", record(event(7, "x" * 4097), salt)),
        ("record-no-actor", "nobody did it", record(event(7, actor=""), salt)),
        ("record-short-salt", "a salt of 31 bytes", record(good, salt[:31])),
        ("record-bare-salt", "base64 without padding", record(good, salt).replace(b'="}', b'"}')),
    ):
        yield name, vector({"kind": "record", "expect": "damaged", "comment": comment}, body)


def of_checkpoints() -> Iterator[Case]:
    given: Stated = {"kind": "checkpoint", "comment": "", "key": vkey(LOG), "witness 1": vkey(WITNESS, b"\x04")}
    root = tree(FIVE.leaves)
    text = head_text(5, root)
    facts = {"expect": "success", "size": 5, "root": base(root)}
    for name, comment, note, seen in (
        ("checkpoint", "signed by the log", checkpoint(text), {}),
        ("checkpoint-cosigned", "with a cosignature", checkpoint(text, cosigned(WITNESS, text)), {"seen 1": SEEN}),
        (
            "checkpoint-cosigned-twice",
            "cosigned at two times",
            checkpoint(text, cosigned(WITNESS, text), cosigned(WITNESS, text, SEEN + 60)),
            {"seen 1": SEEN + 60},
        ),
        ("checkpoint-unknown", "cosigned by somebody unknown", checkpoint(text, cosigned(SECOND, text)), {}),
    ):
        yield name, vector(given | facts | {"comment": comment} | seen, note)
    longer = head_text(5, root, more="a line of another kind of log\n")
    stated = given | facts | {"comment": "a line after the root, which signatures cover"}
    yield "checkpoint-extension", vector(stated, checkpoint(longer))
    largest = head_text(1 << 62, root)
    yield (
        "checkpoint-largest",
        vector(given | facts | {"comment": "of size 2^62", "size": 1 << 62}, checkpoint(largest)),
    )
    foreign = head_text(5, root, origin=OTHER_LOG[0])
    bits = base(root)[:-2] + chr(ord(base(root)[-2]) + 1) + "="
    stray = head_text(5, root).replace(base(root), bits)
    for name, comment, note in (
        ("checkpoint-other-log", "another log's", foreign + "\n" + by(OTHER_LOG, foreign)),
        ("checkpoint-other-origin", "another log's origin, signed by this log", checkpoint(foreign)),
        ("checkpoint-stranger", "signed under the log's name by another key", text + "\n" + by(STRANGER, text)),
        ("checkpoint-true-beside-false", "a true signature, then a false one", checkpoint(text, by(LOG, foreign))),
        (
            "checkpoint-false-cosignature",
            "the cosignature of another text",
            checkpoint(text, cosigned(WITNESS, foreign)),
        ),
        (
            "checkpoint-later-cosignature",
            "a cosignature whose time was altered",
            checkpoint(text, later(cosigned(WITNESS, text))),
        ),
        (
            "checkpoint-padded-size",
            "a size with a leading zero",
            checkpoint(head_text(5, root).replace("\n5\n", "\n05\n")),
        ),
        ("checkpoint-too-large", "of size 2^62 + 1", checkpoint(head_text((1 << 62) + 1, root))),
        ("checkpoint-stray-bits", "base64 of the root with a stray bit", checkpoint(stray)),
        ("checkpoint-spelling", "base64 of a signature with a stray bit", strayed(checkpoint(text))),
        ("checkpoint-no-root", "no root", checkpoint(f"{LOG[0]}\n5\n")),
    ):
        yield name, vector(given | {"expect": "damaged", "comment": comment}, note)


def later(cosignature: str) -> str:
    """The same line with the last bit of its time altered."""
    name, text = cosignature.split(" ")[1:]
    content = bytearray(base64.b64decode(text))
    content[11] ^= 1
    return line(name, bytes(content[:4]), bytes(content[4:]))


def strayed(note: str) -> str:
    """The note with a stray bit in the last digit of its last signature."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    digit = note[-3]
    assert note.endswith("=\n")
    return note[:-3] + letters[letters.index(digit) | 1] + "=\n"


def proof(made: Log, index: int, note: str, **altered: object) -> str:
    """custody.md, "Proof"."""
    hashes = altered.get("hashes", path(index, made.leaves))
    assert isinstance(hashes, list)
    shown = altered.get("record", made.records[index])
    assert isinstance(shown, bytes)
    lines = ["c2sp.org/tlog-proof@v1", f"extra {base(shown)}", f"index {altered.get('said', index)}"]
    return "\n".join([*lines, *map(base, hashes), "", ""]) + note


def of_proofs() -> Iterator[Case]:
    given: Stated = {"kind": "proof", "expect": "success", "comment": "", "key": vkey(LOG)}
    many = Log([event(i, "", "k", "a") for i in range(257)])
    text = head_text(5, tree(FIVE.leaves))
    witnessed = checkpoint(text, cosigned(WITNESS, text))
    for name, comment, made, index, note, witness in (
        ("proof", "entry 3 of five", FIVE, 3, FIVE.note(), ()),
        ("proof-only", "the only entry: no hash is needed", Log([event(0)]), 0, Log([event(0)]).note(), ()),
        ("proof-last", "the last of 257: one hash", many, 256, many.note(), ()),
        ("proof-first", "the first of 257: nine hashes", many, 0, many.note(), ()),
        ("proof-cosigned", "with the cosignature that is required", FIVE, 4, witnessed, (WITNESS,)),
    ):
        stated = given | {"comment": comment, "index": index, "size": len(made.leaves)}
        stated |= {f"witness {i}": vkey(one, b"\x04") for i, one in enumerate(witness, 1)}
        shown = made.records[index].partition(b'"event":')[2].partition(b',"salt"')[0].decode()
        yield name, vector(stated | {"event": shown}, proof(made, index, note))
    note, good = FIVE.note(), path(3, FIVE.leaves)
    required = {"witness 1": vkey(WITNESS, b"\x04")}
    edited = record(event(3, detail="something else"), FIVE.salts[3])
    foreign = head_text(5, tree(FORK.leaves))
    for name, comment, body, more in (
        ("proof-not-cosigned", "without the cosignature that is required", proof(FIVE, 3, note), required),
        ("proof-edited", "the event was altered", proof(FIVE, 3, note, record=edited), {}),
        ("proof-other-index", "another entry's place", proof(FIVE, 3, note, said=2), {}),
        ("proof-beyond", "a place that the tree does not have", proof(FIVE, 3, note, said=5), {}),
        ("proof-too-many", "a hash too many", proof(FIVE, 3, note, hashes=[*good, bytes(32)]), {}),
        ("proof-too-few", "a hash too few", proof(FIVE, 3, note, hashes=good[:-1]), {}),
        ("proof-other-root", "the checkpoint of a fork", proof(FIVE, 3, checkpoint(foreign)), {}),
        ("proof-stranger", "signed by another key", proof(FIVE, 3, text + "\n" + by(STRANGER, text)), {}),
        ("proof-no-extra", "the record is missing", proof(FIVE, 3, note).replace("extra", "extras", 1), {}),
        ("proof-version", "of another version", proof(FIVE, 3, note).replace("@v1", "@v2", 1), {}),
        ("proof-windows", "line ends of Windows", proof(FIVE, 3, note).replace("\n", "\r\n"), {}),
        ("proof-cut", "cut off", proof(FIVE, 3, note)[:-40], {}),
    ):
        yield name, vector(given | {"expect": "damaged", "comment": comment} | more, body)


def asked(old: int, hashes: Sequence[bytes], note: str) -> str:
    """custody.md, "Witness": the body of `add-checkpoint`."""
    return "\n".join([f"old {old}", *map(base, hashes), "", ""]) + note


def of_requests() -> Iterator[Case]:
    given: Stated = {"kind": "request", "expect": "success", "comment": "", "key": vkey(LOG)}
    given |= {"cosigner": named(WITNESS), "time": SEEN}
    text = head_text(5, tree(FIVE.leaves))
    answer = {"answer": cosigned(WITNESS, text).removesuffix("\n")}

    def last(made: Log, size: int) -> Stated:
        return {"last": f"{size} {base(tree(made.leaves[:size]))}"}

    for old in (3, 4, 5):
        stated = given | {"comment": f"from {old} to 5"} | last(FIVE, old) | answer
        yield f"request-{old}", vector(stated, asked(old, subproof(old, FIVE.leaves) if old < 5 else [], FIVE.note()))
    yield "request-first", vector(given | {"comment": "the first time"} | answer, asked(0, [], FIVE.note()))
    proof_of_3 = subproof(3, FIVE.leaves)
    for name, expect, comment, memory, body in (
        (
            "request-out-of-step",
            "out of step",
            "from 3, where 4 is remembered",
            last(FIVE, 4),
            asked(3, proof_of_3, FIVE.note()),
        ),
        (
            "request-forked",
            "refused",
            "the remembered tree was another",
            last(FORK, 3),
            asked(3, proof_of_3, FIVE.note()),
        ),
        ("request-same-size", "refused", "the same size with another root", last(FORK, 5), asked(5, [], FIVE.note())),
        ("request-rolled-back", "refused", "a smaller log than remembered", last(SEVEN, 7), asked(7, [], FIVE.note())),
        ("request-no-proof", "refused", "without the proof", last(FIVE, 3), asked(3, [], FIVE.note())),
        (
            "request-stranger",
            "damaged",
            "signed by another key",
            last(FIVE, 3),
            asked(3, proof_of_3, text + "\n" + by(STRANGER, text)),
        ),
        (
            "request-padded",
            "damaged",
            "a size with a leading zero",
            last(FIVE, 3),
            asked(3, proof_of_3, FIVE.note()).replace("old 3", "old 03", 1),
        ),
    ):
        yield name, vector(given | {"expect": expect, "comment": comment} | memory, body)


def made() -> dict[str, bytes]:
    every = [of_good_logs(), of_bad_logs(), of_records(), of_checkpoints(), of_proofs(), of_requests()]
    return dict(itertools.chain(*every))


if __name__ == "__main__":
    keep("custody", made())
