"""What lies under the seal: a tar of the clips, `SHA256SUMS` and the signed manifest, padded (docs/formats/parcel.md).

The length is known before the first clip is read, for every slot states it; the manifest comes last, for it states what
was read. `age -d | tar x && sha256sum -c SHA256SUMS` reads a parcel without jebi.

Invariants: one pass, one piece of a clip in memory; a clip that changes while it is read ends the sealing.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jebi.errors import Damaged, Refused, WrongKey
from jebi.parcel import note, tar
from jebi.parcel.manifest import CLIPS, MANIFEST_NAME, MOST_FILES, SUMS_NAME, Clip, Manifest, compare, parse_manifest
from jebi.parcel.note import Note, Signer
from jebi.parcel.padding import padme
from jebi.parcel.safename import Names, SafeName
from jebi.parcel.seal import Seal
from jebi.parcel.stream import Source
from jebi.parcel.tar import Member

PIECE = 1 << 20
LONGEST_SUMS = note.LONGEST_NOTE
LONGEST_TEXT = LONGEST_SUMS - 4096  # leaves room for the signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes under the seal: the clips to read, and what the manifest says besides."""

    members: tuple[Member, ...]
    number: int
    previous: bytes
    recipients: tuple[bytes, ...]

    def manifest(self, digests: Sequence[bytes]) -> Manifest:
        clips = (
            Clip(name=m.name, digest=digest, size=m.size, claimed_modified=m.claim)
            for m, digest in zip(self.members, digests, strict=True)
        )
        return Manifest(number=self.number, previous=self.previous, recipients=self.recipients, clips=tuple(clips))

    def length(self, signer: Signer) -> int:
        """Bytes of the archive before padding.

        Raises:
            Refused: the manifest would be longer than any reader reads.
        """
        manifest = self.manifest([bytes(32)] * len(self.members))
        if len(manifest.text().encode()) > LONGEST_TEXT:
            raise Refused("the list of files is too long for one parcel", hint="seal the clips in parts")
        clips = sum(_in_clips(member).length for member in self.members)
        return clips + sum(len(piece) for piece in _tail(manifest, signer))


def padded_length(length: int, layers: Sequence[Seal]) -> int:
    """The shortest padded length of the archive whose sealed length is a Padmé length."""
    sealed = length
    for layer in layers:
        sealed = layer.sealed_length(sealed)
    while True:
        sealed = padme(sealed)
        opened: int | None = sealed
        for layer in reversed(layers):
            opened = layer.opened_length(opened) if opened is not None else None
        if opened is not None and opened >= length:
            return opened
        sealed += 1


def pieces(
    parcel: Parcel, open_clip: Callable[[Member], Source], signer: Signer, length: int, seen: Callable[[Note], None]
) -> Iterator[bytes]:
    """The archive's `length` bytes, in order. `seen` gets the signed manifest when all clips were read.

    Raises:
        Damaged: a clip is shorter than it was when it was listed.
    """
    digests, written = [], 0
    for number, member in enumerate(parcel.members, 1):
        archived = _in_clips(member)
        yield archived.head()
        digest, left, source = hashlib.sha256(), member.size, open_clip(member)
        while left:
            piece = source.read(min(PIECE, left))
            if not piece:
                raise Damaged(f"clip {number} became shorter while it was read", hint="is the camera still recording?")
            digest.update(piece)
            left -= len(piece)
            yield piece
        yield bytes(archived.padding)
        written += archived.length
        digests.append(digest.digest())
    manifest = parcel.manifest(digests)
    for piece in _tail(manifest, signer):
        written += len(piece)
        yield piece
    seen(note.sign(manifest.text(), signer))
    while written < length:
        zeros = bytes(min(PIECE, length - written))
        written += len(zeros)
        yield zeros


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A parcel whose every byte was read and agrees with its signed manifest."""

    note: Note
    manifest: Manifest


Keep = Callable[[SafeName, Iterator[bytes]], None]


def read(source: Source, keep: Keep, check: Callable[[Note], None]) -> Opened:
    """Read a parcel's archive to its end. `keep` gets each clip's pieces, for quarantine; `check` judges the signature.

    Raises:
        Damaged: the archive is not one of ours, or a clip is not what the manifest says.
    """
    reader, names, named = tar.Reader(source), Names(), 0
    clips: list[Clip] = []
    sums = signed = None
    for member in reader:
        if signed is not None:
            raise Damaged("the parcel goes on after its manifest")
        named += len(member.name.text)
        if len(clips) > MOST_FILES or named > LONGEST_SUMS:
            raise Damaged("the parcel holds more files than any parcel has")
        names.add(member.name)
        if member.name == SUMS_NAME:
            sums = _small(reader, member)
        elif member.name == MANIFEST_NAME:
            signed = note.parse(_small(reader, member))
        else:
            clips.append(_read_clip(reader, member, keep))
    if signed is None or sums is None:
        raise Damaged("the parcel has no manifest: it was not sealed to its end")
    if not reader.rest_is_zero():
        raise Damaged("something other than padding follows the parcel")
    check(signed)
    manifest = parse_manifest(signed)
    if wrong := list(compare(manifest, clips)):
        raise Damaged(f"{len(wrong)} of the parcel's files are not what its manifest says")
    if sums != manifest.sums():
        raise Damaged("the parcel's list of sums is not what its manifest says")
    return Opened(note=signed, manifest=manifest)


def check_recipients(manifest: Manifest, ours: Sequence[bytes]) -> None:
    """A parcel that somebody sealed to another desk and passed on to us says so here.

    Raises:
        WrongKey: the signed recipients are not those it was opened with.
    """
    if not set(manifest.recipients) >= set(ours):
        raise WrongKey("the parcel was sealed to other desks than this one, and passed on by one of them")


def _read_clip(reader: tar.Reader, member: Member, keep: Keep) -> Clip:
    if not member.name.text.startswith(CLIPS):
        raise Damaged("the parcel holds a file where none belongs")
    name = SafeName(member.name.text.removeprefix(CLIPS))
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for piece in reader.pieces():
            digest.update(piece)
            yield piece

    content = hashed()
    keep(name, content)
    for _ in content:
        pass  # whatever `keep` left unread counts too
    return Clip(name=name, digest=digest.digest(), size=member.size, claimed_modified=member.modified)


def _small(reader: tar.Reader, member: Member) -> bytes:
    if member.size > LONGEST_SUMS:
        raise Damaged("the parcel's manifest is too long to be one")
    return b"".join(reader.pieces())


def _in_clips(member: Member) -> Member:
    return Member(name=SafeName(CLIPS + member.name.text), size=member.size, modified=member.modified)


def _tail(manifest: Manifest, signer: Signer) -> Iterator[bytes]:
    signed = str(note.sign(manifest.text(), signer)).encode()
    for name, content in ((SUMS_NAME, manifest.sums()), (MANIFEST_NAME, signed)):
        member = Member(name=name, size=len(content))
        yield member.head() + content + bytes(member.padding)
    yield tar.END
