"""What is given to the parsers of what lies under the seal: tar, manifest, note, names, and what salvage finds of them."""

import hashlib
import tarfile
from collections.abc import Iterator, Sequence
from random import Random

from garbage.campaign import Parser
from garbage.mutation import mutate, number, pick
from jebi.errors import Damaged
from jebi.parcel import contents as parcels
from jebi.parcel import note as notes
from jebi.parcel.contents import Parcel
from jebi.parcel.manifest import CLIPS, MANIFEST_NAME, SUMS_NAME, Clip, Manifest, parse_manifest
from jebi.parcel.note import Ed25519Signer, MacKey, Note
from jebi.parcel.safename import Names, SafeName, make_safe
from jebi.parcel.salvage import find_clips
from jebi.parcel.stream import Chained, Gap
from jebi.parcel.tar import BLOCK, END, Member, Reader

SIGNER = Ed25519Signer(name="jebi/trip/0a1b2c3d", secret=hashlib.sha256(b"trip").digest())
MAC_KEY = MacKey(name="jebi/trip/0a1b2c3d", secret=hashlib.sha256(b"mac").digest())
OTHER = Ed25519Signer(name="desk.example", secret=hashlib.sha256(b"desk").digest())
STRANGE = (b"", b"\n", bytes(600), b"no such thing\n", b"\xff" * 600, b"\xff" * BLOCK * 3)
CLIP_NAMES = ("DCIM/MVI_0001.MP4", "장마당/하루 (2).mov", "a", "x" * 120 + ".mp4", "b/c/d.jpg")
CONTENTS = {
    Member(name=SafeName(name), size=size, modified=time): bytes([65 + i]) * size
    for i, (name, size, time) in enumerate(
        zip(CLIP_NAMES, (700, 0, 3, 512, 513), (0, 1_551_672_368, 1, 2, 3), strict=True)
    )
}
PAX_WORDS = (
    b"12 path=a/b\n",
    b"20 size=99999999\n",
    b"14 mtime=-1.5\n",
    b"path",
    b"size",
    b"mtime",
    b"nan",
    b"x",
    b"0",
    b"1",
)
NAME_WORDS = (
    b"/",
    b"..",
    b".",
    b" ",
    b"-",
    b"con",
    b"AUX.txt",
    b"\xcc\x81",
    b"e\xcc\x81",
    b"\xe2\x80\xae",
    b"\xef\xbf\xbd",
    b":",
    b"\\",
    b"a" * 255,
)
MANIFEST_WORDS = (
    b"\n",
    b"file ",
    b"recipient ",
    b"previous ",
    b"number ",
    b"jebi parcel",
    b" ",
    b"a" * 64,
    b"0",
    b"/",
    b"..",
)


def tar() -> Parser:
    """`tar.Reader`, with most heads' checksums made right again. What is read has safe names and full sizes."""
    seeds = [_archive(list(CONTENTS)), _archive(list(CONTENTS)[:1]), _archive(list(CONTENTS)[3:])]

    def parse(given: bytes) -> object:
        reader, members = Reader(Chained([given])), []
        for member in reader:
            assert sum(map(len, reader.pieces())) == member.size
            members.append(member)
        reader.rest_is_zero()
        return members

    return Parser(draw=lambda dice: _draw_tar(seeds, dice), parse=parse, strange=STRANGE)


def salvaged_clips() -> Parser:
    """`find_clips` in an archive with holes: every clip lies within, with its gaps."""
    seeds = [_archive([_in_clips(member) for member in CONTENTS], prefix=CLIPS)]

    def draw(dice: Random) -> tuple[bytes, list[Gap]]:
        given, gaps, at = bytearray(_draw_tar(seeds, dice)), list[Gap](), 0
        while dice.random() < 0.6:
            at += int(dice.random() * 1500)
            length = 1 + int(dice.random() * 900)
            if at + length > len(given):
                break
            given[at : at + length] = bytes(length)
            gaps.append(Gap(start=at, length=length))
            at += length
        return bytes(given), gaps

    def parse(given: tuple[bytes, list[Gap]]) -> object:
        archive, gaps = given
        found = list(find_clips(lambda offset, length: archive[offset : offset + length], len(archive), gaps))
        for clip in found:
            assert 0 <= clip.offset <= clip.offset + clip.size <= max(len(archive), clip.offset)
            assert all(gap.start >= 0 and gap.length > 0 for gap in clip.missing)
        if not found:
            raise Damaged("nothing was found")
        return found

    return Parser(draw=draw, parse=parse, strange=[(given, []) for given in STRANGE])


