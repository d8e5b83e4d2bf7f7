"""Transcripts and translations of a clip: by machines and by people, brought in and written out as WebVTT or SRT.

What a machine wrote is one transcript a language and model. What a person brings in is one transcript each time, for
nothing that was written is ever overwritten. A correction takes the place of what it corrects, in the transcript that it
corrects, and is its author's.

What a file marks as a machine's stays marked for ever: a person who brings it in stands for having brought it, not for its
words, so that the mark stays before them (docs/formats/transcripts.md, "In the catalogue").

Invariants: a transcript's number depends on nothing that a correction changes; what is brought in is whole, with its event,
or not at all. Peak: one clip's words, and about six times the file.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import Connection, select

from jebi.archive import transcript
from jebi.archive.transcript import LATEST_MS, LONGEST_TEXT, MACHINE, Cue
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.words import add_words
from jebi.vault import clips, segments
from jebi.vault.catalogue import Change, Event
from jebi.vault.schema import Origin, segment
from jebi.vault.segments import LONGEST_LANGUAGE, Segment

Kind = Literal["transcript", "translation"]
KINDS: tuple[Kind, ...] = ("transcript", "translation")
FORMS: Mapping[str, Callable[[Iterable[Cue]], bytes]] = {
    "vtt": transcript.write_webvtt,
    "srt": transcript.write_srt,
}
KEY = 16  # hex digits of a transcript's number
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")  # BCP 47, of which a desk needs `ko`, `ja-latn`, `zh-hant`


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words from one moment to another: what holds now, with its number, and who stands for it.

    `is_machine`: a machine wrote it, here or before it was brought in. `checked_by` found a machine's words right.
    """

    segment: int
    start_ms: int
    end_ms: int
    text: str
    is_machine: bool
    author: str = ""
    checked_by: str = ""

    @property
    def stands_for_it(self) -> str:
        """The person who does: who wrote, mended or brought in the words, or found a machine's right; nobody for what only a machine says."""
        return self.checked_by or ("" if self.is_machine else self.author)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What one machine heard, or one person brought in at one time; its lines by time.

    `key` is its number for people and addresses: hexadecimal, and the same for ever. `made_ms` is when its newest line was
    made that is no correction.
    """

    key: str
    kind: Kind
    language: str
    origin: Origin
    author: str
    model: str
    made_ms: int
    lines: tuple[Line, ...] = field(repr=False)

    def checked(self) -> "Transcript":
        """Of its lines only those for which a person stands."""
        return replace(self, lines=tuple(line for line in self.lines if line.stands_for_it))

    def cues(self) -> Iterator[Cue]:
        """Its lines as files have them; those that files cannot have are cut, or left out."""
        for line in self.lines:
            start_ms = min(line.start_ms, LATEST_MS - 1)
            end_ms = min(max(line.end_ms, start_ms + 1), LATEST_MS)
            for text in _cut(line.text):
                yield Cue(start_ms=start_ms, end_ms=end_ms, text=text, is_machine=line.is_machine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A transcript that was brought in: its number, how many lines it has, and what was left out or mended."""

    key: str
    lines: int
    remarks: tuple[str, ...]


def bring_in(
    change: Change, clip: str, untrusted_file: bytes, *, language: str, is_translation: bool, by: str
) -> Brought:
    """Take in WebVTT or SRT, whichever it is, as a transcript or a translation by a person.

    Args:
        change: the transaction.
        clip: the clip's number.
        untrusted_file: the file.
        language: that of the words, such as `ko`, as BCP 47 has it, in small letters.
        is_translation: whether they are others than were spoken.
        by: the pseudonym of who brings it in.

    Raises:
        NothingFound: there is no such clip.
        Refused: that is no language, or the same file was brought in by the same person at this very moment.
        Damaged: the file is too large, has no words, or a line cannot be read; the error names the line.
    """
    if len(language) > LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(language):
        raise Refused("that is not the short name of a language", hint="name it as ko, ja, en or zh-hant")
    if clips.get(change.connection, clip) is None:
        raise NothingFound("there is no such clip in the archive", hint="search it: jebi desk search")
    read = transcript.parse_transcript(untrusted_file)
    if not read.cues:
        raise Damaged("the file has no words", hint="export it again as WebVTT or SRT")
    kind: Kind = "translation" if is_translation else "transcript"
    key = _key(clip, kind, language, "person", by, change.now_ms)
    if any(one.key == key for one in listed(change.connection, clip)):
        raise Refused("this was brought in already", hint="look at the clip anew")
    digest = hashlib.sha256(untrusted_file).hexdigest()
    detail = f"{kind} in {language}, {len(read.cues)} lines, of a file of sha256 {digest}"
    written = [
        Segment(
            clip=clip,
            kind=kind,
            start_ms=cue.start_ms,
            end_ms=cue.end_ms,
            language=language,
            text=_written(cue),
            origin="person",
            author=by,
        )
        for cue in read.cues
    ]
    add_words(change, written, Event(kind="transcript-brought-in", subject=clip, detail=detail, actor=by))
    return Brought(key=key, lines=len(written), remarks=read.remarks)


