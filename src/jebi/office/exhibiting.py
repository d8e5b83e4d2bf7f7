"""Clips of the archive as exhibits: all of a clip that leaves the desk in an evidence package (docs/formats/evidence.md).

Originals are read through `Originals` and what was derived through `Kept`, piece by piece, when the package is laid down:
nothing is written plain here. What goes out is listed here, field by field; a new kind of row stays at the desk until
somebody adds it.

Never leaves: who anybody is, the sealed notes on persons, their risk and what they consented to, collections, words that a
correction took the place of; what staff wrote as notes, unless it was asked for. People go by their pseudonyms.

Peak: the facts and words of all clips that were asked for; of what is derived, one piece.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, select

from jebi.archive.evidence import MOST, ShownParcel
from jebi.archive.exhibit import LONGEST_WORD, MEASURE, Content, Derived, Exhibit, Json, Words
from jebi.archive.transcript import LATEST_MS, LONGEST_TEXT, Cue, clean
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.admission import clip_id, place_of
from jebi.office.desk import Desk
from jebi.office.exporting import shown_parcel
from jebi.office.kept import Kept, pieces
from jebi.office.originals import Originals
from jebi.vault import clips, schema, segments, sorting
from jebi.vault.catalogue import Catalogue
from jebi.vault.clips import Clip, Fact
from jebi.vault.schema import SegmentKind, Source
from jebi.vault.segments import Segment

METADATA = "metadata"  # the record of all that a file says of itself
ROLES = {  # of what is derived: what it is called outside, and its suffix
    "view": ("viewing", "mp4"),
    "poster": ("poster", "jpg"),
    "sheet": ("contact-sheet", "jpg"),
    "still": ("still", "jpg"),
    "waveform": ("waveform", MEASURE),
    "pictures": ("pictures", MEASURE),
    "landmarks": ("landmarks", MEASURE),
}
NUMBERED = "still"  # of which a clip has several
WORDS: dict[SegmentKind, Literal["transcript", "translation", "notes"]] = {
    "transcript": "transcript",
    "translation": "translation",
    "note": "notes",
}
UNKNOWN = "und"  # a language that nobody named (BCP 47)
_UNWILLING = {"refused", "withdrawn"}
LEAST_PREFIX = 4  # digits of a clip's number; fewer would soon mean another clip than yesterday
_PREFIX = re.compile(rf"[0-9a-f]{{{LEAST_PREFIX},{clips.ID}}}")
_LANGUAGE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Clips in the order in which they were asked for, but those of one parcel together; and these parcels."""

    exhibits: tuple[Exhibit, ...]
    parcels: tuple[ShownParcel, ...]


def find(catalogue: Catalogue, untrusted_ids: Iterable[str]) -> list[str]:
    """Clips' whole numbers, from what people typed: each a number or its beginning; one that is named twice counts once.

    Raises:
        NothingFound: no clip has such a number.
        Refused: several begin so, or it is no such beginning.
    """
    with catalogue.reading() as connection:
        return list(dict.fromkeys(_find(connection, untrusted) for untrusted in untrusted_ids))