def contents() -> Parser:
    """A whole parcel: either its bytes are wrong, or somebody who may sign says wrong things in good form."""
    members = tuple(CONTENTS)
    parcel = Parcel(members=members, number=3, previous=bytes(range(32)), recipients=(bytes(32), bytes([7]) * 32))
    length = parcel.length(SIGNER) + 2000
    seed = b"".join(parcels.pieces(parcel, lambda m: Chained([CONTENTS[m]]), SIGNER, length, lambda _: None))
    text = parcel.manifest([hashlib.sha256(content).digest() for content in CONTENTS.values()]).text().encode()
    sums = parcel.manifest([hashlib.sha256(content).digest() for content in CONTENTS.values()]).sums()

    def draw(dice: Random) -> bytes:
        if dice.random() < 0.35:
            return _draw_tar([seed], dice)
        said = mutate(text, dice, words=MANIFEST_WORDS) if dice.random() < 0.6 else text
        listed = mutate(sums, dice, words=MANIFEST_WORDS) if dice.random() < 0.2 else sums
        files = [(CLIPS + member.name.text, content) for member, content in CONTENTS.items()]
        signed = str(_signed(said, dice)).encode()
        files += [(SUMS_NAME.text, listed), (MANIFEST_NAME.text, signed)]
        while dice.random() < 0.3:
            at, to = int(dice.random() * len(files)), int(dice.random() * len(files))
            kind = int(dice.random() * 4)
            if kind == 0:
                files[at], files[to] = files[to], files[at]
            elif kind == 1:
                files.insert(at, files[to])
            elif kind == 2:
                files[at] = (files[to][0], files[at][1])
            else:
                files[at] = (
                    mutate(files[at][0].encode(), dice, words=NAME_WORDS).decode("utf-8", "ignore"),
                    files[at][1],
                )
        return b"".join(_file(*file) for file in files) + END + bytes(int(dice.random() * 3000))

    def parse(given: bytes) -> object:
        kept: dict[str, int] = {}

        def keep(name: SafeName, pieces: Iterator[bytes]) -> None:
            kept[name.text] = sum(map(len, pieces))

        opened = parcels.read(Chained([given]), keep, _check)
        assert kept == {clip.name.text: clip.size for clip in opened.manifest.clips}
        return opened

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def manifest() -> Parser:
    """`parse_manifest`: what it accepts, `Manifest.text` writes."""
    clips = tuple(
        Clip(name=m.name, digest=hashlib.sha256(content).digest(), size=m.size, claimed_modified=m.claim)
        for m, content in CONTENTS.items()
    )
    seeds = [
        Manifest(number=number, previous=bytes(32), recipients=recipients, clips=clips[:many]).text().encode()
        for number, recipients, many in ((1, (bytes(32),), 1), (64, (bytes(32), bytes([1]) * 32), 5))
    ]

    def parse(given: str) -> object:
        read = parse_manifest(Note(text=given, signatures=()))
        assert read.text() == given
        assert read.sums()
        return read

    def draw(dice: Random) -> str:
        return mutate(pick(seeds, dice), dice, others=seeds, words=MANIFEST_WORDS).decode("utf-8", "ignore")

    return Parser(draw=draw, parse=parse, strange=("", "\n", "no such thing\n" * 9))


def note() -> Parser:
    """`note.parse`, and the signatures of what it accepts. Half of the texts are signed after the wrong."""
    text = "desk.example/custody\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    seeds = [str(notes.sign(text, SIGNER, OTHER, MAC_KEY)).encode(), str(notes.sign("a\n\n제비\n", MAC_KEY)).encode()]

    def parse(given: bytes) -> object:
        read = notes.parse(given)
        for verifier in (SIGNER.verifier(), OTHER.verifier(), MAC_KEY):
            read.signed_by(verifier)
            read.lines_of(verifier.name, verifier.key_id)
        assert notes.parse(str(read).encode()) == read
        return read

    def draw(dice: Random) -> bytes:
        if dice.random() < 0.25:
            return str(_signed(mutate(text.encode(), dice), dice)).encode("utf-8", "replace")
        return mutate(pick(seeds, dice), dice, others=seeds)

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def names() -> Parser:
    """`SafeName`, `Names` and `make_safe`, which must end in a safe name whatever it is given."""
    seeds = [name.encode() for name in (*CLIP_NAMES, "a/b/c/d/e/f/g/h", "Ünïcödé/é́", "CON.txt", "x" * 250 + ".mov")]

    def draw(dice: Random) -> str:
        given = mutate(pick(seeds, dice), dice, others=seeds, words=NAME_WORDS)
        return given.decode("utf-8", "surrogateescape" if dice.random() < 0.5 else "ignore")

    def parse(given: str) -> object:
        made = make_safe(tuple(given.split("/")))
        assert make_safe(made.parts) == made
        name = SafeName(given)
        assert make_safe(name.parts) == name or len(name.text.encode()) > 960 or len(name.parts) > 15
        together = Names()
        together.add(name)
        if made != name:
            together.add(made)
        return name

    return Parser(draw=draw, parse=parse, strange=("", "/"))


