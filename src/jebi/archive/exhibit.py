"""What a package shows of one clip: its bytes, what was made of them, and what is known of it (docs/formats/evidence.md).

Facts that were measured, claimed by the file and said by people stay apart. As JSON they have one form, in which every
character shows as itself; what tools say of this machine's files is left out.

Peak: the facts as text.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from jebi.archive.transcript import Cue
from jebi.errors import Damaged

SUFFIXES = frozenset(  # nothing that a double click would run, whatever a clip calls itself
    {
        *("3gp", "avi", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ts", "webm", "wmv"),
        *("aac", "flac", "m4a", "mp3", "ogg", "opus", "wav"),
        *("avif", "bmp", "gif", "heic", "jpeg", "jpg", "png", "tif", "tiff", "webp"),
        "json",
    }
)
MEASURE = "bin"  # what only programs read: fingerprints, a waveform (docs/formats/fingerprints.md)
LONGEST_WORD = 32  # letters of a role or a language, which become part of a file's name
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_UNUSUAL = re.compile(
    r"[^\n -~\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
)  # all but plain Latin, Japanese, Chinese and Korean
_MACHINE_TAG = re.compile(  # what exiftool and ffprobe say of the file system, not of the film
    r"(?:(?:File|System|MacOS|ExifTool):)*(?:SourceFile|Directory|FileName|FilePath|BaseName|filename|"
    r"File(?:ModifyDate|AccessDate|InodeChangeDate|CreateDate|Permissions|Attributes|DeviceID|DeviceNumber|InodeNumber|"
    r"HardLinks|UserID|GroupID|BlockSize|BlockCount))|MacOS:.+"
)

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Bytes that lie somewhere: SHA-256, size, and how to read them, from the start each time, in pieces of a MiB or so."""

    digest: bytes
    size: int
    read: Callable[[], Iterable[bytes]] = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.digest) != hashlib.sha256().digest_size or self.size < 0:
            raise ValueError("content has a SHA-256 and a size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was made of a clip: its role, such as `viewing` or `contact-sheet`, and a suffix of `SUFFIXES`, or `MEASURE`."""

    role: str
    suffix: str
    content: Content

    def __post_init__(self) -> None:
        _check_word(self.role)
        if self.suffix not in SUFFIXES | {MEASURE}:
            raise ValueError("what is derived has a known suffix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A `transcript`, a `translation` or `notes`, in a language such as `ko`; each cue says whether a machine wrote it."""

    kind: Literal["transcript", "translation", "notes"]
    language: str
    cues: tuple[Cue, ...] = field(repr=False)

    def __post_init__(self) -> None:
        _check_word(self.language)

    @property
    def is_machine(self) -> bool:
        """Whether a machine wrote any of it."""
        return any(cue.is_machine for cue in self.cues)

    @property
    def name(self) -> str:
        """What its file is called, after the clip's name."""
        return f"{self.kind}-{self.language}" + ("-machine" if self.is_machine else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One clip and what is known of it.

    `subject` is what the log calls it. Of `measured`, `claimed` (by the file), `said` (by people) and `tools` (all that tools
    read) every word leaves the desk: never put in who somebody is, a risk note, or a trip's note.
    """

    subject: str
    original: Content
    measured: Mapping[str, Json] = field(default_factory=dict, repr=False)
    claimed: Mapping[str, Json] = field(default_factory=dict, repr=False)
    said: Mapping[str, Json] = field(default_factory=dict, repr=False)
    tools: Mapping[str, Json] = field(default_factory=dict, repr=False)
    segments: Sequence[Json] = field(default=(), repr=False)
    derived: tuple[Derived, ...] = ()
    words: tuple[Words, ...] = ()


def content_of(text: bytes) -> Content:
    """Bytes that are in memory, as content."""
    return Content(digest=hashlib.sha256(text).digest(), size=len(text), read=lambda: [text])


def as_json(facts: Json) -> bytes:
    """Facts as text: keys sorted, nothing that does not show as itself, nothing that tools say of this machine's files."""
    try:
        text = json.dumps(_without_machine(facts), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise Damaged("the facts of a clip hold a number or a depth that no reader takes") from error
    return (_UNUSUAL.sub(lambda found: _shown(found[0]), text) + "\n").encode()


def _shown(letter: str) -> str:
    """A letter that hides itself, or turns the direction of reading, as the escape that JSON has for it."""
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


def _without_machine(untrusted: Json) -> Json:
    """What tools read, without folders, names, owners and times of change of the file that they read it from."""
    if isinstance(untrusted, Mapping):
        return {key: _without_machine(value) for key, value in untrusted.items() if not _MACHINE_TAG.fullmatch(key)}
    if isinstance(untrusted, Sequence) and not isinstance(untrusted, str):
        return [_without_machine(value) for value in untrusted]
    return untrusted


def _check_word(word: str) -> None:
    if not _WORD.fullmatch(word) or len(word) > LONGEST_WORD:
        raise ValueError("a role or a language is a few small letters and hyphens")