def exhibits(
    desk: Desk,
    catalogue: Catalogue,
    originals: Originals,
    kept: Kept,
    clip_ids: Sequence[str],
    *,
    with_notes: bool = False,
    overruled_by: str = "",
) -> Shown:
    """What a package shows of clips.

    Args:
        desk: the open archive; its outbox was drained, or the log says less than the catalogue.
        catalogue: what is known of the clips.
        originals: where they lie; to be kept open, and to no other use, until the package has been read.
        kept: what was made of them.
        clip_ids: whole numbers, as `find` gives them.
        with_notes: put in what staff wrote as notes, on the clip and on where and when it was filmed.
        overruled_by: who answers for showing a clip of which a person in it refused or withdrew consent; it is logged.

    Raises:
        NothingFound: a clip, or something that was made of it, is not there.
        Refused: a person refused, and nobody answers for it; two of the clips have the same bytes, or there are more than a package can show.
        Damaged: the catalogue, a parcel or a record is not what it should be.
        Unable: a parcel cannot be read.
    """
    if not 0 < len(clip_ids) <= MOST:
        raise Refused(f"a package shows from one to {MOST} clips", hint="make several packages")
    with catalogue.reading() as connection:
        known = [_Known.read(connection, number, with_notes=with_notes) for number in clip_ids]
    if len({one.clip.sha256 for one in known}) != len(known):
        raise Refused("two of these clips are the same, byte for byte", hint="name one of them")
    for one in known:
        _heed(desk, one, overruled_by)
    parcels = {parcel: place for place, parcel in enumerate(dict.fromkeys(one.clip.parcel for one in known))}
    known.sort(key=lambda one: parcels[one.clip.parcel])  # each parcel is unsealed once
    return Shown(
        exhibits=tuple(_exhibit(originals, kept, one) for one in known),
        parcels=tuple(shown_parcel(desk, parcel, originals.shelf(parcel).note) for parcel in parcels),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the catalogue says of one clip, at one moment."""

    clip: Clip
    facts: Sequence[Fact]
    faces: dict[int, int]
    derived: Sequence[clips.Derived]
    stretches: Sequence[Segment]
    said: dict[str, Json]
    unwilling: tuple[str, ...]

    @classmethod
    def read(cls, connection: Connection, number: str, *, with_notes: bool) -> "_Known":
        clip = clips.get(connection, number)
        if clip is None:
            raise NothingFound("there is no such clip in the archive", hint="take in what came: jebi desk work")
        return cls(
            clip=clip,
            facts=clips.facts_of(connection, [number])[number],
            faces=clips.faces_of(connection, number),
            derived=clips.derived_of(connection, [number])[number],
            stretches=[one for one in segments.of(connection, number) if with_notes or one.kind != "note"],
            said=_said(connection, number, with_notes=with_notes),
            unwilling=tuple(
                one.pseudonym for one, _ in sorting.persons_of(connection, number) if one.consent in _UNWILLING
            ),
        )

    def facts_by(self, source: Source) -> dict[str, Json]:
        """Its facts of one source. What the manifest claims is in the package already."""
        return {
            one.name: {"value": one.value, **({"by": one.actor} if one.actor else {"tool": one.tool})}
            for one in self.facts
            if one.source == source and one.tool != "manifest"
        }


def _heed(desk: Desk, known: _Known, overruled_by: str) -> None:
    """What persons in a clip said of being shown."""
    if not known.unwilling:
        return
    if not overruled_by:
        raise Refused(
            f"{', '.join(known.unwilling)} in clip {known.clip.id} refused or withdrew consent",
            hint="leave the clip out; whoever answers for it names --despite-refusal to jebi desk export",
        )
    detail = f"{len(known.unwilling)} of the persons in it refused or withdrew consent"
    desk.append("consent-overruled", known.clip.id, detail, actor=overruled_by, time=int(time.time()))


def _find(connection: Connection, untrusted: str) -> str:
    if not _PREFIX.fullmatch(untrusted):
        raise Refused(
            "that is no clip's number, nor its beginning",
            hint=f"a number has {clips.ID} digits from 0 to f; {LEAST_PREFIX} of them may do",
        )
    number = schema.clip.c.id
    query = select(number).where(number >= untrusted, number < f"{untrusted}g").limit(2)  # g comes after every digit
    found = connection.execute(query).scalars().all()
    if not found:
        raise NothingFound("no clip's number begins so", hint="take in what came: jebi desk work")
    if len(found) > 1:
        raise Refused("several clips' numbers begin so", hint="name more of its digits")
    return str(found[0])


def _said(connection: Connection, number: str, *, with_notes: bool) -> dict[str, Json]:
    """What people said of a clip beside facts and words."""
    places = [
        {
            "name": place.name,
            "latitude": place.latitude,
            "longitude": place.longitude,
            **_stated(said, with_notes=with_notes),
        }
        for place, said in sorting.places_of(connection, number)
    ]
    filmed = sorting.time_of(connection, number)
    people = [{"pseudonym": one.pseudonym, "at_ms": at_ms} for one, at_ms in sorting.persons_of(connection, number)]
    claims: list[Json] = [
        {
            "text": claim.text,
            "stance": stance,
            "certainty": claim.certainty,
            "state": claim.state,
            "by": claim.author,
            "made_ms": claim.made_ms,
        }
        for claim, stance in sorting.claims_of(connection, number)
    ]
    times = (
        [{"from_ms": filmed.from_ms, "to_ms": filmed.to_ms, **_stated(filmed, with_notes=with_notes)}] if filmed else []
    )
    tags: list[Json] = list(sorting.labels_of(connection, number, schema.tag, schema.clip_tag).values())
    every: dict[str, Json] = {"places": places, "times": times, "people": people, "tags": tags, "claims": claims}
    return {name: value for name, value in every.items() if value}


def _stated(said: sorting.Said, *, with_notes: bool) -> dict[str, Json]:
    stated: dict[str, Json] = {"certainty": said.certainty, "by": said.author}
    return {**stated, "note": said.note} if with_notes and said.note else stated


def _exhibit(originals: Originals, kept: Kept, known: _Known) -> Exhibit:
    faces = [{"at_ms": at_ms, "count": count} for at_ms, count in known.faces.items()]
    counted = {"faces": faces} if faces else {}  # where nobody looked for any, nothing says that there is none
    said = known.facts_by("said")
    return Exhibit(
        subject=known.clip.id,
        original=_original(originals, known.clip),
        measured={**_outcome(known.clip), "facts": known.facts_by("measured"), **counted},
        claimed=known.facts_by("claimed"),
        said={**known.said, **({"facts": said} if said else {})},
        tools=_record(kept, known.derived),
        segments=[_stretch(one) for one in known.stretches],
        derived=tuple(_derived(kept, known.derived)),
        words=tuple(words_of(known.stretches)),
    )


def _original(originals: Originals, clip: Clip) -> Content:
    """A clip's bytes. That the catalogue speaks of these and no others is checked: the log's events hang on its number."""
    shelf = originals.shelf(clip.parcel)
    if not 0 < clip.number <= len(shelf.places) or clip.id != clip_id(clip.parcel, clip.number):
        raise Damaged("the catalogue names a clip that its parcel does not hold", hint="restore it from a copy")
    place = place_of(shelf, clip)
    if place.clip.digest.hex() != clip.sha256:
        raise Damaged("the catalogue has another digest of a clip than its parcel", hint="restore it from a copy")
    return Content(digest=place.clip.digest, size=place.clip.size, read=partial(originals.pieces, clip.parcel, place))


def _outcome(clip: Clip) -> dict[str, Json]:
    """What came of opening it."""
    return {"kind": clip.kind, "state": clip.state, **({"why": clip.why} if clip.why else {})}


def _record(kept: Kept, made: Iterable[clips.Derived]) -> dict[str, Json]:
    """All that tools read from the file, in its order; each claim under the name that the tool gives it."""
    record = next((one for one in made if one.kind == METADATA), None)
    if record is None:
        return {}
    try:
        read: dict[str, Any] = json.loads(kept.read(record.blob))
        claims = [{f"{group}:{name}": text} for group, name, text in read["claims"]]
        return {"tool": read["tool"], "is_cut": read["is_cut"], "claims": claims}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged("the record of a clip's metadata cannot be read", hint="have the clip looked at again") from error


def _derived(kept: Kept, made: Iterable[clips.Derived]) -> Iterator[Derived]:
    for one in made:
        if one.kind in ROLES:
            role, suffix = ROLES[one.kind]
            kept.blobs.open(one.blob)  # that it is there is seen before anything is logged
            content = Content(digest=bytes.fromhex(one.sha256), size=one.size, read=partial(_opened, kept, one.blob))
            yield Derived(
                role=f"{role}-{one.number:04}" if one.kind == NUMBERED else role, suffix=suffix, content=content
            )


def _opened(kept: Kept, blob: str) -> Iterator[bytes]:
    opened = kept.open(blob)
    return pieces(opened, 0, opened.size)


def _stretch(one: Segment) -> dict[str, Json]:
    """A stretch of a clip, with who found or wrote it; what is empty is left out."""
    about: dict[str, Json] = {
        "kind": one.kind,
        "language": one.language,
        "text": one.text,
        "author": one.author,
        "model": one.model,
        "model_sha256": one.model_sha256,
        "checked_by": one.checked_by,
    }
    told = {name: value for name, value in about.items() if value}
    return {"start_ms": one.start_ms, "end_ms": one.end_ms, "machine": one.origin == "machine", **told}


def words_of(stretches: Iterable[Segment]) -> Iterator[Words]:
    """Transcripts, translations and notes among stretches of a clip: one for each kind, language and origin."""
    groups: dict[tuple[SegmentKind, str, bool], list[Cue]] = {}
    for one in stretches:
        if one.kind in WORDS:
            groups.setdefault((one.kind, _language(one.language), one.origin == "machine"), []).extend(_cues(one))
    for (kind, language, _), cues in sorted(groups.items()):
        if cues:
            yield Words(kind=WORDS[kind], language=language, cues=tuple(cues))


def _cues(one: Segment) -> Iterator[Cue]:
    """A segment's words as cues can hold them: clean, and never longer than is read back."""
    start = min(one.start_ms, LATEST_MS - 1)
    end = min(max(one.end_ms, start + 1), LATEST_MS)
    text = clean(one.text)
    for at in range(0, len(text), LONGEST_TEXT):
        if piece := clean(text[at : at + LONGEST_TEXT]):
            yield Cue(start_ms=start, end_ms=end, text=piece, is_machine=one.origin == "machine")


def _language(claimed: str) -> str:
    """A language as it can be part of a file's name."""
    language = claimed.lower()
    return language if _LANGUAGE.fullmatch(language) and len(language) <= LONGEST_WORD else UNKNOWN