def _draw_tar(seeds: Sequence[bytes], dice: Random) -> bytes:
    seed = pick(seeds, dice)
    heads = [(at, at + BLOCK) for at in range(0, len(seed), BLOCK) if seed[at + 257 : at + 262] == b"ustar"]
    if dice.random() < 0.5:
        given = _forged(seed, dice, [at for at, _ in heads])
    else:
        given = mutate(seed, dice, others=seeds, words=PAX_WORDS, hot=[*heads, *((a, a + 160) for a, _ in heads)])
    return _summed(given) if dice.random() < 0.9 else given


def _forged(seed: bytes, dice: Random, heads: Sequence[int]) -> bytes:
    """With another number, kind, name or record in good form: what a hostile writer of tars would write."""
    content = bytearray(seed)
    while True:
        at = heads[int(dice.random() * len(heads))]
        kind, value = int(dice.random() * 5), number(dice, (1 << 64) - 1)
        if kind == 0:
            where = (at + 124, at + 136)[int(dice.random() * 2)]  # size, time
            content[where : where + 12] = b"%011o\0" % value if value < 8**11 else b"\x80" + value.to_bytes(11, "big")
        elif kind == 1:
            content[at + 156] = b"0x5g7LKS2\0"[int(dice.random() * 10)]
        elif kind == 2:
            name = mutate(bytes(content[at : at + 100]).rstrip(b"\0"), dice, words=NAME_WORDS)[:100]
            content[at : at + 100] = name.ljust(100, b"\0")
        elif kind == 3:
            content[at + 345 : at + 500] = pick(NAME_WORDS, dice)[:155].ljust(155, b"\0")
        else:
            _forge_records(content, dice, at)
        if dice.random() < 0.5:
            return bytes(content)


def _forge_records(content: bytearray, dice: Random, at: int) -> None:
    """A pax head and its block of records, put before a head."""
    records = b""
    while dice.random() < 0.7:
        value = pick(
            (b"7", b"-7", b"1.5", b"nan", b"1e400", b"8796093022209", b"a/b", b"../a", b"\xff", b"x" * 300), dice
        )
        body = pick((b"path", b"size", b"mtime", b"linkpath", b"GNU.sparse.size", b""), dice) + b"=" + value + b"\n"
        length = len(body) + 2
        length += len(str(length)) - 1
        records += b"%d " % (length + (0 if dice.random() < 0.9 else 1)) + body
    head = tarfile.TarInfo("././@PaxHeader")
    head.size, head.type = len(records), b"x"
    content[at:at] = head.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % BLOCK)


def _summed(given: bytes) -> bytes:
    """With the checksum of every head made right."""
    content = bytearray(given)
    for at in range(0, len(content) - BLOCK + 1, BLOCK):
        if content[at + 257 : at + 262] == b"ustar":
            total = sum(content[at : at + 148]) + 8 * 32 + sum(content[at + 156 : at + BLOCK])
            content[at + 148 : at + 156] = b"%06o\0 " % total
    return bytes(content)


def _archive(members: Sequence[Member], prefix: str = "") -> bytes:
    by_name = {prefix + member.name.text: content for member, content in CONTENTS.items()}
    pieces = (m.head() + by_name[m.name.text] + bytes(m.padding) for m in members)
    return b"".join(pieces) + END + bytes(1024)


def _in_clips(member: Member) -> Member:
    return Member(name=SafeName(CLIPS + member.name.text), size=member.size, modified=member.modified)


def _file(name: str, content: bytes) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    return entry.tobuf(tarfile.PAX_FORMAT, errors="surrogateescape") + content + bytes(-len(content) % BLOCK)


def _signed(text: bytes, dice: Random) -> Note:
    said = text.decode("utf-8", "ignore")
    return notes.sign(said if said.endswith("\n") else said + "\n", SIGNER if dice.random() < 0.95 else OTHER)


def _check(signed: Note) -> None:
    if not signed.signed_by(SIGNER.verifier()):
        raise Damaged("the parcel is signed by nobody we know")


PARSERS = {
    "tar": tar,
    "salvaged-clips": salvaged_clips,
    "contents": contents,
    "manifest": manifest,
    "note": note,
    "names": names,
}
