"""What the public is shown of a released cut, as values: the film and what was done to it, or the notice that it was withdrawn.

A film's number says how many were published before it, and nothing else: no clip, trip, accession or person has a part in
it. Everything here was in the plan that two people cleared, or is a digest of what they cleared (docs/formats/site.md).

Invariants: what exists is fit to be published: each text is short enough, prints as it is and cannot turn the reading
direction; each file has its size and SHA-256; a withdrawn film keeps its number and the words of the notice, and nothing
of what it was. It never opens a file and never asks what day it is. Peak: the texts.

The journey of a clip ends here: it was sealed inside, carried, received, protected, cleared, and now anyone may watch it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from jebi.archive.transcript import Cue
from jebi.errors import Damaged
from jebi.parcel.note import Ed25519Verifier
from jebi.parcel.safename import SafeName

LAST_NUMBER: Final = 999_999
LONGEST_TITLE: Final = 160  # characters: two lines on a wide screen
LONGEST_TEXT: Final = 4_000  # characters: what one reads before a film
LONGEST_NAME: Final = 60  # of a place or a theme: it stands on a button
MOST_NAMES: Final = 12
MOST_LANGUAGES: Final = 24
MOST_CUES: Final = 20_000  # of one language: ten hours of talk
MOST_PARTS: Final = 64  # files of a stream: seven a rung of the ladder are two
MOST_CHANGES: Final = 1_000_000
LONGEST_FILM: Final = 24 * 3600  # seconds
LARGEST_FILE: Final = 1 << 40  # bytes
LARGEST_PICTURE: Final = 8192  # lines or columns
LONGEST_ROOT: Final = 1 << 14  # bytes of a certificate
MOST_ROOTS: Final = 8  # certificates: a newsroom changes authority once in years

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_FILMED = re.compile(r"(?:[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?)?")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,253}/(?:[A-Za-z0-9._~-]{1,100}/){0,8}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Change(StrEnum):
    """What may have been done to a film to protect somebody. The order is that in which it is told."""

    FACES_COVERED = "faces-covered"
    FIGURES_COVERED = "figures-covered"
    TEXT_COVERED = "text-covered"
    THINGS_COVERED = "things-covered"
    VOICES_REPLACED = "voices-replaced"
    VOICES_DISGUISED = "voices-disguised"
    SOUND_REMOVED = "sound-removed"
    PARTS_CUT = "parts-cut"
    NOISE_LOWERED = "noise-lowered"
    METADATA_REMOVED = "metadata-removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text in some languages, at least one; made by `words`."""

    texts: tuple[tuple[str, str], ...]

    def best(self, *languages: str) -> tuple[str, str]:
        """The language and the text of the first of these that there is, else English, else whatever there is."""
        known = dict(self.texts)
        language = next((one for one in (*languages, "en") if one in known), self.texts[0][0])
        return language, known[language]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that was cleared: what it is called beside the film, its size, and its digest."""

    name: SafeName
    size: int
    sha256: str

    def __post_init__(self) -> None:
        if not 0 < self.size <= LARGEST_FILE or not _DIGEST.fullmatch(self.sha256):
            raise Damaged(f"the size or the digest of {self.name} makes no sense")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitles:
    """What is said, in one language, on the clock of the film."""

    language: str
    cues: tuple[Cue, ...]

    def __post_init__(self) -> None:
        check_language(self.language)
        if not 0 < len(self.cues) <= MOST_CUES:
            raise Damaged(f"subtitles in {self.language} have no line, or more than {MOST_CUES}")
        if any(after.start_ms < before.start_ms for before, after in zip(self.cues, self.cues[1:], strict=False)):
            raise Damaged(f"subtitles in {self.language} are not in the order of their times")

    @property
    def is_machine(self) -> bool:
        """Whether a machine wrote any of it."""
        return any(cue.is_machine for cue in self.cues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film that may be shown.

    Args:
        number: its public number, from 1; the first part of every address of it.
        filmed: as much of a date as may be told, or nothing.
        seconds: how long it lasts.
        published: the day, given by whoever publishes.
        changes: what was changed, each kind once, and how often; 0 where it cannot be counted.
        movie: the one MP4 file; its digest is the output hash of the clearance.
        poster, card: its still, at most 25 kB, and a small one for lists.
        stream: files of the HLS ladder, the main playlist first, or none.
        has_credentials: whether C2PA credentials lie in the MP4.
        proof: a custody proof of the release, if there is one.
    """

    number: int
    title: Words
    summary: Words
    why: Words | None
    places: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    filmed: str = ""
    seconds: int
    published: date
    changes: tuple[tuple[Change, int], ...] = ()
    subtitles: tuple[Subtitles, ...] = ()
    width: int
    height: int
    movie: File
    poster: File
    card: File
    stream: tuple[File, ...] = ()
    has_credentials: bool = False
    proof: File | None = None

    def __post_init__(self) -> None:
        check_number(self.number)
        if any(len(text) > LONGEST_TITLE or "\n" in text for _, text in self.title.texts):
            raise Damaged(f"the title of film {self.number} is longer than {LONGEST_TITLE} characters, or than a line")
        for names in (self.places, self.themes):
            _check_names(names)
        if not _FILMED.fullmatch(self.filmed):
            raise Damaged(f"when film {self.number} was filmed is no year, month or day")
        if not 0 < self.seconds <= LONGEST_FILM or not 0 < self.width <= LARGEST_PICTURE >= self.height > 0:
            raise Damaged(f"the length or the size of film {self.number} makes no sense")
        if any(not 0 <= count <= MOST_CHANGES for _, count in self.changes):
            raise Damaged(f"what was changed in film {self.number} cannot be counted so")
        for kinds in (self.changes, [(one.language, 0) for one in self.subtitles]):
            if len({kind for kind, _ in kinds}) != len(kinds):
                raise Damaged(f"film {self.number} has one kind of change or one language of subtitles twice")
        if len(self.subtitles) > MOST_LANGUAGES or len(self.stream) > MOST_PARTS:
            raise Damaged(f"film {self.number} has too many subtitles or files")
        if len({str(file.name).casefold() for file in self.files}) != len(self.files):
            raise Damaged(f"film {self.number} has two files of one name")

    @property
    def files(self) -> tuple[File, ...]:
        """All that was cleared and is published as it is."""
        return (self.movie, self.poster, self.card, *self.stream, *([self.proof] if self.proof else []))

    def digest(self) -> str:
        """A digest of everything that pages show of it: when it is the same, so are they."""
        said = [
            f"{(s.language, [(c.start_ms, c.end_ms, c.text, c.speaker, c.is_machine) for c in s.cues])}"
            for s in self.subtitles
        ]
        rest = (self.number, self.title, self.summary, self.why, self.places, self.themes, self.filmed, self.seconds)
        more = (self.published, self.changes, self.width, self.height, self.files, self.has_credentials, self.proof)
        return hashlib.sha256(repr((rest, more, said)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """A film that was withdrawn: its number, the day, and what is said of it. Nothing of the film is in it."""

    number: int
    day: date
    words: Words

    def __post_init__(self) -> None:
        check_number(self.number)

    def digest(self) -> str:
        """A digest of the notice."""
        return hashlib.sha256(repr((self.number, self.day, self.words)).encode()).hexdigest()


class FilmDamaged(Damaged):
    """A file of one film is not what two people cleared."""

    def __init__(self, what: str, *, number: int = 0, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that is published, in the order of its numbers.

    Args:
        title: what the site is called.
        about: what its front page says of the newsroom.
        key: the newsroom's public key as a C2SP vkey, by which copies are checked.
        languages: of the pages; the first is that of the front door.
        address: where it is meant to be found, as `https://films.example/`, or nothing: a copy needs none.
        root: the certificates by which readers of content credentials know the newsroom, PEM, the newest first; nothing where there is none.
    """

    title: Words
    about: Words
    key: str
    entries: tuple[Film | Retraction, ...]
    languages: tuple[str, ...] = ("en", "ko", "ja")
    address: str = ""
    root: bytes = b""

    def __post_init__(self) -> None:
        numbers = [entry.number for entry in self.entries]
        if numbers != sorted(set(numbers)):
            raise Damaged("films are not in the order of their numbers, or two have the same")
        if not self.languages or any(len(text) > LONGEST_TITLE for _, text in self.title.texts):
            raise Damaged("a site has no language, or a title that is too long")
        if self.address and not _ADDRESS.fullmatch(self.address):
            raise Damaged("a site's address is none: it begins with https:// or http:// and ends in a slash")
        Ed25519Verifier.parse(self.key)
        if self.root:
            _check_root(self.root)

    @property
    def films(self) -> tuple[Film, ...]:
        """Those that may be watched."""
        return tuple(entry for entry in self.entries if isinstance(entry, Film))

    def digest(self) -> str:
        """A digest of what every page shows of it."""
        return hashlib.sha256(
            repr((self.title, self.about, self.key, self.languages, self.address, self.root)).encode()
        ).hexdigest()


def words(texts: Mapping[str, str]) -> Words:
    """A text out of a plan, by language; raises `Damaged`."""
    if not 0 < len(texts) <= MOST_LANGUAGES:
        raise Damaged(f"a text is in no language, or in more than {MOST_LANGUAGES}")
    for language, text in texts.items():
        check_language(language)
        check_text(text, LONGEST_TEXT)
    return Words(texts=tuple(sorted(texts.items())))


def check_text(untrusted_text: str, most: int) -> None:
    """That a text is there, short enough, and prints as it is; raises `Damaged`.

    Python calls no control, no mark of direction and nothing unassigned printable.
    """
    if not untrusted_text.strip() or len(untrusted_text) > most:
        raise Damaged(f"a text is empty, or longer than {most} characters")
    if not untrusted_text.replace("\n", "").replace("\u3000", "").isprintable():
        raise Damaged("a text has characters that cannot be seen", hint="write it anew, without what was pasted")


def check_language(untrusted_code: str) -> None:
    """That a language is named as in BCP 47, no longer than this needs; raises `Damaged`."""
    if not _LANGUAGE.fullmatch(untrusted_code):
        raise Damaged("a language is not named by its code, as en, ko or zh-Hant")


def check_number(number: int) -> None:
    """That a public number is one; raises `Damaged`."""
    if not 0 < number <= LAST_NUMBER:
        raise Damaged(f"a film's public number is not between 1 and {LAST_NUMBER}")


def _check_root(root: bytes) -> None:
    """That these are certificates, each once, and that nothing stands beside them; raises `Damaged`."""
    try:
        short = root[: MOST_ROOTS * LONGEST_ROOT + 1]
        written = [one.public_bytes(Encoding.PEM) for one in load_pem_x509_certificates(short)]
    except ValueError:
        written = []
    is_fine = len(set(written)) == len(written) <= MOST_ROOTS and all(len(one) <= LONGEST_ROOT for one in written)
    if not written or not is_fine or b"".join(written) != root:
        raise Damaged("the certificate of the site is none, or something stands beside it")


def _check_names(names: Iterable[str]) -> None:
    listed = tuple(names)
    if len(listed) > MOST_NAMES or len(set(listed)) != len(listed):
        raise Damaged(f"there are more than {MOST_NAMES} places or themes, or one of them twice")
    for name in listed:
        check_text(name, LONGEST_NAME)
        if "\n" in name:
            raise Damaged("a place or a theme is longer than a line")
