"""What is inside a parcel, signed by the trip (docs/formats/parcel.md, "Manifest").

The manifest is a C2SP signed note, last in the archive. It binds every file's name, size and SHA-256, the parcel's
number and predecessor, and whom the parcel was sealed to, so that nobody it was sealed to can pass it on as sealed to
somebody else. What a camera says of its files is a claim, and is labelled so.

Invariants: a manifest that exists is consistent; nothing outside the seal is derived from it.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jebi.errors import Damaged
from jebi.parcel.note import Note
from jebi.parcel.safename import Names, SafeName

TITLE = "jebi parcel"
MOST_FILES = 200_000  # ten full cards of photographs
DIGEST = hashlib.sha256().digest_size
SUMS_NAME = SafeName("SHA256SUMS")
MANIFEST_NAME = SafeName("manifest.note")
CLIPS = "clips/"
_FILE = re.compile(r"file ([0-9a-f]{64}) (0|[1-9][0-9]{0,15}) (0|[1-9][0-9]{0,15}) (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One recording as it came off a card: name, SHA-256, size in bytes, and the claimed time of its last change."""

    name: SafeName
    digest: bytes
    size: int
    claimed_modified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a traveller says of a parcel."""

    number: int
    previous: bytes
    recipients: tuple[bytes, ...]
    clips: tuple[Clip, ...]

    def __post_init__(self) -> None:
        if not self.clips or len(self.clips) > MOST_FILES:
            raise Damaged("the manifest names no file, or too many")
        names = Names()
        for clip in self.clips:
            names.add(clip.name)
        if self.number < 1 or len(self.previous) != DIGEST or not self.recipients:
            raise Damaged("the manifest does not say which parcel it is, or whom it is for")

    def text(self) -> str:
        """The signed text."""
        lines = [TITLE, f"number {self.number}", f"previous {self.previous.hex()}"]
        lines += [f"recipient {recipient.hex()}" for recipient in self.recipients]
        lines += [f"file {c.digest.hex()} {c.size} {c.claimed_modified} {c.name}" for c in self.clips]
        return "\n".join(lines) + "\n"

    def sums(self) -> bytes:
        """The `SHA256SUMS` file, for `sha256sum -c`."""
        return "".join(f"{clip.digest.hex()}  {CLIPS}{clip.name}\n" for clip in self.clips).encode()


def parse_manifest(note: Note) -> Manifest:
    """Read the text of a note as a manifest. Whose note it is was checked before, or the result is no more than a claim.

    Raises:
        Damaged: the text is not what `Manifest.text` writes, to the byte.
    """
    lines = note.text.rstrip("\n").split("\n")
    if len(lines) < 5 or lines[0] != TITLE or len(lines) > MOST_FILES + 64:
        raise Damaged("the manifest is none: its first line says otherwise")
    recipients = [_hex(line, "recipient ") for line in lines[3:] if line.startswith("recipient ")]
    manifest = Manifest(
        number=_number(lines[1]),
        previous=_hex(lines[2], "previous "),
        recipients=tuple(recipients),
        clips=tuple(map(_clip, lines[3 + len(recipients) :])),
    )
    if manifest.text() != note.text:
        raise Damaged("the manifest is written in a way that jebi does not write")
    return manifest


def digest_of(note: Note) -> bytes:
    """SHA-256 of a manifest's signed text, by which the next parcel of the trip names it."""
    return hashlib.sha256(note.text.encode()).digest()


def compare(manifest: Manifest, received: Sequence[Clip]) -> Iterable[SafeName]:
    """The names whose content is not what the manifest says, or that only one side has."""
    said = {clip.name: (clip.digest, clip.size) for clip in manifest.clips}
    came = {clip.name: (clip.digest, clip.size) for clip in received}
    return sorted(name for name in said.keys() | came.keys() if said.get(name) != came.get(name))


def _clip(line: str) -> Clip:
    match = _FILE.fullmatch(line)
    if match is None:
        raise Damaged("the manifest has a line that names no file")
    digest, size, modified, name = match.groups()
    return Clip(name=SafeName(name), digest=bytes.fromhex(digest), size=int(size), claimed_modified=int(modified))


def _number(line: str) -> int:
    digits = line.removeprefix("number ")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 4:
        raise Damaged("the manifest's parcel number is no number")
    return int(digits)


def _hex(line: str, word: str) -> bytes:
    digits = line.removeprefix(word)
    if len(digits) != 2 * DIGEST or not set(digits) <= set("0123456789abcdef"):
        raise Damaged("the manifest has a digest that is none")
    return bytes.fromhex(digits)