def listed(connection: Connection, clip: str) -> list[Transcript]:
    """A clip's transcripts and translations: people's before machines', the newest first."""
    ever = {one.id: one for one in segments.of(connection, clip, KINDS, with_superseded=True)}
    made_ms = _made(connection, clip)
    corrected = {one.supersedes for one in ever.values()}
    groups: dict[str, list[tuple[Segment, Segment]]] = {}
    for one in ever.values():
        if one.id not in corrected and one.text:
            first = _first(ever, one)
            groups.setdefault(_key_of(first, made_ms[first.id]), []).append((first, one))
    found = [_transcript(key, lines, made_ms) for key, lines in groups.items()]
    return sorted(found, key=lambda one: (one.origin == "machine", -one.made_ms, one.key))


def written(connection: Connection, clip: str, key: str, form: str) -> bytes:
    """A transcript as a file: `vtt` or `srt`.

    Raises:
        NothingFound: the clip has no transcript of that number.
        Refused: there is no such form.
    """
    if form not in FORMS:
        raise Refused("transcripts are written as vtt or srt", hint="name one of the two")
    for one in listed(connection, clip):
        if one.key == key:
            return FORMS[form](one.cues())
    raise NothingFound("there is no such transcript of that clip", hint="look at the clip anew")


def _transcript(key: str, lines: list[tuple[Segment, Segment]], made_ms: Mapping[int, int]) -> Transcript:
    first = lines[0][0]
    assert first.kind in KINDS
    return Transcript(
        key=key,
        kind="translation" if first.kind == "translation" else "transcript",
        language=first.language,
        origin=first.origin,
        author=first.author,
        model=first.model,
        made_ms=max(made_ms[one.id] for one, _ in lines),
        lines=tuple(_line(one) for _, one in lines),
    )


def _line(one: Segment) -> Line:
    is_marked = one.text.startswith(MACHINE)
    return Line(
        segment=one.id,
        start_ms=one.start_ms,
        end_ms=one.end_ms,
        text=one.text.removeprefix(MACHINE).lstrip() if is_marked else one.text,
        is_machine=one.origin == "machine" or is_marked,
        author=one.author,
        checked_by=one.checked_by,
    )


def _first(ever: Mapping[int, Segment], one: Segment) -> Segment:
    """What was there before any correction. A number is never lower than the one that it corrects: this ends."""
    while one.supersedes:
        one = ever[one.supersedes]
    return one


def _key_of(first: Segment, made_ms: int) -> str:
    """A machine's transcript is made anew by the same model under the same number; a person's is another each time."""
    if first.origin == "machine":
        return _key(first.clip, first.kind, first.language, first.origin, first.model, 0)
    return _key(first.clip, first.kind, first.language, first.origin, first.author, made_ms)


def _key(*parts: str | int) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:KEY]


def _made(connection: Connection, clip: str) -> dict[int, int]:
    asked = select(segment.c.id, segment.c.made_ms).where(segment.c.clip == clip, segment.c.kind.in_(KINDS))
    return {row.id: row.made_ms for row in connection.execute(asked)}


def _written(cue: Cue) -> str:
    """A cue's words as they are kept: a speaker stands before them, as in SRT, and the mark of a machine before all."""
    return f"{MACHINE} " * cue.is_machine + f"{cue.speaker}: " * bool(cue.speaker) + cue.text


def _cut(text: str) -> Iterator[str]:
    """Words fit for a cue."""
    clean = transcript.clean(text)
    for start in range(0, len(clean), LONGEST_TEXT):
        if piece := transcript.clean(clean[start : start + LONGEST_TEXT]):
            yield piece
